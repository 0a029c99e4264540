import fc from 'fast-check';
import type { Dataset } from '../../core/dataset';
import { PAYLOAD_BYTES, transformBufferMegabytes } from '../../core/transform-buffer';
import { transformBatch } from '../../functions/shared/transform-batch';
import { readDatasets } from '../../service/datasets';
import { ROOT } from '../../testkit/root';
import { ordersDataset } from './orders';

/** Values of each type, as JSON: short ones that grow, and long ones. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  smallint: ['1', '3e4', '-32768'],
  integer: ['0', '2e9', '-2147483648', '"12"'],
  bigint: ['7', '9e15', '9e18', '-9e18', '"9223372036854775807"'],
  real: ['1', '9e20', '-9e20', '0.1'],
  'double precision': ['1', '9e20', '-9e20', '1e-300'],
  boolean: ['true', 'false'],
  date: ['"2026-11-23"'],
  timestamp: ['0', '1e9', '"2026-11-23T08:15:00Z"'],
  'varchar(40)': ['1', '""', '9e15', '-9e15', 'true', `"${'ü'.repeat(20)}"`, '"\\u001b\\n"'],
  'varchar(65535)': ['1', '""', '9e15', `"${'x'.repeat(65_535)}"`],
  'char(4)': ['1', '"abcd"'],
  'decimal(10,2)': ['1', '-1', '9e7', '"12.3450e1"'],
  'decimal(38,37)': ['1', '-1', '"9.1"'],
  'decimal(38,0)': ['1', '9e37', '-9e37', '"9e37"', '"-9e37"'],
};
const TYPES = Object.keys(VALUES);

interface Case {
  readonly dataset: Dataset;
  readonly types: ReadonlyMap<string, string>;
}

const cases: fc.Arbitrary<Case> = fc
  .record({
    keyType: fc.constantFrom('bigint', 'varchar(40)', 'decimal(38,37)'),
    more: fc.array(fc.record({ type: fc.constantFrom(...TYPES), required: fc.boolean(), name: fc.nat(20) }), {
      maxLength: 12,
    }),
    derive: fc.boolean(),
  })
  .map(({ keyType, more, derive }) => {
    const columns = [
      { name: 'a', type: keyType, required: true },
      { name: 'b', type: 'timestamp', required: true },
      ...more.map(({ type, required, name }, index) => ({
        name: `c${index}${'x'.repeat(name)}`,
        type,
        required,
      })),
    ];
    const dataset = ordersDataset({
      columns,
      target: {
        key: ['a'],
        event_time: 'b',
        ...(derive ? { derive: ['hour'], derive_in: 'transform' } : {}),
      },
    });
    return { dataset, types: new Map(columns.map(({ name, type }) => [name, type])) };
  });

/** The index of a column's value; -1 if the column is missing. */
type Choices = ReadonlyMap<string, number>;

function eventOf({ types }: Case, choices: Choices): string {
  const members = [...choices].flatMap(([name, choice]) => {
    const value = VALUES[types.get(name) ?? '']?.[choice];
    return value === undefined ? [] : [`${JSON.stringify(name)}:${value}`];
  });
  return `{${members.join()}}`;
}

const choicesOf = ({ dataset, types }: Case) =>
  dataset.columns
    .filter(({ name }) => types.has(name))
    .map(({ name, required }) => ({
      name,
      choices: [...(required ? [] : [-1]), ...(VALUES[types.get(name) ?? ''] ?? []).keys()],
    }));

/** Looks for the event with the largest payload for its length, column by column. */
function worstEvent(each: Case, isBetter: (payload: { request: number; answer: number }) => number): string {
  const columns = choicesOf(each);
  let best: Choices = new Map(columns.map(({ name, choices }) => [name, choices[0] ?? -1]));
  const badness = (choices: Choices) => {
    const event = eventOf(each, choices);
    const { record, answered } = transformed(each.dataset, event);
    const payload = { request: bytesOf(sent(record)), answer: bytesOf(answered) };
    return isBetter(payload) / Buffer.byteLength(event);
  };
  for (let round = 0; round < 2; round++)
    for (const { name, choices } of columns)
      for (const choice of choices) {
        const other = new Map([...best, [name, choice]]);
        if (badness(other) > badness(best)) best = other;
      }
  return eventOf(each, best);
}

interface SourceRecord {
  readonly recordId: string;
  readonly data: string;
}

const recordOf = (event: string): SourceRecord => ({
  recordId: '4'.repeat(62),
  data: Buffer.from(event).toString('base64'),
});

function transformed(dataset: Dataset, event: string): { record: SourceRecord; answered: SourceRecord } {
  const record = recordOf(event);
  const { records, refused } = transformBatch(dataset, [record]);
  expect(refused).toEqual([]);
  return { record, answered: records[0] ?? record };
}

/** The number of such events that do not fill the buffer. Firehose may send one more, of any length. */
const countOf = (dataset: Dataset, event: string): number =>
  Math.ceil((transformBufferMegabytes(dataset) * 1024 ** 2) / Buffer.byteLength(event)) - 1;

/** The bytes of the longest record's data, in the request and, if all of it is kept, in the answer. */
const LONGEST_BYTES = Math.ceil(1_024_000 / 3) * 4;

