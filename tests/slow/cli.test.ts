import { DeleteObjectCommand, ListBucketsCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { prefixOfHour } from '../../core/prefix';
import type { TwinDescription } from '../../local/description';
import { findRunningTwin } from '../../local/running-twin';
import { packageCheckout } from '../../testkit/packages';
import { parquetOf, tripsSelect } from '../../testkit/parquet';
import { ROOT } from '../../testkit/root';
import { temporaryFolder } from '../../testkit/temporary-folder';

const COMMAND = join(ROOT, 'cli/sluice.cjs');
const HOUR = '2026-11-20T08';
const BAD_HOUR = '2026-11-20T09';
const keyOf = (hour: string, name: string) =>
  `${prefixOfHour('trips/year={yyyy}/month={MM}/day={dd}/hour={HH}/', hour)}${name}`;

const temporary = temporaryFolder('sluice-cli-');
const stateDirectory = join(temporary, 'state');
const state = ['--state-dir', stateDirectory];
/** The processes that this test started, so that it can end all of them. */
const started = new Set<Child>();

type Child = ChildProcessByStdio<null, Readable, Readable>;
interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

beforeAll(() => packageCheckout());
afterAll(async () => {
  for (const child of started) {
    const closed = once(child, 'close');
    child.kill('SIGKILL');
    await closed;
  }
  rmSync(temporary, { recursive: true, force: true });
});

function start(file: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): Child {
  const child = spawn(file, args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
  started.add(child);
  child.once('close', () => started.delete(child));
  return child;
}

async function end(child: Child): Promise<Ended> {
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}

const sluice = (...args: string[]): Promise<Ended> => end(start(process.execPath, [COMMAND, ...args]));

/** With `--json`, stdout holds exactly one document, so all of stdout must parse. */
async function json(...args: string[]): Promise<{ code: number | null; document: Record<string, unknown> }> {
  const { code, stdout, stderr } = await sluice(...args, '--json', ...state);
  try {
    return { code, document: JSON.parse(stdout) as Record<string, unknown> };
  } catch {
    throw new Error(`No JSON document on stdout (exit ${code}): ${stdout}\n${stderr}`);
  }
}

/** Starts `sluice local --json` and waits until it is ready. */
async function local(): Promise<{ child: Child; ended: Promise<Ended>; description: TwinDescription }> {
  const child = start(process.execPath, [COMMAND, 'local', '--json', ...state]);
  const ended = end(child);
  let text = '';
  for (;;) {
    const [chunk] = (await Promise.race([
      once(child.stdout, 'data'),
      ended.then(({ stderr }) => Promise.reject(new Error(`sluice local ended: ${stderr}`))),
    ])) as [Buffer];
    text += chunk.toString();
    if (text.endsWith('}\n')) return { child, ended, description: JSON.parse(text) as TwinDescription };
  }
}

test('inspect reads a local file without a twin', async () => {
  const path = join(temporary, 'trips.parquet');
  writeFileSync(path, await parquetOf(tripsSelect([{ trip_id: 'a' }, { trip_id: 'b' }])));
  const untouched = join(temporary, 'untouched');
  const { code, stdout } = await sluice('inspect', path, '--json', '--state-dir', untouched);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ kind: 'file', path, rows: 2, problem: null });
  expect(existsSync(untouched)).toBe(false);
});

