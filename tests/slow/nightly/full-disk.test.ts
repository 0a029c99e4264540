import { FirehoseClient, PutRecordCommand } from '@aws-sdk/client-firehose';
import {
  DescribeStatementCommand,
  ExecuteStatementCommand,
  GetStatementResultCommand,
  RedshiftDataClient,
} from '@aws-sdk/client-redshift-data';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TwinDescription } from '../../../local/description';
import type { FaultRule } from '../../../local/faults/fault-rule';
import { packageCheckout } from '../../../testkit/packages';
import { ROOT } from '../../../testkit/root';
import { temporaryFolder } from '../../../testkit/temporary-folder';

/**
 * A disk that refuses to let files grow, and then takes them again: the limit of a process on the size of its files (EFBIG
 * in place of ENOSPC), which the engine's native code meets as much as the twin's own.
 */
const canLimit = spawnSync('prlimit', ['--version']).status === 0;
const withLimit = canLimit ? describe : describe.skip;

const stateDirectory = temporaryFolder('full-disk-');
let child: ChildProcess;
let terminal = '';
let description: TwinDescription;
let s3: S3Client;
let firehose: FirehoseClient;
let redshift: RedshiftDataClient;
let stepFunctions: SFNClient;
let sns: SNSClient;

function limit(bytes: number | 'unlimited'): void {
  execFileSync('prlimit', ['--pid', String(child.pid), `--fsize=${bytes}:unlimited`]);
}

async function faults(rules: readonly FaultRule[]): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  await fetch(`${description.endpoint}/_sluice/faults`, {
    method: 'PUT',
    headers,
    body: JSON.stringify(rules),
  });
}

const object = () => ({ Bucket: description.bucket, Key: 'full/disk' });
const put = () => s3.send(new PutObjectCommand({ ...object(), Body: 'x'.repeat(2_000_000) }));
const statement = (Sql: string) =>
  redshift.send(
    new ExecuteStatementCommand({
      WorkgroupName: description.workgroup,
      Database: description.database,
      Sql,
    }),
  );
async function ended(Id: string | undefined) {
  for (;;) {
    const found = await redshift.send(new DescribeStatementCommand({ Id, WaitTimeSeconds: 20 }));
    if (['FINISHED', 'FAILED', 'ABORTED'].includes(found.Status ?? '')) return found;
  }
}
const run = async (sql: string) => ended((await statement(sql)).Id);
async function count(): Promise<number | undefined> {
  const { Id } = await run('SELECT COUNT(*) FROM public.full_disk');
  const { Records } = await redshift.send(new GetStatementResultCommand({ Id }));
  return Records?.[0]?.[0]?.longValue;
}

