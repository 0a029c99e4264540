import { redshiftType } from '../../core/column-types';
import { displayText } from '../shared/table';
import { bytesText, plural } from '../shared/text';
import { isRequired, type DatasetDraft } from './dataset-text';
import type { Role } from './role';
import { nounOf, type RefusedLines } from './sample';
import { wrapped } from './wrapped';

/** The document of `--json`: scripts rely on it. */
export interface InitDocument {
  readonly dataset: string;
  /** The dataset file that was written; null if none was. */
  readonly out: string | null;
  /** The text of the dataset file. */
  readonly text: string;
  readonly sample: {
    readonly path: string;
    readonly format: 'events' | 'parquet';
    readonly rows: number;
    /** Bytes that were read, after decompression. */
    readonly bytes: number;
    /** The first rows, which were compared with each other to find the key. */
    readonly compared: number;
    /** Lines that are no events. */
    readonly refused: RefusedLines;
    /** Why no load reads the sample as it is, in sentences. */
    readonly obstacles: readonly string[];
  };
  readonly key: Role;
  /** Without columns, the event time is the version. */
  readonly version: Role;
  readonly event_time: Role;
  readonly columns: readonly {
    readonly name: string;
    readonly type: string;
    readonly required: boolean;
    /** Rows with a value. */
    readonly present: number;
    readonly about: string;
    readonly decide: readonly string[];
  }[];
  readonly left_out: readonly { readonly name: string; readonly rows: number; readonly why: string }[];
}

export function initDocument(
  { name, sample, roles, columns }: DatasetDraft,
  text: string,
  out?: string,
): InitDocument {
  const { format, rows, bytes, compared, refused, obstacles } = sample;
  const { key, version, event_time } = roles;
  return {
    dataset: name,
    out: out ?? null,
    text,
    sample: { path: sample.name, format, rows, bytes, compared, refused, obstacles },
    key,
    version,
    event_time,
    columns: columns.map((column) => ({
      name: column.name,
      type: redshiftType(column.type),
      required: isRequired(roles, column.name),
      present: column.present,
      about: column.about,
      decide: column.decide,
    })),
    left_out: sample.leftOut.map(({ name: leftOut, rows: having, why }) => ({
      name: leftOut,
      rows: having,
      why,
    })),
  };
}

const MOST_LEFT_OUT = 10;

/** What a person reads beside the dataset file. @param next commands to go on with. */
export function summaryText(draft: DatasetDraft, next: readonly string[]): string {
  const { sample, roles, columns } = draft;
  const noun = nounOf(sample);
  const { refused, leftOut, obstacles } = sample;
  const roleLines = (title: string, { reasons }: Role) =>
    wrapped(reasons.join(' '), { first: title.padEnd(12), next: ' '.repeat(12) });
  const decide = [
    ...roles.key.decide,
    ...roles.version.decide,
    ...roles.event_time.decide,
    ...columns.flatMap((column) => column.decide.map((each) => `${displayText(column.name, 60)}: ${each}`)),
  ];
  return [
    ...wrapped(
      `${displayText(sample.name, 200)}: ${plural(sample.rows, noun)}, ${bytesText(sample.bytes)}, all of it read. ${plural(columns.length, 'column')}, ${leftOut.length} left out.`,
    ),
    ...refusedLines(refused),
    ...obstacles.flatMap((each) => wrapped(each)),
    '',
    ...roleLines('key', roles.key),
    ...roleLines('version', roles.version),
    ...roleLines('event time', roles.event_time),
    ...titled(
      'Left out',
      leftOut.slice(0, MOST_LEFT_OUT).map(({ name, why }) => `${displayText(name, 60)}: ${why}`),
      leftOut.length,
    ),
    ...titled('To decide', decide, decide.length),
    '',
    ...next,
  ].join('\n');
}

function refusedLines({ count, first }: RefusedLines): string[] {
  if (count === 0) return [];
  return [
    `${plural(count, 'line')} of it ${count === 1 ? 'is no event' : 'are no events'}:`,
    ...first.flatMap(({ line, reason }) =>
      wrapped(displayText(reason, 300), { first: `  line ${line}: `, next: '    ' }),
    ),
    ...more(first.length, count),
  ];
}

function titled(title: string, texts: readonly string[], count: number): string[] {
  if (texts.length === 0) return [];
  return [
    '',
    title,
    ...texts.flatMap((text) => wrapped(text, { first: '  ', next: '    ' })),
    ...more(texts.length, count),
  ];
}

const more = (shown: number, all: number): string[] =>
  shown < all ? [`  … and ${(all - shown).toLocaleString('en')} more`] : [];
