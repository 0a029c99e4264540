import { PutRecordBatchCommand, PutRecordCommand } from '@aws-sdk/client-firehose';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { writeFileSync } from 'node:fs';
import type { Column } from '../../../core/dataset';
import { DATASETS } from '../datasets';
import { readEvents } from '../parquet-file';
import type { Surroundings } from '../surroundings';
import { ACCEPTED, same, Wrong, type Target, type Verdict } from '../target';
import { anyText, hostileText } from '../words';

/** A record's data, and its row's values if they are known. */
type RecordCase =
  | { readonly kind: 'text'; readonly text: string }
  /** Base64, or nearly base64. */
  | { readonly kind: 'base64'; readonly data: string }
  /** An event whose note has this number of bytes. */
  | { readonly kind: 'long'; readonly bytes: number }
  /** An event of JSON literals that are valid in every row, each with its value in the row as text. */
  | {
      readonly kind: 'good';
      readonly values: Readonly<Record<string, readonly [literal: string, value: string]>>;
    };

interface FirehoseRecordCase {
  readonly records: readonly RecordCase[];
}

const DATASET = DATASETS.every_type;
const REQUIRED = { id: '"a"', happened_at: '"2026-11-20T08:15:00Z"', updated_at: '"2026-11-20T08:30:00Z"' };
/** The longest record that Firehose takes; the rest of a batch's 4 MiB is for the others. */
const LONGEST_RECORD = 1_024_000;

/** JSON literals that are extreme, of another type, or not JSON at all. */
const LITERALS = [
  'null',
  'true',
  'false',
  '""',
  '"a"',
  '"TRUE"',
  '0',
  '-0',
  '-1',
  '1.5',
  '1e400',
  '-1e400',
  '1e-400',
  '1E5',
  '"1e5"',
  '"1e400"',
  '32767',
  '32768',
  '2147483647',
  '2147483648',
  '9007199254740993',
  '9223372036854775807',
  '"9223372036854775807"',
  '"9223372036854775808"',
  '99999999999999999999999999999999999999999',
  '"99999999999999999999999999999999999999999"',
  '12345678901234567.8901234567',
  '"12345678901234567.8901234567"',
  '1234567890.1234567891',
  '0.00005',
  '"99999999.99995"',
  '"NaN"',
  '"Infinity"',
  'NaN',
  'Infinity',
  '-Infinity',
  'undefined',
  '0x10',
  '01',
  '+1',
  '.5',
  '1.',
  '[]',
  '{}',
  '[[1]]',
  '{"a": {"b": 1}}',
  '"2026-11-20"',
  '"2026-02-29"',
  '"0000-01-01"',
  '"0001-01-01"',
  '"9999-12-31"',
  '"99999-01-01"',
  '"2026-11-20T08:15:00"',
  '"2026-11-20 08:15:00.123456789"',
  '"2026-11-20T08:15:00+14:00"',
  '"2026-11-20T08:15:00-0930"',
  '"2026-11-20T08:15:00+99:99"',
  '"2016-12-31T23:59:60Z"',
  '"2026-11-20T24:00:00Z"',
  '"0000-01-01T00:00:00Z"',
  '"0001-01-01T00:00:00+14:00"',
  '"9999-12-31T23:59:59.999999-14:00"',
  '"99999-01-01T00:00:00Z"',
  '"-infinity"',
  '"infinity"',
  '"epoch"',
  '"now"',
  '1700000000',
  '1700000000.123456',
  '1700000000123',
  '-62135596800',
  '253402300799',
  '253402300800',
  '8640000000000001',
  '"\\u0000"',
  '"a\\u0000b"',
  '"\\ud800"',
  '"\\ud83d\\ude00"',
  '"ü"',
  '"\\u2028"',
  '"\\n"',
  '"\\/"',
] as const;

const column = fc.constantFrom(...DATASET.columns.map(({ name }) => name));
const literal = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...LITERALS) },
  { weight: 2, arbitrary: hostileText(40).map((text) => JSON.stringify(text)) },
  { weight: 1, arbitrary: fc.json({ maxDepth: 2 }) },
  { weight: 1, arbitrary: fc.double().map(String) },
  { weight: 1, arbitrary: fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map(String) },
);
const memberName = fc.oneof(
  { weight: 8, arbitrary: column },
  { weight: 1, arbitrary: column.map((name) => name.toUpperCase()) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('__proto__', 'constructor', 'toString', 'year', 'source_partition', ''),
  },
  { weight: 1, arbitrary: hostileText(20) },
);

