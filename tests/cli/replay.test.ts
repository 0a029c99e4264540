import { DeleteObjectCommand, GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInspect } from '../../cli/inspect';
import type { FileDocument } from '../../cli/inspect/inspect-file';
import { runReplay } from '../../cli/replay';
import type { ReplayDocument } from '../../cli/replay/document';
import type { ReplayOptions } from '../../cli/replay/usage';
import { runStream, type StreamDocument } from '../../cli/stream';
import { parseDataset } from '../../core/dataset';
import { hourOf } from '../../core/hour';
import { CapturedOutput } from '../../testkit/captured-output';
import { temporaryFolder } from '../../testkit/temporary-folder';
import { TestTwin } from '../../testkit/test-twin';

const folder = temporaryFolder('sluice-replay-test-');
const DAY = '2026-11-23';
const TRANSFORM = 'sluice-local-transform-records';
let twin: TestTwin;
/** The calls of each test, as `<service> <operation>`. */
let calls: string[] = [];

beforeAll(async () => {
  twin = await TestTwin.shared();
});
beforeEach(() => {
  calls = [];
  twin.twin.faults.observe(({ service, operation }) => void calls.push(`${service} ${operation}`));
});
afterEach(async () => {
  twin.twin.faults.clear();
  await twin.reset();
});
afterAll(async () => {
  await twin.remove();
  rmSync(folder, { recursive: true });
});

const good = (id: string, more: object = {}) =>
  JSON.stringify({ trip_id: id, pickup_datetime: '2026-11-23T08:15:00Z', updated_at: 0, ...more });
const BAD = '{"trip_id":"bad"}';

async function replay(
  what: string,
  options: Partial<ReplayOptions> = {},
  signal = new AbortController().signal,
) {
  const captured = new CapturedOutput(true);
  const code = await runReplay(twin.connection, captured.output, { what, ...options }, signal);
  return { code, document: captured.document<ReplayDocument>(), text: captured.stderr };
}

async function stream(lines: readonly string[], at: string): Promise<StreamDocument> {
  const file = join(folder, 'events.ndjson');
  writeFileSync(file, lines.join('\n'));
  const captured = new CapturedOutput(true);
  await runStream(twin.connection, captured.output, { file, at });
  return captured.document<StreamDocument>();
}

const prefixOf = (hour: string, type = 'processing-failed') =>
  `errors/trips/${type}/year=${hour.slice(0, 4)}/month=${hour.slice(5, 7)}/day=${hour.slice(8, 10)}/hour=${hour.slice(11)}/`;
const urlOf = (key: string) => `s3://${twin.connection.bucket}/${key}`;

/** Puts an error object as Firehose writes it. @returns its URL. */
async function putErrors(hour: string, name: string, records: readonly string[]): Promise<string> {
  const lines = records.map((data, index) =>
    JSON.stringify({
      attemptsMade: 4,
      arrivalTimestamp: Date.parse(`${hour}:00:00Z`) + index,
      errorCode: 'Lambda.FunctionError',
      errorMessage: 'The Lambda function was successfully invoked but it returned an error result.',
      attemptEndingTimestamp: Date.parse(`${hour}:10:00Z`),
      rawData: Buffer.from(data).toString('base64'),
      lambdaARN: 'arn:aws:lambda:us-east-1:000000000000:function:transform',
    }),
  );
  await twin.put(`${prefixOf(hour)}${name}`, `${lines.join('\n')}\n`);
  return urlOf(`${prefixOf(hour)}${name}`);
}

/** The keys of what the replays remember. */
async function remembered(): Promise<string[]> {
  const { s3, bucket: Bucket } = twin.connection;
  const { Contents = [] } = await s3.send(
    new ListObjectsV2Command({ Bucket, Prefix: 'sluice/trips/replayed/' }),
  );
  return Contents.map(({ Key = '' }) => Key);
}

function addsUp({
  events,
  repeated,
  sent_before: before,
  left,
  chosen,
  sent,
  failed,
  reasons,
}: ReplayDocument): void {
  expect(events).toBe(repeated + before + left + chosen);
  expect(sent + failed).toBe(chosen);
  expect(reasons.reduce((sum, each) => sum + each.events, 0)).toBe(events);
}

