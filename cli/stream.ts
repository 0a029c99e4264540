import type { Readable } from 'node:stream';
import type { Dataset } from '../core/dataset';
import { arrivalText } from './delivery/arrival-text';
import { RECORD_BYTES, type OversizeRecord } from './delivery/batches';
import { isRefusedKey } from './delivery/refused-key';
import { sendEvents, type Sent } from './delivery/send-events';
import type { CommonOptions } from './run';
import { isTwin, type Connection } from './shared/connection';
import { connectionFlags } from './shared/hint';
import type { Output } from './shared/output';
import { displayText, renderTable } from './shared/table';
import { plural } from './shared/text';
import { EndOfInput } from './stream/end-of-input';
import { chunksOf } from './stream/standard-input';
import { UnknownAttributes, type UnknownAttribute } from './stream/unknown-attributes';
import { checkStream, STANDARD_INPUT, type StreamOptions, type StreamUsage } from './stream/usage';
import type { ArrivalSource } from './trips/arrival';
import { readEvents, readEventsFile } from './trips/events-file';
import { readTaxiFile } from './trips/taxi-file';

interface DeliveredObject {
  readonly key: string;
  readonly records: number;
}

/** The document of `--json`: scripts rely on it. */
export interface StreamDocument {
  readonly stream: string;
  /** Number of events that Firehose accepted. */
  readonly records: number;
  readonly batches: number;
  /** The Parquet objects that hold these events. */
  readonly objects: readonly DeliveredObject[];
  /** Number of events that the transform refused; `error_objects` hold them unchanged. */
  readonly refused: number;
  readonly error_objects: readonly DeliveredObject[];
  /** Lines that were not sent, because Firehose accepts no record of their size. */
  readonly oversize: readonly OversizeRecord[];
  /** Attributes of accepted events that are no columns. The transform drops their values. */
  readonly unknown_attributes: readonly UnknownAttribute[];
}

interface Surroundings {
  /** Default: the process's own. */
  readonly input?: Readable | undefined;
  /** Ends it after the events that were read. */
  readonly signal?: AbortSignal;
}

/**
 * Sends a file's events into the dataset's stream and shows the objects that Firehose wrote.
 * @returns the exit code: 1 if a line is too large for Firehose.
 * @throws UsageError, DeliveryError
 */
export async function runStream(
  connection: Connection,
  output: Output,
  options: StreamOptions & Partial<CommonOptions>,
  { input, signal }: Surroundings = {},
): Promise<number> {
  const { dataset, format } = await checkStream(connection.datasets, options, { isTwin: isTwin(connection) });
  const stream = connection.streamOf(dataset);
  const isPiped = options.file === STANDARD_INPUT;
  const source = isPiped
    ? readEvents(chunksOf(input ?? process.stdin, signal), { arrival: options.at, longest: RECORD_BYTES })
    : await sourceOf(options, format, isTwin(connection));
  const unknown = new UnknownAttributes(dataset);
  const end = new EndOfInput(dataset);
  const onProgress = progressLine(output);
  const sent = await sendEvents(connection, dataset, unknown.counted(end.watched(until(signal, source))), {
    onProgress,
    ...(isPiped ? { linger: LINGER } : {}),
  });
  if (output.live) output.say();
  const written = isTwin(connection) ? await connection.deliver(dataset) : [];

  const objects = written.map(({ key, records }) => ({ key, records }));
  const document: StreamDocument = {
    stream,
    records: sent.records,
    batches: sent.batches,
    objects: objects.filter(({ key }) => !isRefusedKey(key)),
    refused: objects.filter(({ key }) => isRefusedKey(key)).reduce((sum, { records }) => sum + records, 0),
    error_objects: objects.filter(({ key }) => isRefusedKey(key)),
    oversize: sent.oversize,
    unknown_attributes: unknown.list(),
  };
  output.document(document);
  if (sent.records + sent.oversize.length === 0)
    output.say(
      `${isPiped ? 'Standard input' : displayText(options.file, Infinity)} has no events: nothing was sent.`,
    );
  else if (!output.json) {
    output.say(
      isTwin(connection)
        ? summary(document, connection.bucket, connectionFlags(options))
        : sentText(connection, document, dataset),
    );
  }
  if (signal?.aborted) output.note('Interrupted before the end: later events were not sent.');
  else if (end.cutLine !== undefined)
    output.note(
      `Line ${end.cutLine}, the last one, has no line break and is no whole event: what wrote it may have stopped early.`,
    );
  noteOversize(sent, output);
  noteUnknown(document, dataset, output);
  return sent.oversize.length > 0 ? 1 : 0;
}