describe('while sluice local runs', () => {
  let running: Awaited<ReturnType<typeof local>>;
  beforeAll(async () => {
    running = await local();
  });

  const executions = async () =>
    (await json('sql', 'SELECT execution, partition, outcome FROM sluice.load_history ORDER BY finished'))
      .document;

  test('its document has the documented members, and the file in the state directory is the same', () => {
    const { description } = running;
    expect(description).toEqual({
      endpoint: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) as string,
      state_directory: stateDirectory,
      stage: 'local',
      region: 'us-east-1',
      bucket: expect.any(String) as string,
      stream: 'sluice-local-trips',
      streams: { trips: 'sluice-local-trips' },
      state_machine_arn: expect.stringMatching(/^arn:aws:states:.*:sluice-local-load$/) as string,
      topic_arn: expect.stringMatching(/^arn:aws:sns:/) as string,
      statements_role_arn: 'arn:aws:iam::000000000000:role/sluice-local-statements',
      secret: 'redshift!sluice-local-sluice_admin',
      workgroup: expect.any(String) as string,
      database: expect.any(String) as string,
      env: {
        AWS_ENDPOINT_URL: description.endpoint,
        AWS_REGION: 'us-east-1',
        AWS_DEFAULT_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: expect.any(String) as string,
        AWS_SECRET_ACCESS_KEY: expect.any(String) as string,
      },
    });
    expect(JSON.parse(readFileSync(join(stateDirectory, 'twin.json'), 'utf8'))).toEqual(description);
  });

  test('its env is all that an SDK client in another process needs', async () => {
    const script = `
      const { S3Client, ListBucketsCommand } = require('@aws-sdk/client-s3');
      const { SFNClient, ListStateMachinesCommand } = require('@aws-sdk/client-sfn');
      (async () => {
        const { Buckets } = await new S3Client({}).send(new ListBucketsCommand({}));
        const { stateMachines } = await new SFNClient({}).send(new ListStateMachinesCommand({}));
        console.log(JSON.stringify([...Buckets.map((each) => each.Name), ...stateMachines.map((each) => each.stateMachineArn)]));
      })();
    `;
    const { description } = running;
    const env = { PATH: process.env.PATH, HOME: temporary, ...description.env };
    const { stdout } = await end(start(process.execPath, ['-e', script], env));
    expect(JSON.parse(stdout)).toEqual([description.bucket, description.state_machine_arn]);
  });

  test('a second twin on its state directory is refused and does no harm', async () => {
    const { code, stdout, stderr } = await sluice('local', ...state);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(`already running on ${stateDirectory}, at ${running.description.endpoint}`);
    expect(stderr).toMatch(/another --state-dir/);
    const s3 = clientOf(running.description);
    expect((await s3.send(new ListBucketsCommand({}))).Buckets).toHaveLength(1);
    s3.destroy();
  });

  test('stream, load, sql and inspect use it, and --json prints their documents as documented', async () => {
    const events = join(temporary, 'events.ndjson');
    const event = { pickup_datetime: '2026-11-20T08:10:00Z', updated_at: '2026-11-20T08:30:00Z' };
    const good = ['a', 'b', 'a'].map((trip_id) => JSON.stringify({ ...event, trip_id }));
    writeFileSync(events, [...good, JSON.stringify(event), ''].join('\n'));

    const streamed = await json('stream', events, '--at', HOUR);
    expect(streamed).toMatchObject({
      code: 0,
      document: {
        stream: 'sluice-local-trips',
        records: 4,
        batches: 1,
        objects: [{ key: expect.stringContaining(keyOf(HOUR, '')) as string, records: 3 }],
        refused: 1,
        error_objects: [
          { key: expect.stringContaining('errors/trips/processing-failed/') as string, records: 1 },
        ],
        oversize: [],
        unknown_attributes: [],
      },
    });

    const planned = await json('load', HOUR, '--plan');
    expect(planned).toMatchObject({
      code: 0,
      document: { status: 'SUCCEEDED', partitions: [{ partition: HOUR, reason: 'requested', files: 1 }] },
    });

    const loaded = await json('load', HOUR);
    expect(loaded).toEqual({
      code: 0,
      document: {
        execution: expect.stringMatching(new RegExp(`^trips-${HOUR}-`)) as string,
        status: 'SUCCEEDED',
        waiting: 0,
        partitions: [
          {
            partition: HOUR,
            reason: 'requested',
            outcome: 'loaded',
            files: 1,
            rows_in_files: 3,
            staged: 3,
            duplicates: 1,
            superseded: 0,
            deleted: 0,
            inserted: 2,
            other_hours: 0,
            plan_key: `sluice/trips/${HOUR}/${String(loaded.document.execution)}/plan.json`,
            quarantined: 0,
            vanished: 0,
            overwritten: 0,
            error_objects: 1,
            error_records: 1,
            seconds: expect.any(Number) as number,
            warehouse_seconds: expect.any(Number) as number,
            error: null,
            cause: null,
            fix: null,
            rerun: null,
          },
        ],
        next: null,
        housekeeping: null,
        strays: { count: 0, complete: true, keys: [] },
        failing: null,
        warehouse_seconds: expect.any(Number) as number,
        warehouse_dollars: 0.05,
        merge_reads: null,
        warnings: [],
        error: null,
        cause: null,
      },
    });
    expect(await executions()).toEqual({
      columns: ['execution', 'partition', 'outcome'],
      rows: [[loaded.document.execution, HOUR, 'loaded']],
    });

    const { error_objects: refused } = streamed.document as { error_objects: { key: string }[] };
    const inspected = await json('inspect', `s3://${running.description.bucket}/${refused[0]?.key}`);
    expect(inspected).toMatchObject({
      code: 0,
      document: { kind: 'refused-events', dataset: 'trips', events: [{ reason: 'trip_id is missing' }] },
    });
  });

  test('a load that fails ends with exit code 1, error, cause and fix', async () => {
    const { bucket } = running.description;
    const s3 = clientOf(running.description);
    await s3.send(
      new PutObjectCommand({ Bucket: bucket, Key: keyOf(BAD_HOUR, 'bad.parquet'), Body: 'no Parquet' }),
    );
    const { code, document } = await json('load', BAD_HOUR);
    expect(code).toBe(1);
    expect(document).toMatchObject({
      status: 'FAILED',
      error: 'UnreadableFile',
      partitions: [
        {
          partition: BAD_HOUR,
          outcome: 'failed',
          error: 'UnreadableFile',
          cause: expect.stringContaining('bad.parquet') as string,
          fix: expect.stringMatching(/./) as string,
        },
      ],
    });
    expect(await json('inspect', `s3://${bucket}/${keyOf(BAD_HOUR, 'bad.parquet')}`)).toMatchObject({
      code: 1,
    });
    // Until the file is fixed, every scheduled execution tries the hour again.
    await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: keyOf(BAD_HOUR, 'bad.parquet') }));
    s3.destroy();
    expect(await json('load', BAD_HOUR)).toMatchObject({ code: 0 });
    expect(await json('sql', 'SELECT nothing FROM nowhere')).toMatchObject({
      code: 1,
      document: { error: 'StatementFailed', message: expect.stringContaining('nowhere') as string },
    });
  });

  test('demo --json prints events, loads and the repeated load in one document', async () => {
    const { code, document } = await json('demo', '--rows', '300', '--hours', '2');
    expect(code).toBe(0);
    expect(document).toMatchObject({
      hours: [expect.stringMatching(/T\d\d$/), expect.stringMatching(/T\d\d$/)],
      loads: [{ status: 'SUCCEEDED' }],
      rerun: { status: 'SUCCEEDED' },
      unchanged: true,
      table: expect.objectContaining({ rows: expect.any(Number) as number }) as object,
      seconds: expect.any(Number) as number,
    });
    // Duplicates are not included in this number.
    expect(document.events).toBeGreaterThanOrEqual(300);
  });

  test('a reader that stops reading does not end the work and causes no error', async () => {
    const pipeline = `"${process.execPath}" "${COMMAND}" demo --rows 300 --hours 2 --state-dir "${stateDirectory}" | head -2; echo "exit $\{PIPESTATUS[0]}"`;
    const { stdout, stderr } = await end(start('bash', ['-c', pipeline]));
    expect(stdout).toMatch(/^\n.*\[1\/6\].*\nexit 0\n$/);
    expect(stderr).not.toMatch(/EPIPE|^ {4}at /m);
  });

  test('SIGINT stops it with exit code 0, keeps its state and removes its mark', async () => {
    running.child.kill('SIGINT');
    const { code, stdout } = await running.ended;
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual(running.description);
    expect(existsSync(join(stateDirectory, 'twin.json'))).toBe(false);
    expect(existsSync(join(stateDirectory, 'lock'))).toBe(false);
  });
});

