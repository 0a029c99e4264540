import type { Dataset } from '../../core/dataset';
import { hourReader } from '../../core/prefix';
import { arrivalText } from '../delivery/arrival-text';
import { colours } from '../shared/colours';
import { isTwin, type Connection } from '../shared/connection';
import { connectionFlags, shellWord } from '../shared/hint';
import { displayText, renderTable } from '../shared/table';
import { plural } from '../shared/text';
import type { ReplayDocument } from './document';
import type { ReplayCount } from './selection';
import type { ReplayOptions } from './usage';

const REASONS_SHOWN = 20;
const PROBLEMS_SHOWN = 10;

/** @param width characters in a line. Default: the terminal's width. */
export function replayText(
  document: ReplayDocument,
  connection: Connection,
  dataset: Dataset,
  options: ReplayOptions,
  width?: number,
): string {
  const { objects_found: found, reasons, place } = document;
  if (found === 0 && document.error === null)
    return `No refused events of dataset ${dataset.name} at ${displayText(place, Infinity)}${othersText(document)}.`;
  return [
    `Refused events of dataset ${dataset.name} at ${displayText(place, Infinity)}: ${objectsText(document)}${othersText(document)}`,
    ...(reasons.length > 0 ? ['', tableOf(document, width)] : []),
    '',
    ...resultLines(document, options),
    ...problemLines(document, options),
    ...nextLines(document, connection, dataset, options),
  ].join('\n');
}

function objectsText({ objects, objects_found: found }: ReplayDocument): string {
  return objects === found
    ? plural(found, 'object')
    : `${objects.toLocaleString('en')} of ${plural(found, 'object')} read to the end`;
}

function othersText({ other_objects: others }: ReplayDocument): string {
  return others > 0 ? ` (${plural(others, 'other object')} there left alone)` : '';
}

/** A column for each count that is not zero. */
function tableOf({ reasons, dry_run: isDry, failed }: ReplayDocument, width?: number): string {
  const columns: readonly (readonly [string, (count: ReplayCount) => number])[] = [
    [isDry || failed > 0 ? 'to send' : 'sent', ({ chosen }) => chosen],
    ['left', (count) => count.still_refused + count.of_other_reasons],
    ['sent before', (count) => count.sent_before],
    ['repeated', ({ repeated }) => repeated],
  ];
  const used = columns.filter(([, of]) => reasons.some((count) => of(count) > 0));
  const shown = reasons.slice(0, REASONS_SHOWN);
  const table = renderTable(
    ['reason', 'events', ...used.map(([name]) => name)],
    shown.map((count) => [
      count.reason,
      ...[count.events, ...used.map(([, of]) => of(count))].map((each) => each.toLocaleString('en')),
    ]),
    { width, lengths: [100, 45, 34, 24], numeric: new Set([1, 2, 3, 4, 5]) },
  );
  const more = reasons.length - shown.length;
  return more > 0 ? `${table}\n… and ${plural(more, 'more reason')}; --json has all` : table;
}

function resultLines(document: ReplayDocument, { all, reason }: ReplayOptions): string[] {
  const { chosen, sent, failed, left, repeated, stream, dry_run: isDry } = document;
  const sum = (of: (count: ReplayCount) => number) =>
    document.reasons.reduce((total, each) => total + of(each), 0);
  const refused = sum((each) => each.still_refused);
  const others = sum((each) => each.of_other_reasons);
  const before = document.sent_before;
  const head = isDry
    ? `${plural(chosen, 'event')} would be sent to ${stream}`
    : `${plural(sent, 'event')} sent to ${stream}`;
  const isWhole = failed === 0 && !document.interrupted && document.error === null;
  const mark = isDry || sent === 0 ? '' : isWhole ? colours.green('✔ ') : colours.yellow('⚠ ');
  const counts = [
    ...(failed > 0 ? [`${failed.toLocaleString('en')} not sent`] : []),
    ...(left > 0 ? [`${left.toLocaleString('en')} left`] : []),
    ...(before > 0 ? [`${before.toLocaleString('en')} sent before`] : []),
    ...(repeated > 0 ? [`${repeated.toLocaleString('en')} repeated`] : []),
  ];
  return [
    `${mark}${[head, ...counts].join(', ')} (${plural(document.events, 'event')} read)`,
    ...(refused > 0
      ? [
          `  left: ${plural(refused, 'event')} that datasets/${document.dataset}.yml still refuses. Change it, or send them with --all.`,
        ]
      : []),
    ...(others > 0
      ? [
          `  left: ${plural(others, 'event')} whose reason does not contain “${displayText(reason ?? '', 60)}”.`,
        ]
      : []),
    ...(before > 0
      ? [
          `  sent before: by an earlier replay. What was refused again lies under the hour in which it was sent. --again sends all of them once more.`,
        ]
      : []),
    ...(repeated > 0 ? ['  repeated: equal to another event, to the byte. One of them is enough.'] : []),
    ...(all && !isDry && sent > 0 ? ['  --all: the transform refuses again what it does not accept.'] : []),
  ];
}