/** Milliseconds after which the events that came through a pipe are sent, though they fill no batch. */
const LINGER = 1_000;

async function* until(signal: AbortSignal | undefined, source: ArrivalSource): ArrivalSource {
  for await (const arrival of source) {
    if (signal?.aborted) return;
    yield arrival;
  }
}

/** @param canChoose whether events can arrive in another hour than the current one. */
async function sourceOf(
  { file, at }: StreamOptions,
  format: StreamUsage['format'],
  canChoose: boolean,
): Promise<ArrivalSource> {
  if (format === 'events') return readEventsFile(file, { arrival: at, longest: RECORD_BYTES });
  const trips = await readTaxiFile(file, { hours: 'all' });
  return at === undefined && canChoose ? trips.events : arrivingAt(at, trips.events);
}

async function* arrivingAt(
  arrival: string | undefined,
  events: AsyncIterable<{ event: object }>,
): ArrivalSource {
  for await (const { event } of events) yield arrival === undefined ? { event } : { arrival, event };
}

/** Firehose on AWS delivers when its buffer is full or its interval ends. The command does not wait for that. */
function sentText(connection: Connection, { stream, records }: StreamDocument, dataset: Dataset): string {
  return `${plural(records, 'event')} sent to ${stream}. ${arrivalText(connection, dataset)}`;
}

function progressLine(output: Output): ((records: number) => void) | undefined {
  if (!output.live) return undefined;
  return (records) => process.stdout.write(`\r${records} events sent`);
}

function summary(document: StreamDocument, bucket: string, flags: string): string {
  const { stream, records, objects, refused, error_objects: errorObjects } = document;
  const rows = [
    ...objects.map(({ key, records: count }) => [key, count, '']),
    ...errorObjects.map(({ key, records: count }) => [key, count, 'refused']),
  ];
  const [first] = errorObjects;
  return [
    `${plural(records, 'event')} sent to ${stream}, ${plural(objects.length, 'Parquet object')} written to s3://${bucket}/`,
    ...(rows.length > 0 ? [renderTable(['object', 'events', ''], rows, { lengths: [300] })] : []),
    ...(first
      ? [
          `${plural(refused, 'event')} refused by the transform and kept unchanged. To see why:`,
          `  npx sluice inspect 's3://${bucket}/${first.key}'${flags}`,
        ]
      : []),
  ].join('\n');
}

const UNKNOWN_SHOWN = 10;

function noteUnknown(
  { unknown_attributes: unknown }: StreamDocument,
  { name }: Dataset,
  output: Output,
): void {
  if (unknown.length === 0) return;
  const shown = unknown
    .slice(0, UNKNOWN_SHOWN)
    .map((each) => `  ${displayText(each.name, 60)}: ${plural(each.events, 'event')}`);
  const more = unknown.length > UNKNOWN_SHOWN ? [`  … and ${unknown.length - UNKNOWN_SHOWN} more`] : [];
  output.note(
    [
      `${plural(unknown.length, 'attribute')} without a column in datasets/${name}.yml, so the transform drops the values:`,
      ...shown,
      ...more,
      'To keep them, add columns with these names; events that are sent from then on fill them.',
    ].join('\n'),
  );
}

const OVERSIZE_SHOWN = 10;

function noteOversize({ oversize }: Sent, output: Output): void {
  if (oversize.length === 0) return;
  const shown = oversize.slice(0, OVERSIZE_SHOWN).map(({ line, bytes }) => `  line ${line}: ${bytes} bytes`);
  const more = oversize.length > OVERSIZE_SHOWN ? [`  … and ${oversize.length - OVERSIZE_SHOWN} more`] : [];
  output.note(
    [
      `${plural(oversize.length, 'line')} not sent: Firehose accepts records of up to ${RECORD_BYTES} bytes.`,
      ...shown,
      ...more,
      'All other lines were sent. Make these lines smaller, and stream them from a separate file.',
    ].join('\n'),
  );
}
