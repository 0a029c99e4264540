import type { ColumnType } from './column-types';
import type { Column, Dataset } from './dataset';

/**
 * The buffer of the transform: how much data Firehose may send in one invocation, so that neither the request nor the
 * answer is larger than Lambda allows. Short events need a small buffer, because each record adds its id, and because the
 * transform writes some values longer than they came: epoch 1 becomes "1970-01-01 00:00:01.000000".
 */

/** The most bytes of a request and of an answer. Source: AWS Lambda Developer Guide, "Lambda quotas". */
export const PAYLOAD_BYTES = 6 * 1024 * 1024;
/** More than what surrounds the records: invocation id, ARN of the stream, Region. */
export const ENVELOPE_BYTES = 4 * 1024;
/** `{"recordId":"","approximateArrivalTimestamp":1795965566892,"data":""},` */
const SENT_RECORD_BYTES = 70;
/** `{"recordId":"","result":"ProcessingFailed","data":""},` */
export const ANSWERED_RECORD_BYTES = 54;
/** More than the ids in AWS's examples have, which are 56 digits. */
const RECORD_ID_BYTES = 64;

/** The largest record that Firehose takes. Source: Amazon Data Firehose API Reference, "Record". */
const LARGEST_RECORD_BYTES = 1_000 * 1_024;

/** The values that BufferSizeInMBs may have. Source: CloudFormation, "AWS::KinesisFirehose::DeliveryStream ProcessorParameter". */
const SMALLEST_MEGABYTES = 0.2;
const LARGEST_MEGABYTES = 3;

/**
 * BufferSizeInMBs of a dataset's stream, in steps of 0.1 MB. It is unproven whether the record that fills the buffer still
 * belongs to the batch, so the batch may be larger by one record. If events can be so short that not even Firehose's
 * smallest buffer is small enough (a dataset with one column of a short name), transformBatch keeps the answer small.
 */
export function transformBufferMegabytes(dataset: Dataset): number {
  const longest =
    base64Bytes(LARGEST_RECORD_BYTES + mostGrowth(dataset)) + SENT_RECORD_BYTES + RECORD_ID_BYTES;
  const bytes = (PAYLOAD_BYTES - ENVELOPE_BYTES - longest) / mostPayloadBytes(dataset);
  const megabytes = Math.floor((bytes / 1024 ** 2) * 10) / 10;
  return Math.min(Math.max(megabytes, SMALLEST_MEGABYTES), LARGEST_MEGABYTES);
}

/** A value in an event, and as the transform writes it, both in bytes of JSON. */
interface Size {
  readonly sent: number;
  readonly written: number;
}

const base64Bytes = (bytes: number): number => Math.ceil(bytes / 3) * 4;

/** The most bytes of a payload for each byte of the events. */
function mostPayloadBytes(dataset: Dataset): number {
  const request = mostRatio(dataset, SENT_RECORD_BYTES, ({ sent }) => sent);
  const answer = mostRatio(dataset, ANSWERED_RECORD_BYTES, ({ written }) => written);
  return Math.max(request, answer);
}

/**
 * The greatest ratio of a record in the payload to its event. Each round finds the event that is the worst for the ratio
 * of the round before, until no event is worse.
 * Source: W. Dinkelbach, "On Nonlinear Fractional Programming", Management Science 13 (1967).
 */
function mostRatio(dataset: Dataset, recordBytes: number, sizeOf: (size: Size) => number): number {
  const derived: readonly string[] = derivedColumns(dataset);
  const columns = dataset.columns.filter(({ name }) => !derived.includes(name));
  // The braces, the line break, and the columns that the transform derives: "hour":23,
  const ends = 2 + derived.reduce((sum, name) => sum + nameBytes(name) + 4, 0) + 1;
  for (let ratio = 0; ;) {
    // The braces, without the comma of the last member.
    let [payload, sent] = [recordBytes + RECORD_ID_BYTES + (4 / 3) * ends + 4, 1];
    for (const column of columns) {
      const worst = worstSize(column, (size) => (4 / 3) * sizeOf(size) - ratio * size.sent);
      if (!worst) continue;
      payload += (4 / 3) * (nameBytes(column.name) + sizeOf(worst));
      sent += nameBytes(column.name) + worst.sent;
    }
    const next = payload / sent;
    if (next <= ratio) return ratio;
    ratio = next;
  }

  function worstSize(column: Column, badness: (size: Size) => number): Size | undefined {
    const name = { sent: nameBytes(column.name), written: nameBytes(column.name) };
    const sizes = sizesOf(column.type).map((size) => ({ size, badness: badness(size) + badness(name) }));
    const [worst] = sizes.sort((left, right) => right.badness - left.badness);
    return worst && (column.required || worst.badness > 0) ? worst.size : undefined;
  }
}

function derivedColumns({ target }: Dataset): readonly string[] {
  return target.derive_in === 'transform' ? target.derive : [];
}

/** `"name":` and a comma. */
const nameBytes = (name: string): number => new TextEncoder().encode(JSON.stringify(name)).length + 2;

/** How many bytes an event can grow at most, whatever its length. */
function mostGrowth(dataset: Dataset): number {
  const growths = dataset.columns.map(({ type }) =>
    Math.max(...sizesOf(type).map(({ sent, written }) => written - sent), 0),
  );
  return growths.reduce((sum, each) => sum + each, 0) + derivedColumns(dataset).length * 100;
}

const QUOTES = 2;
const sizes = (...pairs: readonly (readonly [sent: number, written: number])[]): readonly Size[] =>
  pairs.map(([sent, written]) => ({ sent, written }));

/**
 * The values of a type that grow most, among those that are sent in so many bytes. Whatever is sent longer grows less.
 * A number with an exponent, 9e18, is written in full, except for a text column.
 */
function sizesOf(type: ColumnType): readonly Size[] {
  switch (type.kind) {
    case 'smallint':
      return sizes([1, 1], [3, 5], [4, 6]);
    case 'integer':
      return sizes([1, 1], [3, 10], [4, 11]);
    case 'bigint':
      // Beyond 2^53 the digits are a text.
      return sizes([1, 1], [3, 10], [4, 19 + QUOTES], [5, 20 + QUOTES]);
    case 'real':
    case 'double precision':
      return sizes([1, 1], [3, 10], [4, 21], [5, 22]);
    case 'boolean':
      return sizes([4, 4]);
    case 'date':
      return sizes([12, 12]);
    case 'timestamp':
      return sizes([1, QUOTES + 26]);
    case 'char':
    case 'varchar':
      // A number keeps its digits, whatever it is, and gets quotation marks.
      return sizes([1, 1 + QUOTES], [2, 2 + QUOTES]);
    case 'decimal': {
      const fraction = type.scale > 0 ? type.scale + 1 : 0;
      const whole = (digits: number) => Math.max(Math.min(digits, type.precision - type.scale), 1);
      const written = (digits: number) => QUOTES + whole(digits) + fraction;
      return sizes(
        [1, written(1)],
        [2, written(2) + 1],
        [3, written(10)],
        [4, written(38)],
        [5, written(38) + 1],
      );
    }
  }
}
