import type { Dataset } from '../../core/dataset';
import { keptEvents } from '../refused/kept-event';
import { openObjects, UnreadableObject } from '../refused/open-objects';
import { Reasons, type ReasonCount } from '../refused/reasons';
import { reasonsTable } from '../refused/reasons-table';
import type { Output } from '../shared/output';
import { startSpinner } from '../shared/spinner';
import { displayText } from '../shared/table';
import { bytesText, plural } from '../shared/text';
import { recordsText } from './inspect-refused';
import type { LakeFileSource, Target } from './lake-file';

/** The document of `--json`: scripts rely on it. */
export interface RefusedPrefixDocument {
  readonly kind: 'refused-prefix';
  readonly path: string;
  readonly total: {
    readonly objects: number;
    /** Bytes. */
    readonly size: number;
    readonly records: number;
    /** A record holds one event or several. */
    readonly events: number;
    /** Number of lines that are not error records of Firehose. */
    readonly unreadable: number;
    /** Number of objects that cannot be read as Firehose's error objects. */
    readonly unreadable_objects: number;
    readonly hidden: number;
  };
  /** The most frequent one first. */
  readonly reasons: readonly ReasonCount[];
  readonly objects: readonly RefusedObject[];
}

interface RefusedObject {
  readonly path: string;
  /** The dataset whose rules give the reasons; null if it is unknown. */
  readonly dataset: string | null;
  readonly size: number;
  readonly records: number;
  readonly events: number;
  readonly unreadable: number;
  readonly problem: string | null;
}

/** Adds up why events were refused, over all error objects under a prefix. @param examples the most of a reason. */
export async function inspectRefusedPrefix(
  target: Extract<Target, { kind: 'files' }>,
  datasetOf: (file: LakeFileSource) => Dataset | undefined,
  examples: number,
  output: Output,
): Promise<RefusedPrefixDocument> {
  const reasons = new Reasons(examples);
  const objects: RefusedObject[] = [];
  const spinner = startSpinner(output, 'Reading');
  try {
    for await (const { file, lines } of openObjects(target.files)) {
      spinner?.show(
        `${objects.length.toLocaleString('en')} of ${plural(target.files.length, 'object')} read`,
      );
      const dataset = datasetOf(file);
      const name = dataset?.name ?? null;
      const counts = { records: 0, events: 0, unreadable: 0 };
      let problem: string | null = null;
      try {
        for await (const { line, record } of lines()) {
          if (!record) {
            counts.unreadable += 1;
            continue;
          }
          counts.records += 1;
          for (const event of keptEvents(record, dataset)) {
            counts.events += 1;
            reasons.add(event, { dataset: name, path: file.name, line });
          }
        }
      } catch (error) {
        if (!(error instanceof UnreadableObject)) throw error;
        problem = error.message;
      }
      objects.push({ path: file.name, dataset: name, size: file.size, ...counts, problem });
    }
  } finally {
    spinner?.stop();
  }
  const sum = (of: (object: RefusedObject) => number) => objects.reduce((total, each) => total + of(each), 0);
  return {
    kind: 'refused-prefix',
    path: target.prefix,
    total: {
      objects: objects.length,
      size: sum(({ size }) => size),
      records: sum(({ records }) => records),
      events: sum(({ events }) => events),
      unreadable: sum(({ unreadable }) => unreadable),
      unreadable_objects: sum(({ problem }) => (problem === null ? 0 : 1)),
      hidden: target.hidden,
    },
    reasons: reasons.list(),
    objects,
  };
}

/** Reasons whose examples are shown. */
const EXPLAINED = 10;
const PROBLEMS_SHOWN = 10;
const LONGEST_EVENT = 300;

/** @param width characters in a line. Default: the terminal's width. */
export function refusedPrefixText(
  { path, total, reasons, objects }: RefusedPrefixDocument,
  width?: number,
): string {
  if (total.objects === 0) return `${displayText(path, Infinity)}\nNo refused events.`;
  const head = [
    displayText(path, Infinity),
    `${recordsText(total.records, total.events)} in ${plural(total.objects, 'object')} (${bytesText(total.size)}) that Firehose kept and did not deliver`,
  ];
  const notes = [
    ...(total.unreadable > 0
      ? [`${plural(total.unreadable, 'line')} cannot be read as Firehose’s error records`]
      : []),
    ...(reasons.some(({ dataset }) => dataset === null)
      ? ['Name the --dataset to see why its transform refuses them.']
      : []),
  ];
  const length = Math.min(width ?? terminalWidth(), LONGEST_EVENT);
  const explained = reasons.filter(({ examples }) => examples.length > 0).slice(0, EXPLAINED);
  return [
    ...head,
    ...notes,
    ...(reasons.length > 0 ? ['', reasonsTable(reasons, width)] : []),
    ...explained.flatMap((count) => ['', ...explanation(count, length)]),
    ...problemLines(objects, path),
  ].join('\n');
}

function explanation({ reason, events, first, last, examples }: ReasonCount, length: number): string[] {
  const times = first === null || last === null ? '' : `, arrived ${timesText(first, last)}`;
  return [
    displayText(reason, 300),
    `  ${plural(events, 'event')}${times}`,
    ...examples.flatMap(({ why, event }, index) => [
      ...(why === reason || why === examples[index - 1]?.why ? [] : [`  ${displayText(why, length - 2)}`]),
      `    ${displayText(event, length - 4)}`,
    ]),
  ];
}

function timesText(first: string, last: string): string {
  const [from, to] = [first, last].map((time) => `${time.slice(0, 19)}Z`);
  return from === to ? `${from}` : `from ${from} to ${to}`;
}

/** The objects that cannot be read. */
function problemLines(objects: readonly RefusedObject[], path: string): string[] {
  const unreadable = objects.filter(({ problem }) => problem !== null);
  if (unreadable.length === 0) return [];
  const more = unreadable.length - PROBLEMS_SHOWN;
  return [
    '',
    ...unreadable
      .slice(0, PROBLEMS_SHOWN)
      .map((each) => `${displayText(each.path.slice(path.length), 300)}: not readable: ${each.problem}`),
    ...(more > 0 ? [`… and ${more} more; --json has all`] : []),
  ];
}

function terminalWidth(): number {
  return process.stdout.isTTY ? process.stdout.columns : Infinity;
}