test('events of a transform that failed are refused, sent again once it works, and loaded once', async () => {
  const lines = [good('a'), good('b'), `${good('c')}${BAD}`, BAD, good('b')];
  twin.twin.faults.set([
    { service: 'lambda', operation: TRANSFORM, times: 4, fault: { type: 'error', code: 'ServiceException' } },
  ]);
  const refused = await stream(lines, `${DAY}T08`);
  expect(refused).toMatchObject({ records: 5, objects: [], refused: 5 });

  calls = [];
  const dry = await replay(`${DAY}T08`, { dryRun: true });
  expect(dry.code).toBe(0);
  expect(dry.document).toMatchObject({
    ...{ dataset: 'trips', dry_run: true, objects: 1, records: 5, events: 6 },
    ...{ chosen: 3, left: 1, repeated: 2, sent: 0, failed: 0, sent_before: 0 },
  });
  expect(dry.document.reasons.map(({ reason, chosen }) => [reason, chosen])).toEqual([
    ['Lambda.ServiceUnavailable', 3],
    ['pickup_datetime is missing', 0],
  ]);
  expect(dry.text).toContain(
    '3 events would be sent to sluice-local-trips, 1 left, 2 repeated (6 events read)',
  );
  expect(dry.text).toContain('the deployed transform must be of the same version');
  expect(dry.text).toContain(`npx sluice replay ${DAY}T08\n`);
  // It only looks.
  expect(new Set(calls.map((call) => call.replace(/ .*/, '')))).toEqual(new Set(['s3']));
  expect(calls.filter((call) => /Put|Delete/.test(call))).toEqual([]);

  const hour = hourOf(new Date());
  const first = await replay(`${DAY}T08`);
  const { code, document, text } = first;
  expect(code).toBe(0);
  expect(document).toMatchObject({ chosen: 3, sent: 3, failed: 0, left: 1, repeated: 2, error_objects: [] });
  expect(document.objects_written.reduce((sum, { records }) => sum + records, 0)).toBe(3);
  expect(calls.filter((call) => call.startsWith('redshift'))).toEqual([]);
  const [, loading] = /npx sluice load (\S+)/.exec(text) ?? [];
  expect([hour, hourOf(new Date())]).toContain(loading);

  const again = await replay(urlOf('errors/trips/'));
  expect(again).toMatchObject({
    code: 0,
    document: { chosen: 0, sent: 0, sent_before: 4, left: 1, repeated: 1 },
  });
  expect(again.text).toContain('0 events sent');
  // Somebody forces it: the table stays the same.
  expect((await replay(`${DAY}T08`, { again: true })).document).toMatchObject({ sent: 3 });
  expect(await twin.load({ partition: loading })).toMatchObject({ status: 'SUCCEEDED' });
  expect((await twin.target()).map(([id]) => id)).toEqual(['a', 'b', 'c']);
  for (const each of [first, again]) addsUp(each.document);
});

test('what is refused again is left by the next replay, unless it is sent again on purpose', async () => {
  await putErrors(`${DAY}T08`, 'one', [BAD, good('a')]);
  const first = await replay(`${DAY}T08`, { all: true });
  expect(first).toMatchObject({ code: 0, document: { sent: 2, left: 0, error_objects: [{ records: 1 }] } });
  const [, inspection = ''] = /npx sluice inspect (\S+)/.exec(first.text) ?? [];
  expect(inspection).toBe(urlOf(first.document.error_objects[0]?.key ?? ''));

  expect((await replay(`${DAY}T08`, { all: true })).document).toMatchObject({ sent: 0, sent_before: 2 });
  // The new error object holds an event that nobody has sent since it was refused.
  expect((await replay(inspection)).document).toMatchObject({ sent: 0, sent_before: 0, left: 1 });
  const all = await replay(urlOf('errors/'), { all: true });
  expect(all.document).toMatchObject({ objects: 2, sent: 1, sent_before: 2, left: 0 });
  addsUp(all.document);
});

