import { DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import { readFileSync, rmSync } from 'node:fs';
import { glueType, parseColumnType, type ColumnType } from '../../../core/column-types';
import { transformEvent } from '../../../core/transform';
import { FIREHOSE_VALUES, firehoseValue, type FirehoseValue } from '../../../local/behaviour/firehose-values';
import { temporaryFolder } from '../../../testkit/temporary-folder';
import { ordersDataset } from '../../core/orders';
import { echo, openService, STREAM } from '../firehose/serve';

const EXAMPLES = FIREHOSE_VALUES.flatMap((form) =>
  form.examples.map(([json, written = json]) => ({ form, json, written })),
);
const isRefused = ({ outcome }: FirehoseValue) => outcome.does === 'refuses';
const WRITTEN = EXAMPLES.filter(({ form }) => !isRefused(form));
const REFUSED = EXAMPLES.filter(({ form }) => isRefused(form));
const hiveType = (type: string) => (type === 'decimal' ? 'decimal(10,2)' : type);

async function textsOf(path: string): Promise<Record<string, unknown>> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    const rows = await connection.runAndReadAll(`SELECT COLUMNS(*)::VARCHAR FROM read_parquet('${path}')`);
    return rows.getRowObjectsJson()[0]!;
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

test('Firehose does on the twin what the table says, for every form of value', async () => {
  const directory = temporaryFolder('sluice-firehose-values-');
  // A column for each example, so that one object holds all of them.
  const columns = EXAMPLES.map(({ form }, index) => ({ name: `c${index}`, type: hiveType(form.type) }));
  const name = (example: (typeof EXAMPLES)[number]) => `c${EXAMPLES.indexOf(example)}`;
  const { service, store } = openService(directory, [{ ...STREAM, columns }], echo);
  await store.createBucket(STREAM.bucket, 'us-east-1');
  const put = (...members: string[]) =>
    service.call(
      'PutRecord',
      {
        DeliveryStreamName: STREAM.name,
        Record: { Data: Buffer.from(`{${members.join(', ')}}`).toString('base64') },
      },
      { headers: {}, signal: new AbortController().signal },
    );
  await put(...WRITTEN.map((example) => `"${name(example)}": ${example.json}`));
  for (const example of REFUSED) await put(`"${name(example)}": ${example.json}`);

  const objects = await service.flush();
  const pathOf = async (isError: boolean) => {
    const found = objects.find(({ key }) => key.includes('format-conversion-failed') === isError);
    return (await store.head(STREAM.bucket, found!.key))!.path;
  };
  const texts = await textsOf(await pathOf(false));
  expect(WRITTEN.map((example) => [example.form.type, example.json, texts[name(example)]])).toEqual(
    WRITTEN.map(({ form, json, written }) => [form.type, json, written]),
  );
  const failures = readFileSync(await pathOf(true), 'utf8')
    .trimEnd()
    .split('\n');
  expect(failures).toHaveLength(REFUSED.length);
  failures.forEach((line, index) => {
    const { outcome } = REFUSED[index]!.form;
    expect(line).toContain(outcome.does === 'refuses' ? outcome.text : '');
  });
  await service.close();
  rmSync(directory, { recursive: true });
});

test('each example has the form that it stands for', () => {
  for (const { form, json } of EXAMPLES) {
    const value = JSON.parse(json) as number;
    // A number beyond 2^53 has its own text, and 1e999 is Infinity here.
    if (typeof value === 'number' && !Number.isSafeInteger(value) && Number.isInteger(value)) continue;
    if (form.type === 'timestamp' && typeof value === 'number') continue;
    expect([json, firehoseValue(form.type, value)?.what]).toEqual([json, form.what]);
  }
});

const TYPES = [
  ...[
    'smallint',
    'integer',
    'bigint',
    'real',
    'double precision',
    'boolean',
    'char(8)',
    'varchar(32)',
    'date',
  ],
  ...['timestamp', 'decimal(10,2)', 'decimal(38,10)', 'decimal(5,0)'],
];

/** JSON values of every kind, many at the limits of a type. */
const digits = fc.oneof(
  fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }),
  fc.bigInt({ min: -70_000n, max: 70_000n }),
);
const moment = fc.tuple(
  fc.oneof(fc.integer({ min: 0, max: 9_999 }), fc.constantFrom(1676, 1677, 1678, 2261, 2262, 2263)),
  fc.integer({ min: 1, max: 12 }),
  fc.integer({ min: 1, max: 31 }),
  fc.constantFrom('', 'T08:15:00Z', ' 23:59:59.999999', 'T00:00:00.123456789+05:30', 'T24:00:00Z'),
);
const two = (number: number, length = 2) => String(number).padStart(length, '0');
const json = fc.oneof(
  digits.map(String),
  digits.map((each) => `"${each}"`),
  fc.double().map((each) => JSON.stringify(each)),
  fc.tuple(digits, fc.nat(99)).map(([whole, cents]) => `"${whole}.${two(cents)}"`),
  moment.map(([year, month, day, clock]) => `"${two(year, 4)}-${two(month)}-${two(day)}${clock}"`),
  fc.string({ unit: 'binary', maxLength: 12 }).map((each) => JSON.stringify(each)),
  fc.constantFrom(
    '"\\ud800"',
    '"\\u0000"',
    'true',
    'false',
    '"true"',
    '1e999',
    '-0',
    '[]',
    '{}',
    '9223372036854775808',
  ),
);

test.each(TYPES)('what the transform accepts for %s, Firehose writes unchanged', (text) => {
  const type = parseColumnType(text) as ColumnType;
  const dataset = ordersDataset({
    columns: [
      { name: 'id', type: 'bigint', required: true },
      { name: 'at', type: 'timestamp', required: true },
      { name: 'value', type: text },
    ],
    target: { key: ['id'], event_time: 'at' },
  });
  let accepted = 0;
  fc.assert(
    fc.property(json, (raw) => {
      const result = transformEvent(dataset, `{"id": 1, "at": 0, "value": ${raw}}`);
      const value = result.accepted ? result.event.value : undefined;
      if (value === undefined) return;
      accepted += 1;
      // What JSON.stringify writes into the answer is what Firehose reads.
      const row = firehoseValue(glueType(type, false), JSON.parse(JSON.stringify(value)) as typeof value);
      expect({ value, does: row?.outcome.does, proven: row?.proven }).toEqual({
        value,
        does: 'accepts',
        proven: true,
      });
    }),
    { numRuns: 2_000 },
  );
  expect(accepted).toBeGreaterThan(20);
});
