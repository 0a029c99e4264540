import { PutRecordCommand } from '@aws-sdk/client-firehose';
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { DescribeExecutionCommand, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { TestTwin } from '../../testkit/test-twin';

test('the shared twin is given back empty, whatever a test left in it', async () => {
  const first = await TestTwin.shared();
  const { firehose, stepFunctions, stateMachineArn, s3, bucket, datasets } = first.connection;
  await first.sql('CREATE SCHEMA left_behind');
  await first.sql('CREATE TABLE left_behind.numbers (n INTEGER)');
  const now = new Date().toISOString();
  const Data = Buffer.from(JSON.stringify({ trip_id: 'a', pickup_datetime: now, updated_at: now }));
  const DeliveryStreamName = first.connection.streamOf(datasets[0]!);
  await firehose.send(new PutRecordCommand({ DeliveryStreamName, Record: { Data } }));
  let goOn = () => {};
  const started = new Promise<void>((resolve) => (goOn = resolve));
  let observed = 0;
  first.twin.faults.observe(({ service }) => {
    observed += 1;
    if (service !== 'lambda') return undefined;
    goOn();
    // The function is never called, so the execution does not end by itself.
    return new Promise<never>(() => undefined);
  });
  const { executionArn } = await stepFunctions.send(new StartExecutionCommand({ stateMachineArn }));
  await started;
  await first.remove();
  const before = observed;

  const second = await TestTwin.shared();
  expect(second.twin).toBe(first.twin);
  const { rows } = await second.sql(
    `SELECT nspname FROM pg_namespace WHERE nspname NOT IN ('pg_catalog', 'information_schema', 'sluice')`,
  );
  expect(rows).toEqual([['public']]);
  const { status } = await stepFunctions.send(new DescribeExecutionCommand({ executionArn }));
  expect(status).toBe('ABORTED');
  expect((await s3.send(new ListObjectsV2Command({ Bucket: bucket }))).Contents).toBeUndefined();
  expect(await second.connection.deliver(datasets[0]!)).toEqual([]);
  expect(observed).toBe(before);
  await second.remove();
});