test('a twin of another state directory that has taken over the port is not mistaken for this one', async () => {
  const { child, description, ended } = await local();
  const other = join(temporary, 'other');
  mkdirSync(other);
  // A killed twin leaves such a file behind.
  writeFileSync(join(other, 'twin.json'), JSON.stringify({ ...description, state_directory: other }));
  expect(await findRunningTwin(other)).toBeUndefined();
  expect(await findRunningTwin(stateDirectory)).toEqual(description);
  child.kill('SIGINT');
  await ended;
});

test('the next command takes over the state of a killed twin', async () => {
  const { child, ended } = await local();
  child.kill('SIGKILL');
  await ended;
  expect(existsSync(join(stateDirectory, 'twin.json'))).toBe(true);
  expect(readFileSync(join(stateDirectory, 'lock'), 'utf8')).toMatch(new RegExp(`^${child.pid} `));

  const { code, document } = await json(
    'sql',
    `SELECT outcome FROM sluice.load_history WHERE partition = '${HOUR}'`,
  );
  expect({ code, document }).toEqual({ code: 0, document: { columns: ['outcome'], rows: [['loaded']] } });
  // The twin that the command started ends with the command.
  for (const file of ['twin.json', 'lock']) expect(existsSync(join(stateDirectory, file))).toBe(false);
});

function clientOf({ endpoint, region, env }: TwinDescription): S3Client {
  return new S3Client({
    endpoint,
    region,
    credentials: { accessKeyId: env.AWS_ACCESS_KEY_ID, secretAccessKey: env.AWS_SECRET_ACCESS_KEY },
  });
}