test('a deployed transform of another version refuses again, and nothing is lost', async () => {
  await putErrors(`${DAY}T08`, 'one', [good('x', { trip_id: 'x'.repeat(70) })]);
  const { connection } = twin;
  const wider = connection.datasets.map((dataset) => ({
    ...dataset,
    columns: dataset.columns.map((column) =>
      column.name === 'trip_id' ? { ...column, type: { kind: 'varchar', length: 100 } as const } : column,
    ),
  }));
  const output = new CapturedOutput(true);
  const options = { what: `${DAY}T08` };
  const { signal } = new AbortController();
  await runReplay({ ...connection, datasets: wider }, output.output, options, signal);
  const { error_objects: kept } = output.document<ReplayDocument>();
  expect(kept).toMatchObject([{ records: 1 }]);
  // Once the same version is deployed, the new error object counts.
  const later = new CapturedOutput(true);
  const what = urlOf('errors/trips/');
  await runReplay({ ...connection, datasets: wider }, later.output, { what }, signal);
  expect(later.document()).toMatchObject({ sent_before: 1, sent: 1 });
});

test('a replay that Firehose ends says how many were sent, and the same command sends the rest once', async () => {
  const ids = Array.from({ length: 1_600 }, (_, index) => `id-${index}`);
  for (const [index, from] of [0, 400, 800, 1_200].entries())
    await putErrors(
      `${DAY}T0${index}`,
      'object',
      ids.slice(from, from + 400).map((id) => good(id)),
    );
  twin.twin.faults.set([
    {
      ...{ service: 'firehose', operation: 'PutRecordBatch', nth: 3, times: 100 },
      fault: { type: 'error', code: 'ResourceNotFoundException', status: 400 },
    },
  ]);
  const { code, document, text } = await replay(DAY);
  twin.twin.faults.clear();
  expect(code).toBe(1);
  expect(document).toMatchObject({ sent: 1_000, error: { name: 'ResourceNotFoundException' } });
  expect(document.failed).toBeGreaterThan(0);
  addsUp(document);
  expect(text).toContain('1,000 events sent');
  expect(text).toContain('The same command sends the rest.');

  const rest = await replay(DAY);
  expect(rest).toMatchObject({
    code: 0,
    document: { events: 1_600, sent: 600, sent_before: 1_000, failed: 0 },
  });
  addsUp(rest.document);
});

test('a replay that is interrupted finishes what it sends, and the same command sends the rest', async () => {
  const ids = Array.from({ length: 1_300 }, (_, index) => `id-${index}`);
  await putErrors(
    `${DAY}T08`,
    'first',
    ids.slice(0, 900).map((id) => good(id)),
  );
  await putErrors(
    `${DAY}T09`,
    'second',
    ids.slice(900).map((id) => good(id)),
  );
  const stop = new AbortController();
  twin.twin.faults.observe(({ operation }) => {
    if (operation === 'PutRecordBatch') stop.abort();
  });
  const { code, document, text } = await replay(DAY, {}, stop.signal);
  expect(code).toBe(1);
  expect(document).toMatchObject({ interrupted: true, failed: 0, error: null });
  expect(document.sent).toBeGreaterThanOrEqual(500);
  expect(document.sent).toBeLessThan(1_300);
  expect(text).toContain('The same command sends the rest.');
  const rest = await replay(DAY);
  expect(rest.document).toMatchObject({ sent: 1_300 - document.sent, sent_before: document.sent });
});

test('an event that Firehose delivered to two objects is sent once, now and later', async () => {
  await putErrors(`${DAY}T08`, 'first', [good('a'), good('b')]);
  await putErrors(`${DAY}T09`, 'second', [good('b'), good('c')]);
  expect((await replay(DAY)).document).toMatchObject({ events: 4, sent: 3, repeated: 1 });
  expect((await replay(DAY)).document).toMatchObject({ events: 4, sent: 0, sent_before: 4 });
});