const bytesOf = (value: object): number => Buffer.byteLength(JSON.stringify(value));
const sent = (record: SourceRecord): object => ({
  ...record,
  approximateArrivalTimestamp: 1_795_965_566_892,
});
const REQUEST = {
  invocationId: '00000000-0000-0000-0000-000000000000',
  deliveryStreamArn: `arn:aws:firehose:ap-southeast-2:000000000000:deliverystream/${'s'.repeat(64)}`,
  region: 'ap-southeast-2',
  records: [],
};

function assertFits(dataset: Dataset, event: string): void {
  const { record, answered } = transformed(dataset, event);
  const count = countOf(dataset, event);
  const request = bytesOf(REQUEST) + (count + 1) * (bytesOf(sent(record)) + 1) + LONGEST_BYTES;
  // The longest record grows by as much as this event does.
  const growth = Math.max(answered.data.length - record.data.length, 0);
  const answer = bytesOf({ records: [] }) + (count + 1) * (bytesOf(answered) + 1) + LONGEST_BYTES + growth;
  const fits = request <= PAYLOAD_BYTES && answer <= PAYLOAD_BYTES;
  expect({ request, answer, fits }).toMatchObject({ fits: true });
}

test('no batch of the shortest, the longest or the worst events makes a request or an answer over 6 MB', () => {
  fc.assert(
    fc.property(cases, (each) => {
      const columns = choicesOf(each);
      for (const pick of [0, -1])
        assertFits(
          each.dataset,
          eventOf(each, new Map(columns.map(({ name, choices }) => [name, choices.at(pick) ?? 0]))),
        );
      assertFits(
        each.dataset,
        worstEvent(each, ({ request }) => request),
      );
      assertFits(
        each.dataset,
        worstEvent(each, ({ answer }) => answer),
      );
    }),
    { numRuns: 40 },
  );
});

describe.each(readDatasets(ROOT).map((dataset) => [dataset.name, dataset] as const))(
  'dataset %s',
  (_, dataset) => {
    const required = dataset.columns.filter((column) => column.required);

    test('its shortest events fit', () => {
      const event = `{${required.map(({ name }) => `"${name}":1`).join()}}`;
      assertFits(dataset, event);
      const long = `{${' '.repeat(1_024_000 - event.length)}${event.slice(1)}`;
      const events = [...Array<string>(countOf(dataset, event)).fill(event), long];
      const { records, refused } = transformBatch(dataset, events.map(recordOf));
      expect(refused).toEqual([]);
      expect(bytesOf({ records })).toBeLessThanOrEqual(PAYLOAD_BYTES);
    });

    test('its buffer is within Firehose’s limits, in steps of 0.1 MB', () => {
      const megabytes = transformBufferMegabytes(dataset);
      expect(String(megabytes)).toMatch(/^[0-3](\.\d)?$/);
      expect(megabytes).toBeGreaterThanOrEqual(0.2);
      expect(megabytes).toBeLessThanOrEqual(3);
    });
  },
);

test('events that are shorter than the smallest buffer allows never make an answer over 6 MB either', () => {
  const dataset = ordersDataset({
    columns: [{ name: 'b', type: 'timestamp', required: true }],
    target: { key: ['b'], event_time: 'b', derive: ['year', 'month', 'day', 'hour'], derive_in: 'transform' },
  });
  expect(transformBufferMegabytes(dataset)).toBe(0.2);
  const event = '{"b":1}';
  const long = `{${' '.repeat(1_024_000 - event.length)}${event.slice(1)}`;
  const events = [...Array<string>(countOf(dataset, event)).fill(event), long];
  const { records, refused } = transformBatch(dataset, events.map(recordOf));
  expect(bytesOf({ records })).toBeLessThanOrEqual(PAYLOAD_BYTES);
  expect(refused.length).toBe(records.filter(({ result }) => result === 'ProcessingFailed').length);
});

test('records with many short events never make an answer over 6 MB: those that grow most are refused', () => {
  const dataset = ordersDataset({
    columns: [
      { name: 'a', type: 'decimal(38,37)', required: true },
      { name: 'b', type: 'timestamp', required: true },
    ],
    target: { key: ['a'], event_time: 'b' },
  });
  const many = '{"a":1,"b":1}'.repeat(70_000);
  const records = ['{"a":1,"b":1}', many, '{"a":2,"b":1}', `${many}{"a":3}`].map((text, index) => ({
    recordId: String(index),
    data: Buffer.from(text).toString('base64'),
  }));
  const { records: answered, refused } = transformBatch(dataset, records);
  expect(answered.map(({ result }) => result)).toEqual(['Ok', 'ProcessingFailed', 'Ok', 'ProcessingFailed']);
  expect(answered[1]?.data).toBe(records[1]?.data);
  expect(refused.map(({ recordId, events, reason }) => [recordId, events, reason])).toEqual([
    ['3', 70_001, 'event 70001 of 70001 in the record: b is missing'],
    [
      '1',
      70_000,
      'with it, the answer of the transform would be larger than 6 MB: send fewer events in one record, or longer ones',
    ],
  ]);
  expect(bytesOf({ records: answered })).toBeLessThanOrEqual(PAYLOAD_BYTES);
});
