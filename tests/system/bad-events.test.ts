import { PutRecordBatchCommand } from '@aws-sdk/client-firehose';
import { GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ARRIVAL_HEADER } from '../../cli/delivery/put-batch';
import { runInspect } from '../../cli/inspect';
import type { RefusedDocument } from '../../cli/inspect/inspect-refused';
import { CapturedOutput } from '../../testkit/captured-output';
import { TestTwin } from '../../testkit/test-twin';

const HOUR = '2026-11-20T08';
const good = (trip_id: string, more: object = {}) => ({
  trip_id,
  pickup_datetime: '2026-11-20T08:15:00Z',
  updated_at: '2026-11-20T08:30:00Z',
  ...more,
});
const without = ({ trip_id: _, ...rest }: ReturnType<typeof good>) => rest;
const json = (event: object) => Buffer.from(JSON.stringify(event));
/** Too deep for JSON.stringify, but not for JSON.parse. */
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

const BAD: readonly (readonly [string, Buffer, RegExp])[] = [
  ['lacks its key', json(without(good('x'))), /^trip_id is missing$/],
  ['has null for its key', json(good('x', { trip_id: null })), /^trip_id is null$/],
  [
    'has a bad timestamp',
    json(good('x', { pickup_datetime: '2026-02-30T08:15:00Z' })),
    /^pickup_datetime: "2026-02-30T08:15:00Z" is not a timestamp \(.*\)$/,
  ],
  ['is not JSON', Buffer.from('{"trip_id": "x", '), /^not JSON: /],
  ['holds NaN, which JSON lacks', Buffer.from('{"trip_id":"x","trip_distance":NaN}'), /^not JSON: .*'N'/],
  ['has NaN as text', json(good('x', { trip_distance: 'NaN' })), /^trip_distance: "NaN" is not a number$/],
  [
    'has NaN as the text of a decimal',
    json(good('x', { total_amount: 'NaN' })),
    /^total_amount: "NaN" is not a valid decimal/,
  ],
  [
    'has a huge integer',
    Buffer.from(
      JSON.stringify(good('x', { vendor_id: 0 })).replace(
        '"vendor_id":0',
        '"vendor_id":99999999999999999999',
      ),
    ),
    /^vendor_id: 99999999999999999999 is out of the range of integer/,
  ],
  [
    'has an integer out of range',
    json(good('x', { vendor_id: 2_147_483_648 })),
    /^vendor_id: 2147483648 is out of the range/,
  ],
  ['is empty', Buffer.alloc(0), /^not JSON: /],
  ['is blank', Buffer.from('\n'), /^not JSON: /],
  ['is a list', json([good('x')]), /^not a JSON object but an array: send its members one after the other$/],
  [
    'is a deep list',
    Buffer.from(nested(100_000)),
    /^not a JSON object but an array: send its members one after the other$/,
  ],
  [
    'has a deep value in a column',
    Buffer.from(JSON.stringify(good('x')).replace('"x"', nested(100_000))),
    /^not JSON: nested deeper than 500 levels$/,
  ],
  ['is not UTF-8', Buffer.from([0x7b, 0xff, 0xfe, 0x00, 0x7d]), /^not JSON: /],
];
const GOOD = [
  good('a'),
  good('b', { unknown: JSON.parse(nested(50)) as unknown }),
  good('c', { trip_distance: '1.5', vendor_id: '7' }),
];

let twin: TestTwin;
let errorKey: string;
beforeAll(async () => {
  twin = await TestTwin.start();
  const [dataset] = twin.connection.datasets;
  if (!dataset) throw new Error('There is no dataset.');
  // The good events come between the bad ones, all in one batch.
  const records = BAD.map(([, data]) => data);
  GOOD.forEach((event, index) => records.splice(index * 5 + 1, 0, json(event)));
  await putBatch(twin.connection.streamOf(dataset), records);
  const delivered = await twin.connection.deliver(dataset);
  expect(delivered.map(({ key, records: count }) => [key.split('/').slice(0, 3).join('/'), count])).toEqual([
    ['errors/trips/processing-failed', BAD.length],
    ['trips/year=2026/month=11', GOOD.length],
  ]);
  errorKey = delivered[0]?.key ?? '';
});
afterAll(() => twin.remove());