function problemLines(
  { error, interrupted, ...document }: ReplayDocument,
  { again }: ReplayOptions,
): string[] {
  const { unreadable, oversize, problems } = document;
  const some = <Each>(all: readonly Each[], text: (each: Each) => string) => [
    ...all.slice(0, PROBLEMS_SHOWN).map((each) => `  ${displayText(text(each), Infinity)}`),
    ...(all.length > PROBLEMS_SHOWN ? [`  … and ${all.length - PROBLEMS_SHOWN} more; --json has all`] : []),
  ];
  return [
    ...(problems.length > 0
      ? [
          colours.red(`✖ ${plural(problems.length, 'object')} not readable:`),
          ...some(problems, ({ path, problem }) => `${path}: ${problem}`),
        ]
      : []),
    ...(unreadable > 0
      ? [colours.red(`✖ ${plural(unreadable, 'line')} cannot be read as Firehose’s error records`)]
      : []),
    ...(oversize.length > 0
      ? [
          colours.red(`✖ ${plural(oversize.length, 'event')} too large for Firehose:`),
          ...some(oversize, ({ path, line, bytes }) => `${path}, line ${line}: ${bytes} bytes`),
        ]
      : []),
    ...(error ? [colours.red(`✖ ${error.name}: ${displayText(error.message, Infinity)}`)] : []),
    ...(interrupted ? [colours.yellow('Interrupted before the end.')] : []),
    ...(interrupted || error
      ? [
          document.dry_run
            ? 'The counts are not those of all events.'
            : again
              ? 'With --again, the same command begins anew.'
              : 'The same command sends the rest.',
        ]
      : []),
  ];
}

/** What to do next. */
function nextLines(
  document: ReplayDocument,
  connection: Connection,
  dataset: Dataset,
  options: ReplayOptions,
): string[] {
  const flags = connectionFlags(options);
  if (document.dry_run) {
    if (document.chosen === 0) return [];
    const chosen = `${options.reason === undefined ? '' : ` --reason ${shellWord(options.reason)}`}${options.all ? ' --all' : ''}${options.again ? ' --again' : ''}`;
    return [
      `Nothing was sent. The counts are those of datasets/${dataset.name}.yml here: the deployed transform must be of the same version.`,
      `To send them: npx sluice replay ${shellWord(options.what)}${chosen}${flags}`,
    ];
  }
  if (document.sent === 0) return [];
  if (!isTwin(connection))
    return [
      arrivalText(connection, dataset),
      `If the deployed transform is of another version than datasets/${dataset.name}.yml here, it may refuse them again; they are then under the error prefix of that hour.`,
    ];
  const hourOf = hourReader(dataset.source.prefix);
  const hours = new Set(document.objects_written.map(({ key }) => hourOf(key)));
  const again = document.error_objects;
  return [
    ...(again.length > 0
      ? [
          `${plural(
            again.reduce((sum, { records }) => sum + records, 0),
            'event',
          )} refused again by the transform. To see why:`,
          ...again.map(
            ({ key }) => `  npx sluice inspect ${shellWord(`s3://${connection.bucket}/${key}`)}${flags}`,
          ),
        ]
      : []),
    ...(hours.size > 0
      ? ['To load them:', ...[...hours].map((hour) => `  npx sluice load ${hour}${flags}`)]
      : []),
  ];
}