/** An event whose required columns are valid, unless another member takes the place of one. */
const event = fc.array(fc.tuple(memberName, literal), { maxLength: 6 }).map((members) => {
  const all = [...Object.entries(REQUIRED), ...members];
  const unique = new Map(all.map(([name, value]) => [name.toLowerCase(), [name, value] as const]));
  return `{${[...unique.values()].map(([name, value]) => `${JSON.stringify(name)}:${value}`).join()}}`;
});

const text = fc.oneof(
  { weight: 10, arbitrary: event },
  { weight: 1, arbitrary: event.map((each) => `\ufeff${each}`) },
  { weight: 1, arbitrary: event.map((each) => `{"id":"b",${each.slice(1)}`) },
  { weight: 1, arbitrary: fc.tuple(event, event).map(([left, right]) => `${left}\n${right}`) },
  {
    weight: 1,
    arbitrary: fc.tuple(event, fc.nat({ max: 60 })).map(([each, cut]) => each.slice(0, -cut - 1)),
  },
  { weight: 1, arbitrary: fc.json({ maxDepth: 3 }) },
  { weight: 1, arbitrary: anyText({ maxLength: 30 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '',
      ' ',
      '\n',
      '\u0000',
      `${'['.repeat(50_000)}${']'.repeat(50_000)}`,
      `${'{"id":'.repeat(20_000)}1${'}'.repeat(20_000)}`,
    ),
  },
);

const base64 = fc.oneof(
  fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString('base64')),
  // A text that is not UTF-8, inside data that is otherwise JSON.
  fc
    .uint8Array({ minLength: 1, maxLength: 3 })
    .map((bytes) =>
      Buffer.concat([
        Buffer.from('{"id":"'),
        Buffer.from(bytes.map((byte) => byte | 0x80)),
        Buffer.from(`","happened_at":${REQUIRED.happened_at},"updated_at":${REQUIRED.updated_at}}`),
      ]).toString('base64'),
    ),
  fc.constantFrom('', '=', '====', 'e30', 'e30=', ' e30= ', 'e30=e30=', '%%%', 'e3_-', '\u0000'),
);

/** A literal for each type, and its value in the row. */
const GOOD: Readonly<Record<string, fc.Arbitrary<readonly [string, string]>>> = {
  small: whole(-32_768n, 32_767n),
  whole: whole(-2_147_483_648n, 2_147_483_647n),
  big: whole(-(2n ** 63n), 2n ** 63n - 1n),
  price: decimal(8, 4),
  wide: decimal(28, 10),
  double: fc
    .double({ noNaN: true, noDefaultInfinity: true })
    .map((value) => [JSON.stringify(value), String(value + 0)]),
  flag: fc.boolean().map((value) => [String(value), String(value)]),
  on_day: fc
    .date({ min: new Date('1582-10-15'), max: new Date('9999-12-31'), noInvalidDate: true })
    .map((day) => day.toISOString().slice(0, 10))
    .map((day) => [`"${day}"`, day]),
  code: fc.string({ unit: 'grapheme-ascii', maxLength: 4 }).map((value) => [JSON.stringify(value), value]),
  note: fc.string({ unit: 'binary', maxLength: 40 }).map((value) => {
    const allowed = value.replaceAll('\u0000', '');
    return [JSON.stringify(allowed), allowed];
  }),
  happened_at: time(),
};

/** As a JSON number or as text. */
const spelled = (quoted: boolean, digits: string): string => (quoted ? `"${digits}"` : digits);

function whole(min: bigint, max: bigint): fc.Arbitrary<readonly [string, string]> {
  return fc
    .tuple(fc.bigInt({ min, max }), fc.boolean())
    .map(([value, quoted]) => [spelled(quoted, String(value)), String(value)]);
}

function decimal(before: number, after: number): fc.Arbitrary<readonly [string, string]> {
  const most = 10n ** BigInt(before + after) - 1n;
  return fc
    .tuple(fc.bigInt({ min: -most, max: most }), fc.nat({ max: before + after }), fc.boolean())
    .map(([unscaled, fewer, quoted]) => {
      const value = unscaled / 10n ** BigInt(fewer);
      const digits = String(value < 0n ? -value : value).padStart(after + 1, '0');
      const written = `${value < 0n ? '-' : ''}${digits.slice(0, -after)}.${digits.slice(-after)}`;
      return [spelled(quoted, written), written];
    });
}