withLimit(`a full disk${canLimit ? '' : ' (prlimit is not installed)'}`, () => {
  beforeAll(async () => {
    await packageCheckout();
    child = spawn(
      process.execPath,
      [join(ROOT, 'cli/sluice.cjs'), 'local', '--json', '--state-dir', stateDirectory],
      { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let output = '';
    child.stderr?.on('data', (chunk) => (terminal += String(chunk)));
    for await (const chunk of child.stdout ?? []) {
      output += String(chunk);
      if (output.trimEnd().endsWith('\n}')) break;
    }
    description = JSON.parse(output) as TwinDescription;
    const { env } = description;
    const settings = {
      endpoint: env.AWS_ENDPOINT_URL,
      region: env.AWS_REGION,
      credentials: { accessKeyId: env.AWS_ACCESS_KEY_ID, secretAccessKey: env.AWS_SECRET_ACCESS_KEY },
      maxAttempts: 1,
    };
    s3 = new S3Client(settings);
    firehose = new FirehoseClient(settings);
    redshift = new RedshiftDataClient(settings);
    stepFunctions = new SFNClient(settings);
    sns = new SNSClient(settings);
  });
  afterAll(async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    for (const client of [s3, firehose, redshift, stepFunctions, sns]) client.destroy();
    rmSync(stateDirectory, { recursive: true, force: true });
  });

  test('is answered in each service’s own error, ends nothing, and all goes on when there is room', async () => {
    const { state_machine_arn: stateMachineArn } = description;
    const record = { DeliveryStreamName: description.stream, Record: { Data: Buffer.from('{}') } };
    const calls: Record<string, () => Promise<unknown>> = {
      InternalError: put,
      InternalFailure: () => firehose.send(new PutRecordCommand(record)),
      InternalServerException: () => statement('SELECT 1'),
      InternalErrorException: () =>
        sns.send(new PublishCommand({ TopicArn: description.topic_arn, Message: 'm' })),
      'InternalFailure ': () =>
        stepFunctions.send(
          new StartExecutionCommand({ stateMachineArn, name: 'refused', input: '{"plan": true}' }),
        ),
    };
    await put();
    await run('CREATE TABLE public.full_disk (a INT, b VARCHAR(100))');
    const wait = (state: object) => ({ Type: 'Wait', Seconds: 1, ...state });
    const definition = JSON.stringify({
      StartAt: 'A',
      States: { A: wait({ Next: 'B' }), B: wait({ End: true }) },
    });
    const machine = await stepFunctions.send(
      new CreateStateMachineCommand({
        name: 'waits',
        definition,
        roleArn: 'arn:aws:iam::000000000000:role/waits',
      }),
    );
    await faults([
      { service: 'redshift-data', operation: 'statement', times: 2, fault: { type: 'delay', ms: 1_000 } },
    ]);
    const { executionArn } = await stepFunctions.send(
      new StartExecutionCommand({ stateMachineArn: machine.stateMachineArn }),
    );
    const insert = await statement("INSERT INTO public.full_disk VALUES (1, 'a')");
    const create = await statement('CREATE TABLE public.full_disk_2 (a INT)');

    // Its functions write their logs meanwhile.
    await stepFunctions.send(new StartExecutionCommand({ stateMachineArn, input: '{"plan": true}' }));

    limit(0);
    for (const [code, call] of Object.entries(calls)) {
      await expect(call()).rejects.toMatchObject({ name: code.trim(), $metadata: { httpStatusCode: 500 } });
    }
    for (const { Id } of [insert, create]) {
      const { Status, Error: error } = await ended(Id);
      expect(Status).toBe('FAILED');
      expect(error).toMatch(/^ERROR: Disk Full\n/);
    }
    const { Body } = await s3.send(new GetObjectCommand(object()));
    expect((await Body?.transformToString())?.length).toBe(2_000_000);
    await sleep(2_500);
    expect(terminal).toContain('The disk refuses what the twin writes');

    limit('unlimited');
    for (const call of Object.values(calls)) await call();
    expect(await count()).toBe(0);
    let status: string | undefined = 'RUNNING';
    while (status === 'RUNNING') {
      await sleep(100);
      ({ status } = await stepFunctions.send(new DescribeExecutionCommand({ executionArn })));
    }
    expect(status).toBe('SUCCEEDED');
    const { events } = await stepFunctions.send(new GetExecutionHistoryCommand({ executionArn }));
    expect(events?.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test('that stops a checkpoint loses nothing and invents nothing', async () => {
    const warehouse = () => statSync(join(stateDirectory, 'redshift-data/warehouse.duckdb')).size;
    const insert = (rows: number) =>
      run(
        `INSERT INTO public.full_disk SELECT a, MD5(a::varchar) || MD5((a + 1)::varchar) FROM (${numbers(rows)}) AS n`,
      );
    expect((await insert(1_000_000)).Status).toBe('FINISHED');
    let rows = 1_000_000;
    limit(Math.max(warehouse(), 32 * 1024 ** 2) + 200_000);
    let failure: string | undefined;
    for (let time = 0; failure === undefined && time < 60; time++) {
      const { Status, Error: error } = await insert(50_000);
      if (Status === 'FINISHED') rows += 50_000;
      else failure = error;
    }
    expect(failure).toMatch(/^ERROR: Disk Full\n/);
    expect(failure).toContain('invalidated');
    limit('unlimited');
    expect(await count()).toBe(rows);
    expect((await insert(50_000)).Status).toBe('FINISHED');
    expect(await count()).toBe(rows + 50_000);
  });

  test('does not keep SIGTERM from ending the twin', async () => {
    const { stateMachineArn = '' } = await stepFunctions.send(
      new CreateStateMachineCommand({
        name: 'waits-long',
        definition: JSON.stringify({
          StartAt: 'A',
          States: { A: { Type: 'Wait', Seconds: 600, End: true } },
        }),
        roleArn: 'arn:aws:iam::000000000000:role/waits',
      }),
    );
    await stepFunctions.send(new StartExecutionCommand({ stateMachineArn }));
    limit(0);
    child.kill('SIGTERM');
    // Its end cannot be written, so the twin waits for room, but not for ever.
    expect(await once(child, 'exit')).toEqual([1, null]);
    expect(terminal).toContain('did not close in time');
  });
});

/** A query of as many numbers. */
function numbers(rows: number): string {
  const digits = Array.from({ length: 10 }, (_, digit) => `SELECT ${digit} AS d`).join(' UNION ALL ');
  const places = Math.ceil(Math.log10(rows));
  const tables = Array.from({ length: places }, (_, place) => `(${digits}) AS t${place}`).join(
    ' CROSS JOIN ',
  );
  const sum = Array.from({ length: places }, (_, place) => `t${place}.d * ${10 ** place}`).join(' + ');
  return `SELECT ${sum} AS a FROM ${tables} WHERE ${sum} < ${rows}`;
}
