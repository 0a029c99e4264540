import { DescribeExecutionCommand, ListExecutionsCommand } from '@aws-sdk/client-sfn';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hourOf } from '../../core/hour';
import { ROOT } from '../../testkit/root';
import { temporaryFolder } from '../../testkit/temporary-folder';
import { TestTwin } from '../../testkit/test-twin';

const HOUR = '2026-11-20T08';

/**
 * Runs the commands against a deployed stack, as on AWS, with the stack's outputs and the SDK's default credentials.
 * The twin replaces AWS.
 */
let twin: TestTwin;
let folder: string;
beforeAll(async () => {
  twin = await TestTwin.shared();
  folder = temporaryFolder('sluice-stage-');
});
afterEach(() => twin.reset());
afterAll(async () => {
  await twin.remove();
  rmSync(folder, { recursive: true });
});

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * @param environment variables of the command, besides PATH. Default: those that direct any AWS client to the twin.
 */
async function sluice(args: readonly string[], environment?: Record<string, string>): Promise<Ended> {
  const child = spawn(process.execPath, [join(ROOT, 'cli/sluice.cjs'), ...args], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, CI: 'true', ...(environment ?? twin.twin.description.env) },
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}

const onStage = (...args: string[]) => sluice([...args, '--stage', 'local']);

test('load, sql, inspect and migrate find a stage by its outputs', async () => {
  const key = await twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }, { trip_id: 'b' }]);
  const loaded = await onStage('load', HOUR, '--json');
  expect(loaded.code).toBe(0);
  expect(JSON.parse(loaded.stdout)).toMatchObject({ status: 'SUCCEEDED', partitions: [{ inserted: 2 }] });

  const counted = await onStage('sql', 'SELECT COUNT(*) FROM public.trips', '--json');
  expect(JSON.parse(counted.stdout)).toMatchObject({ rows: [[2]] });
  const seen = await onStage('inspect', `s3://${twin.connection.bucket}/${key}`, '--json');
  expect(JSON.parse(seen.stdout)).toMatchObject({ rows: 2, dataset: { matches: true } });
  const migration = await onStage('migrate', '--plan', '--json');
  expect(JSON.parse(migration.stdout)).toMatchObject({ targets: [{ statements: [], refused: [] }] });
});

test('a failed load exits with 1 and prints its cause', async () => {
  await twin.put(twin.keyOf(HOUR, 'bad.parquet'), 'no Parquet');
  const { code, stdout } = await onStage('load', HOUR);
  expect(code).toBe(1);
  expect(stdout).toContain('UnreadableFile');
});

test('stream sends events, says when they can be loaded, and does not wait for their delivery', async () => {
  const file = join(folder, 'events.ndjson');
  const now = new Date().toISOString();
  writeFileSync(file, `${JSON.stringify({ trip_id: 'now', pickup_datetime: now, updated_at: now })}\n`);
  const { code, stdout } = await onStage('stream', file);
  expect(code).toBe(0);
  expect(stdout).toContain('1 event sent to sluice-local-trips');
  expect(stdout).toContain('within 20 minutes');
  const [dataset] = twin.connection.datasets;
  const delivered = await twin.connection.deliver(dataset!);
  expect(delivered).toMatchObject([{ records: 1 }]);
  const hours = [hourOf(new Date(Date.now() - 60_000)), hourOf(new Date())];
  expect(hours.some((hour) => delivered[0]?.key.startsWith(twin.keyOf(hour, '')))).toBe(true);

  expect(await onStage('stream', file, '--at', HOUR)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--at is for the twin') as string,
  });
});

test.each([
  [['demo'], 'This command works on the twin only'],
  [['local'], 'it has no --stage'],
  [['demo', '--stage', ''], 'Name a stage'],
])('a wrong use of --stage is refused: %s', async (args, words) => {
  const { code, stderr } = await onStage(...args);
  expect(code).toBe(2);
  expect(stderr).toContain(words);
});

test('an interrupted command says that the execution continues', async () => {
  let letGo = () => {};
  const held = new Promise<void>((resolve) => (letGo = resolve));
  // The execution outlasts the command.
  twin.twin.faults.observe(({ operation }) =>
    operation === 'sluice-local-list-partitions' ? held : undefined,
  );
  const child = spawn(
    process.execPath,
    [join(ROOT, 'cli/sluice.cjs'), 'load', HOUR, '--stage', 'local', '--json'],
    {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH, CI: 'true', ...twin.twin.description.env },
    },
  );
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const sfn = twin.connection.stepFunctions;
  const { stateMachineArn } = twin.connection;
  const running = async () =>
    (await sfn.send(new ListExecutionsCommand({ stateMachineArn, statusFilter: 'RUNNING' }))).executions ??
    [];
  let [execution] = await running();
  while (!execution) [execution] = await running();
  child.kill('SIGINT');
  const [code] = (await once(child, 'close')) as [number | null];
  letGo();
  twin.twin.faults.observe(undefined);
  expect(code).toBe(130);
  expect(stderr).toMatch(
    /Interrupted\. Execution (\S+) continues in stage local\.\n {2}npx sluice watch \1 --stage local /,
  );
  const describe = new DescribeExecutionCommand({ executionArn: execution.executionArn });
  let status = (await sfn.send(describe)).status;
  while (status === 'RUNNING') ({ status } = await sfn.send(describe));
  expect(status).toBe('SUCCEEDED');
});

describe('a stack that cannot be used', () => {
  const env = () => twin.twin.description.env;

  test.each<[string, string[], (all: ReturnType<typeof env>) => Record<string, string>, number, string]>([
    [
      'no stack of that stage',
      ['--stage', 'prod'],
      (all) => all,
      1,
      'There is no stack sluice-prod in this account and Region',
    ],
    [
      'no Region',
      ['--stage', 'local'],
      ({ AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY }) => ({
        AWS_ENDPOINT_URL,
        AWS_ACCESS_KEY_ID,
        AWS_SECRET_ACCESS_KEY,
        AWS_CONFIG_FILE: '/dev/null',
      }),
      2,
      'No Region is set. Name it with --region',
    ],
    [
      'no credentials',
      ['--stage', 'local'],
      ({ AWS_ENDPOINT_URL, AWS_REGION }) => ({
        AWS_ENDPOINT_URL,
        AWS_REGION,
        AWS_CONFIG_FILE: '/dev/null',
        AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
        AWS_EC2_METADATA_DISABLED: 'true',
      }),
      1,
      'There are no credentials to read stack sluice-local',
    ],
  ])('%s', async (_, args, environment, expected, words) => {
    const { code, stderr } = await sluice(['sql', 'SELECT 1', ...args], environment(env()));
    expect(stderr).toContain(words);
    expect(code).toBe(expected);
  });

  test('a Region without a stage is refused, because the twin has only one', async () => {
    const { code, stderr } = await sluice(['sql', 'SELECT 1', '--region', 'eu-west-1']);
    expect(code).toBe(2);
    expect(stderr).toContain('--region needs --stage');
  });
});
