import { PutRecordBatchCommand } from '@aws-sdk/client-firehose';
import { CancelStatementCommand, ExecuteStatementCommand } from '@aws-sdk/client-redshift-data';
import { DeleteObjectsCommand } from '@aws-sdk/client-s3';
import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LIMITS, type Limit } from '../../../local/behaviour/limits';
import type { Outcome } from '../../../local/behaviour/outcome';
import { ROOT } from '../../../testkit/root';
import { TestTwin } from '../../../testkit/test-twin';
import { WHERE, batch, execute, startTwin, type Twin } from '../redshift-data/harness';

let twin: TestTwin;
let warehouse: Twin;
let sns: SNSClient;
beforeAll(async () => {
  [twin, warehouse] = await Promise.all([TestTwin.shared(), startTwin()]);
  sns = new SNSClient({ ...twin.connection.settings, maxAttempts: 1 });
});
afterAll(async () => {
  sns.destroy();
  await warehouse.stop();
  await twin.remove();
});

const x = (length: number) => 'x'.repeat(length);
const records = (...sizes: number[]) => sizes.map((size) => ({ Data: Buffer.alloc(size, 'x') }));

const putRecords = (Records: { Data: Buffer }[]) =>
  twin.connection.firehose.send(
    new PutRecordBatchCommand({ DeliveryStreamName: twin.twin.description.stream, Records }),
  );
const startExecution = (input: { name?: string; input?: string }) =>
  twin.connection.stepFunctions.send(
    new StartExecutionCommand({ stateMachineArn: twin.connection.stateMachineArn, ...input }),
  );
const executed = (Sql: string, WaitTimeSeconds?: number) =>
  warehouse.client.send(new ExecuteStatementCommand({ ...WHERE, Sql, WaitTimeSeconds }));

/** Asks a service for so much of something. It throws, or answers an error, if the service refuses it. */
const WALKS: Readonly<Record<string, (size: number) => Promise<unknown>>> = {
  'Redshift Data API: bytes of a statement': (size) => execute(warehouse, `SELECT 1${' '.repeat(size - 8)}`),
  'Redshift Data API: statements of a batch': (size) =>
    batch(warehouse, Array<string>(size).fill('SELECT 1')),
  // {"stringValue":""} in brackets.
  'Redshift Data API: bytes of a row': (size) => execute(warehouse, `SELECT REPEAT('x', ${size - 20})`),
  'Redshift Data API: seconds of a long poll': (size) => executed('SELECT 1', size),
  'Redshift Data API: statements at a time': async (size) => {
    const running = { words: 'SELECT 2', fault: { type: 'statement', status: 'STARTED' } } as const;
    warehouse.faults.due.push(...Array<typeof running>(size).fill(running));
    const submitted = await Promise.allSettled(Array.from({ length: size }, () => executed('SELECT 2')));
    warehouse.faults.due.length = 0;
    for (const each of submitted) {
      if (each.status === 'fulfilled')
        await warehouse.client.send(new CancelStatementCommand({ Id: each.value.Id }));
    }
    const refused = submitted.find((each) => each.status === 'rejected');
    if (refused) throw refused.reason;
  },
  'Step Functions: bytes of an execution’s input': (size) =>
    startExecution({ input: JSON.stringify({ no: x(size - 9) }) }),
  'Step Functions: characters of an execution’s name': (size) =>
    startExecution({ name: x(size), input: '{"plan":true}' }),
  'Firehose: bytes of a record': (size) => putRecords(records(size)),
  'Firehose: records of a batch': (size) => putRecords(records(...Array<number>(size).fill(1))),
  'Firehose: bytes of a batch': (size) =>
    putRecords(records(...Array<number>(4).fill(1_000_000), size - 4_000_000)),
  'S3: bytes of a key': (size) => twin.put(x(size), ''),
  'S3: keys of a DeleteObjects': (size) =>
    twin.connection.s3.send(
      new DeleteObjectsCommand({
        Bucket: twin.connection.bucket,
        Delete: { Objects: Array.from({ length: size }, (_, index) => ({ Key: `many/${index}` })) },
      }),
    ),
  'SNS: bytes of a message': (size) => sns.send(new PublishCommand({ TopicArn: topic(), Message: x(size) })),
  'SNS: characters of a subject': (size) =>
    sns.send(new PublishCommand({ TopicArn: topic(), Message: 'x', Subject: x(size) })),
};

const topic = () => twin.twin.description.topic_arn;

/** The error's name and text; undefined if the service takes so much. */
async function refusal(walk: (size: number) => Promise<unknown>, size: number): Promise<string | undefined> {
  try {
    const answer = (await walk(size)) as { Error?: string } | undefined;
    return answer?.Error;
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
}

const named = ({ service, what }: Limit) => `${service}: ${what}`;
/** The phrase of a refusal. */
const textOf = (outcome: Outcome) => (outcome.does === 'refuses' ? outcome.text : '');
const walked = LIMITS.filter(({ elsewhere }) => elsewhere === undefined);

test.each(walked.map((limit) => [named(limit), limit] as const))('%s', async (name, { most, beyond }) => {
  const walk = WALKS[name]!;
  expect(await refusal(walk, most)).toBeUndefined();
  const text = await refusal(walk, most + 1);
  expect(text).toContain(textOf(beyond));
});

test('every limit is walked here or in the test that it names, or says why it is not', () => {
  expect(walked.map(named).sort()).toEqual(Object.keys(WALKS).sort());
  for (const { elsewhere, beyond } of LIMITS) {
    if (elsewhere === undefined || elsewhere.startsWith('not walked: ')) continue;
    expect(existsSync(join(ROOT, elsewhere))).toBe(true);
    expect(readFileSync(join(ROOT, elsewhere), 'utf8')).toContain(textOf(beyond));
  }
});