/** An instant that Firehose can write, in UTC, with an offset, or without one. */
function time(): fc.Arbitrary<readonly [string, string]> {
  return fc
    .tuple(
      fc.date({ min: new Date('1677-09-22'), max: new Date('2262-04-11'), noInvalidDate: true }),
      fc.integer({ min: -14 * 60, max: 14 * 60 }),
      fc.constantFrom('Z', '', 'offset'),
    )
    .map(([instant, minutes, form]) => {
      const value = `${instant.toISOString().slice(0, 23).replace('T', ' ')}000`;
      if (form !== 'offset') return [`"${instant.toISOString().slice(0, 23)}${form}"`, value];
      const local = new Date(instant.getTime() + minutes * 60_000).toISOString().slice(0, 23);
      const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60].map((part) =>
        String(part).padStart(2, '0'),
      );
      return [`"${local}${minutes < 0 ? '-' : '+'}${hours}:${rest}"`, value];
    });
}

const record: fc.Arbitrary<RecordCase> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ kind: fc.constant('text'), text }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('base64'), data: base64 }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('long'),
      bytes: fc.constantFrom(65_535, 65_536, 1_000_000, 1_024_001, 6_291_456),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('good'), values: fc.record(GOOD, { requiredKeys: [] }) }),
  },
) as fc.Arbitrary<RecordCase>;

export const firehoseRecord: Target<FirehoseRecordCase> = {
  seconds: 60,
  cases: fc.record({ records: fc.array(record, { minLength: 1, maxLength: 6 }) }),
  async judge({ records }, surroundings): Promise<Verdict> {
    const sent = records.map(dataOf);
    const tooLong = sent.filter((data) => byteLength(data) > LONGEST_RECORD);
    const sendable = sent.filter((data) => !tooLong.includes(data));
    // Firehose never sends the transform what it does not take, and an invocation takes 6 MB at most.
    const answered = new Map<string, Answer | undefined>();
    for (const group of [sendable, ...tooLong.map((data) => [data])])
      for (const [index, answer] of (await transformed(group, surroundings)).entries())
        answered.set(group[index] ?? '', answer);
    const answers = sent.map((data) => answered.get(data));
    records.forEach((each, index) => judgeAnswer(each, sent[index] ?? '', answers[index]));
    // A client cannot send data that is not base64.
    for (const data of tooLong.filter(isBase64)) await isRefused(data, surroundings);
    const rest = sendable.filter(isBase64).map((data) => ({ data, answer: answered.get(data) }));
    if (rest.length > 0) await isDelivered(rest, surroundings);
    return answers.some((answer) => answer?.result === 'Ok')
      ? ACCEPTED
      : { accepted: false, error: 'ProcessingFailed' };
  },
};

interface Answer {
  readonly recordId: string;
  readonly result: string;
  readonly data: string;
}

function dataOf(each: RecordCase): string {
  switch (each.kind) {
    case 'base64':
      return each.data;
    case 'text':
      return Buffer.from(each.text).toString('base64');
    case 'long': {
      const members = Object.entries(REQUIRED).map(([name, value]) => `"${name}":${value}`);
      return Buffer.from(`{${members.join()},"note":"${'x'.repeat(each.bytes)}"}`).toString('base64');
    }
    case 'good': {
      const values = Object.entries(each.values).map(([name, [written]]) => [name, written] as const);
      const members = Object.entries({ ...REQUIRED, ...Object.fromEntries(values) });
      return Buffer.from(`{${members.map(([name, value]) => `"${name}":${value}`).join()}}`).toString(
        'base64',
      );
    }
  }
}

async function transformed(sent: readonly string[], surroundings: Surroundings): Promise<readonly Answer[]> {
  const { records } = await surroundings.call<{ records: readonly Answer[] }>('transform-records', {
    invocationId: 'fuzz',
    deliveryStreamArn: 'arn:aws:firehose:us-east-1:000000000000:deliverystream/sluice-local-every_type',
    records: sent.map((data, index) => ({ recordId: String(index), data })),
  });
  same(
    'record ids',
    records.map(({ recordId }) => recordId),
    sent.map((_, index) => String(index)),
  );
  return records;
}

/** A refused record comes back whole. A good record is accepted, value by value. */
function judgeAnswer(each: RecordCase, sent: string, answer: Answer | undefined): void {
  if (answer?.result === 'ProcessingFailed') {
    same('data of a refused record', answer.data, sent);
    if (each.kind === 'good')
      throw new Wrong(`a good event is refused: ${Buffer.from(sent, 'base64').toString()}`);
    return;
  }
  if (answer?.result !== 'Ok') throw new Wrong(`the transform answers ${JSON.stringify(answer)}`);
  const bytes = Buffer.from(sent, 'base64');
  if (!bytes.equals(Buffer.from(bytes.toString('utf8'))))
    throw new Wrong('what is no UTF-8 became something else');
  const [row, ...others] = rowsOf(answer);
  if (each.kind !== 'good') return;
  same('further rows', others, []);
  for (const [name, [, value]] of Object.entries(each.values)) same(name, row?.[name], value);
}