describe('what a replay remembers', () => {
  test('is beside the plans, which are deleted after a while, and is no stray', async () => {
    await putErrors(`${DAY}T08`, 'one', [good('a')]);
    await replay(DAY);
    expect(await remembered()).toEqual([
      `sluice/trips/replayed/000000000000.us-east-1.sluice-local-trips/${twin.connection.bucket}/${prefixOf(`${DAY}T08`)}one.json`,
    ]);
    const { strays } = await twin.load({ plan: true });
    expect(strays?.count ?? 0).toBe(0);
  });

  test.each([
    [
      'is lost',
      (key: string) =>
        twin.connection.s3.send(new DeleteObjectCommand({ Bucket: twin.connection.bucket, Key: key })),
    ],
    ['is damaged', (key: string) => twin.put(key, '{"events":')],
    ['is of another form', (key: string) => twin.put(key, '{"sent":[1]}')],
  ])('loses no event if it %s', async (_, change) => {
    await putErrors(`${DAY}T08`, 'one', [good('a')]);
    await replay(DAY);
    for (const key of await remembered()) await change(key);
    expect(await replay(DAY)).toMatchObject({ code: 0, document: { sent: 1, sent_before: 0 } });
    expect((await replay(DAY)).document).toMatchObject({ sent: 0, sent_before: 1 });
  });

  test('does not count for another object with the same key', async () => {
    await putErrors(`${DAY}T08`, 'one', [good('a')]);
    await replay(DAY);
    await putErrors(`${DAY}T08`, 'one', [good('a'), good('b')]);
    expect((await replay(DAY)).document).toMatchObject({ sent: 2, sent_before: 0 });
  });

  test.each([
    // The first two listings find the error objects.
    ['ListObjectsV2', { nth: 3 }],
    ['GetObject', { match: 'sluice/trips/replayed/' }],
    ['PutObject', { match: 'sluice/trips/replayed/' }],
  ])('may be out of reach: %s', async (operation, which) => {
    await putErrors(`${DAY}T08`, 'one', [good('a')]);
    await replay(DAY);
    await putErrors(`${DAY}T09`, 'two', [good('b')]);
    twin.twin.faults.set([
      {
        ...{ service: 's3', operation, ...which, times: 100 },
        fault: { type: 'error', code: 'AccessDenied', status: 403 },
      },
    ]);
    const { code, document, text } = await replay(DAY);
    twin.twin.faults.clear();
    expect(code).toBe(0);
    expect(document.sent).toBe(operation === 'PutObject' ? 1 : 2);
    expect(text.match(/cannot be looked up or remembered: AccessDenied/g)).toHaveLength(1);
  });
});

describe('what is no error object', () => {
  test('is named, and the rest is sent', async () => {
    await putErrors(`${DAY}T08`, 'a', [good('a')]);
    await twin.put(`${prefixOf(`${DAY}T08`)}b`, 'PAR1 and so on');
    await twin.put(`${prefixOf(`${DAY}T08`)}c`, 'no error record\n');
    await putErrors(`${DAY}T08`, 'd-gone', [good('d')]);
    await twin.put(`${prefixOf(`${DAY}T08`)}e`, `${JSON.stringify({ rawData: 'e30=' })}\ncut o`);
    twin.twin.faults.set([
      {
        ...{ service: 's3', operation: 'GetObject', match: 'd-gone$', times: 100 },
        fault: { type: 'error', code: 'NoSuchKey', status: 404 },
      },
    ]);
    const { code, document, text } = await replay(`${DAY}T08`);
    expect(code).toBe(1);
    expect(document).toMatchObject({ sent: 1, left: 1, failed: 0, unreadable: 2 });
    expect(
      document.problems.map(({ path, problem }) => [path.slice(path.lastIndexOf('/') + 1), problem]),
    ).toEqual([
      ['b', 'it is a Parquet file'],
      ['c', 'none of its lines is an error record of Firehose'],
      ['d-gone', 'it was deleted after it was listed'],
    ]);
    expect(text).toContain('d-gone: it was deleted after it was listed');
    addsUp(document);
  });

  test('is wrong usage if nothing else is there, and no event at all is good news', async () => {
    const key = await twin.putTrips(`${DAY}T08`, 'a.parquet', [{ trip_id: 'a' }]);
    await expect(replay(urlOf(key))).rejects.toThrow(
      /no error object of Firehose.*of trips: s3:\/\/\S+\/errors\/trips\/$/,
    );
    await expect(replay(urlOf('errors-of-trips/'))).rejects.toThrow(/There is no object at/);
    await expect(replay('s3://no-such-bucket/errors/')).rejects.toThrow('There is no bucket no-such-bucket.');
    for (const what of [DAY, `${DAY}T08`, urlOf('errors/trips/'), urlOf(prefixOf(`${DAY}T08`))]) {
      const { code, document, text } = await replay(what);
      expect([code, document.objects_found, document.events]).toEqual([0, 0, 0]);
      expect(text).toContain('No refused events of dataset trips');
    }
  });
});

