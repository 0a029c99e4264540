import type { TwinDescription } from '../../local/description';
import { TestTwin } from '../../testkit/test-twin';

let twin: TestTwin;
beforeAll(async () => {
  twin = await TestTwin.shared();
});
afterAll(() => twin.remove());

/** Operations with a valid input each, by the target that names their service. */
const calls = ({ stream, workgroup, database, state_machine_arn }: TwinDescription) => ({
  Firehose_20150804: {
    PutRecord: { DeliveryStreamName: stream, Record: { Data: '' } },
    PutRecordBatch: { DeliveryStreamName: stream, Records: [{ Data: '' }] },
    DescribeDeliveryStream: { DeliveryStreamName: stream, Limit: 1 },
    ListDeliveryStreams: { Limit: 1, DeliveryStreamType: 'DirectPut' },
  },
  RedshiftData: {
    ExecuteStatement: {
      WorkgroupName: workgroup,
      Database: database,
      Sql: 'SELECT :a',
      Parameters: [{ name: 'a', value: 'b' }],
      WaitTimeSeconds: 1,
      WithEvent: false,
    },
    BatchExecuteStatement: { WorkgroupName: workgroup, Database: database, Sqls: ['SELECT 1'] },
    DescribeStatement: { Id: '11111111-1111-1111-1111-111111111111' },
    ListTables: { WorkgroupName: workgroup, Database: database, MaxResults: 1 },
  },
  AWSStepFunctions: {
    CreateStateMachine: { name: 'a', definition: '{}', roleArn: 'r', type: 'STANDARD' },
    StartExecution: { stateMachineArn: state_machine_arn, name: 'a', input: '{}' },
    GetExecutionHistory: { executionArn: 'a', maxResults: 1, reverseOrder: true },
    ListExecutions: { stateMachineArn: state_machine_arn, statusFilter: 'RUNNING' },
  },
});

const SIGNED_FOR: Readonly<Record<string, string>> = {
  Firehose_20150804: 'firehose',
  RedshiftData: 'redshift-data',
  AWSStepFunctions: 'states',
};

async function call(target: string, operation: string, input: object, key: string) {
  const answer = await fetch(twin.twin.description.endpoint, {
    method: 'POST',
    headers: {
      'x-amz-target': `${target}.${operation}`,
      authorization: `AWS4-HMAC-SHA256 Credential=${key}/20261130/us-east-1/${SIGNED_FOR[target]}/aws4_request`,
    },
    body: JSON.stringify(input),
  });
  const { __type: code } = (await answer.json()) as { __type?: string };
  return { status: answer.status, code };
}

test('a member of another JSON type is refused in the service’s own error, whoever calls', async () => {
  const { description, account } = twin.twin;
  const role = account.role('sluice-local-statements')!;
  const { accessKeyId } = account.assumeRole(account.principalOf(undefined), role.arn, 'wrong-types');
  for (const [target, operations] of Object.entries(calls(description))) {
    for (const [operation, valid] of Object.entries<Record<string, unknown>>(operations)) {
      for (const [member, value] of Object.entries(valid)) {
        const others = [5, 'a', true, ['a'], { a: 1 }].filter((other) => typeOf(other) !== typeOf(value));
        for (const other of others) {
          const input = { ...valid, [member]: other };
          const asked = { target, operation, member, other };
          expect({ ...asked, ...(await call(target, operation, input, 'root')) }).toEqual({
            ...asked,
            status: 400,
            code: 'SerializationException',
          });
          expect({ ...asked, ...(await call(target, operation, input, accessKeyId)) }).toMatchObject({
            ...asked,
            status: 400,
          });
        }
      }
    }
  }
});

const typeOf = (value: unknown) => (Array.isArray(value) ? 'array' : typeof value);