/** The transform's values as text, in the form that {@link readEvents} gives those of the delivered file. */
function rowsOf({ data }: Answer): Record<string, string | null>[] {
  const lines = Buffer.from(data, 'base64').toString().trimEnd().split('\n');
  return lines.map((line) => {
    const event = JSON.parse(line) as Record<string, string | number | boolean>;
    return Object.fromEntries(DATASET.columns.map((each) => [each.name, valueText(each, event[each.name])]));
  });
}

function valueText({ type }: Column, value: string | number | boolean | undefined): string | null {
  if (value === undefined) return null;
  if (type.kind === 'real') return String(Math.fround(Number(value)));
  if (type.kind === 'double precision') return String(Number(value));
  return String(value);
}

async function isRefused(data: string, { twin }: Surroundings): Promise<void> {
  const { firehose } = twin.connection;
  const DeliveryStreamName = twin.connection.streamOf(DATASET);
  const command = new PutRecordCommand({ DeliveryStreamName, Record: { Data: Buffer.from(data, 'base64') } });
  const error = await firehose.send(command).then(
    () => undefined,
    (thrown: Error) => thrown,
  );
  if (!['ValidationException', 'InvalidArgumentException'].includes(error?.name ?? ''))
    throw new Wrong(
      `Firehose answers a record of ${byteLength(data)} bytes with ${String(error ?? 'nothing')}`,
    );
}

/** Every record is a row of the one Parquet file, or is kept whole in the one error object. */
async function isDelivered(
  records: readonly { readonly data: string; readonly answer: Answer | undefined }[],
  surroundings: Surroundings,
): Promise<void> {
  const { twin } = surroundings;
  const { firehose } = twin.connection;
  const DeliveryStreamName = twin.connection.streamOf(DATASET);
  try {
    for (const batch of batchesOf(records.map(({ data }) => Buffer.from(data, 'base64')))) {
      const Records = batch.map((Data) => ({ Data }));
      const { FailedPutCount } = await firehose.send(
        new PutRecordBatchCommand({ DeliveryStreamName, Records }),
      );
      same('records that Firehose did not take', FailedPutCount, 0);
    }
    const delivered = await twin.connection.deliver(DATASET);
    const refused = records.filter(({ answer }) => answer?.result !== 'Ok');
    const rows = records.flatMap(({ answer }) => (answer?.result === 'Ok' ? rowsOf(answer) : []));
    const expected = [
      ...(refused.length > 0 ? [['errors/every_type/processing-failed', refused.length]] : []),
      ...(rows.length > 0 ? [['every_type', rows.length]] : []),
    ];
    const prefixes = delivered.map(({ key, records: count }) => [
      /^(?:errors\/[^/]+\/)?[^/]+/.exec(key)?.[0],
      count,
    ]);
    same('objects', prefixes, expected);
    for (const { key } of delivered) {
      const bytes = await objectOf(key, surroundings);
      if (key.startsWith('errors/')) {
        const lines = bytes.toString('utf8').trimEnd().split('\n');
        const kept = lines.map((line) => JSON.parse(line) as { rawData: string; errorCode: string });
        same(
          'kept records',
          kept.map(({ rawData }) => rawData),
          refused.map(({ data }) => normalized(data)),
        );
        if (kept.some(({ errorCode }) => !errorCode)) throw new Wrong('a kept record has no reason');
      } else {
        const path = surroundings.path('delivered.parquet');
        writeFileSync(path, bytes);
        same('rows', await readEvents(path, DATASET.columns), rows);
      }
    }
  } finally {
    await surroundings.empty('errors/');
    await surroundings.empty('every_type/');
  }
}

async function objectOf(Key: string, { twin }: Surroundings): Promise<Buffer> {
  const { s3, bucket: Bucket } = twin.connection;
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
  return Buffer.from((await Body?.transformToByteArray()) ?? []);
}

/** The number of records that one call takes. */
function batchesOf(data: readonly Buffer[]): Buffer[][] {
  const batches: Buffer[][] = [[]];
  let size = 0;
  for (const each of data) {
    if (size + each.length > 3_000_000) {
      batches.push([]);
      size = 0;
    }
    batches.at(-1)?.push(each);
    size += each.length;
  }
  return batches;
}

const byteLength = (data: string) => Buffer.from(data, 'base64').length;
const normalized = (data: string) => Buffer.from(data, 'base64').toString('base64');

function isBase64(data: string): boolean {
  return normalized(data) === data;
}