/** Uses the stock client, at an hour of the test's own. */
async function putBatch(DeliveryStreamName: string, records: readonly Buffer[]): Promise<void> {
  const command = new PutRecordBatchCommand({
    DeliveryStreamName,
    Records: records.map((Data) => ({ Data })),
  });
  command.middlewareStack.add(
    (next) => (args) => {
      (args.request as { headers: Record<string, string> }).headers[ARRIVAL_HEADER] = HOUR;
      return next(args);
    },
    { step: 'build' },
  );
  expect(await twin.connection.firehose.send(command)).toMatchObject({ FailedPutCount: 0 });
}

test('the good events are loaded, the bad ones are not', async () => {
  expect(await twin.load({ partition: HOUR })).toMatchObject({
    status: 'SUCCEEDED',
    partitions: [{ partition: HOUR, outcome: 'loaded', files: 1, rows_in_files: 3, inserted: 3 }],
  });
  const { rows } = await twin.sql('SELECT trip_id, vendor_id, trip_distance FROM trips ORDER BY trip_id');
  expect(rows).toEqual([
    ['a', null, null],
    ['b', null, null],
    ['c', 7, 1.5],
  ]);
});

test('each bad event is kept whole under the error prefix of its hour', async () => {
  const { s3, bucket: Bucket } = twin.connection;
  const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'errors/' }));
  expect(Contents?.map(({ Key }) => Key)).toEqual([errorKey]);
  expect(errorKey).toMatch(/^errors\/trips\/processing-failed\/year=2026\/month=11\/day=20\/hour=08\/./);

  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: errorKey }));
  const lines = ((await Body?.transformToString()) ?? '').trimEnd().split('\n');
  const kept = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(kept.map(({ rawData }) => rawData)).toEqual(BAD.map(([, data]) => data.toString('base64')));
  for (const record of kept) {
    expect(record).toMatchObject({ errorCode: 'Lambda.ProcessingFailedStatus', attemptsMade: 1 });
    expect(new Date(Number(record.arrivalTimestamp)).toISOString()).toContain(HOUR);
  }
});

describe('an event that', () => {
  let document: RefusedDocument;
  let logged: readonly { readonly recordId: string; readonly reason: string }[];
  beforeAll(async () => {
    const captured = new CapturedOutput(true);
    const target = `s3://${twin.connection.bucket}/${errorKey}`;
    expect(await runInspect(twin.connection, captured.output, { target, rows: 5 })).toBe(0);
    document = captured.document<RefusedDocument>();

    const log = readFileSync(
      join(twin.stateDirectory, 'lambda/logs/sluice-local-transform-records.log'),
      'utf8',
    );
    const entries = log
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as { message: string; level: string; refused: typeof logged });
    const warnings = entries.filter(({ message }) => message === 'Events were refused');
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatchObject({ level: 'WARN', dataset: 'trips', records: BAD.length + GOOD.length });
    logged = warnings[0]?.refused ?? [];
  });

  test.each(BAD.map(([name, data, reason], index) => [name, { data, reason, index }] as const))(
    '%s is refused for a reason that the log and sluice inspect show',
    (_, { data, reason, index }) => {
      expect(logged[index]?.reason).toMatch(reason);
      expect(document.events[index]).toMatchObject({
        line: index + 1,
        event: data.toString('utf8'),
        reason: logged[index]?.reason,
        error_code: 'Lambda.ProcessingFailedStatus',
      });
    },
  );

  test('is refused once in the log and once in the object', () => {
    expect(logged).toHaveLength(BAD.length);
    expect(document).toMatchObject({ kind: 'refused-events', dataset: 'trips', unreadable: 0 });
    expect(document.events).toHaveLength(BAD.length);
  });
});