test('events of several datasets need a name, and another one’s events are not sent', async () => {
  const clicks = parseDataset(
    `dataset: clicks
source: { prefix: 'web/{yyyy}/{MM}/{dd}/{HH}/' }
target: { table: clicks, key: [id], event_time: at }
columns:
  - { name: id, type: bigint, required: true }
  - { name: at, type: timestamp, required: true }
`,
    'clicks.yml',
  );
  const connection = { ...twin.connection, datasets: [...twin.connection.datasets, clicks] };
  const run = async (options: ReplayOptions) => {
    const captured = new CapturedOutput(true);
    await runReplay(connection, captured.output, options, new AbortController().signal);
    return captured.document<ReplayDocument>();
  };
  const url = await putErrors(`${DAY}T08`, 'one', [good('a')]);
  await twin.put(
    prefixOf(`${DAY}T08`).replace('trips', 'clicks') + 'two',
    JSON.stringify({ rawData: 'e30=' }),
  );
  await expect(run({ what: urlOf('errors/') })).rejects.toThrow(
    /2 datasets \((clicks, trips|trips, clicks)\): name one/,
  );
  await expect(run({ what: url, dataset: 'clicks' })).rejects.toThrow(
    /belong to dataset trips, not to clicks/,
  );
  expect(await run({ what: url, dryRun: true })).toMatchObject({ dataset: 'trips', chosen: 1 });
  expect(await run({ what: urlOf('errors/'), dataset: 'trips' })).toMatchObject({
    sent: 1,
    other_objects: 1,
  });
});

test('inspect names the replay, with the options of the command', async () => {
  const url = await putErrors(`${DAY}T08`, 'one', [good('a')]);
  const captured = new CapturedOutput(false);
  calls = [];
  const options = { stage: 'dev', region: 'eu-west-1', stateDir: 'my state' };
  await runInspect(twin.connection, captured.output, { target: url, ...options });
  expect(captured.stdout).toContain(
    `npx sluice replay ${url} --stage dev --region eu-west-1 --state-dir 'my state' --dry-run`,
  );
  expect(calls.filter((call) => !call.startsWith('s3 '))).toEqual([]);
});

test('the bytes of an event arrive as they were kept', async () => {
  // Digits and white space that JSON.parse and JSON.stringify would change.
  const exact = `{"trip_id":"exact", "total_amount": 12.50,"note":1.000,\n"pickup_datetime":"2026-11-23T08:15:00Z","updated_at":0}`;
  await putErrors(`${DAY}T08`, 'one', [exact, '\ufeff{}', 'é']);
  const { document } = await replay(DAY, { all: true });
  const { s3, bucket: Bucket } = twin.connection;
  const key = document.error_objects[0]?.key ?? '';
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: key }));
  const kept = ((await Body?.transformToString()) ?? '').trimEnd().split('\n');
  expect(
    kept.map((line) => Buffer.from((JSON.parse(line) as { rawData: string }).rawData, 'base64').toString()),
  ).toEqual(['\ufeff{}', 'é']);
  const written = new CapturedOutput(true);
  const target = urlOf(document.objects_written[0]?.key ?? '');
  await runInspect(twin.connection, written.output, { target });
  const { first_rows: rows } = written.document<FileDocument>();
  expect(rows?.map((row) => [row[0], row[6]])).toEqual([['exact', '12.50']]);
});
