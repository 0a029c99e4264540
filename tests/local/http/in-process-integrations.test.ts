import { rmSync } from 'node:fs';
import { RuleFaults } from '../../../local/faults/rule-faults';
import { InProcessIntegrations } from '../../../local/http/in-process-integrations';
import { SnsService } from '../../../local/sns/sns-service';
import { temporaryFolder } from '../../../testkit/temporary-folder';

let directory: string;
let sns: SnsService;
let faults: RuleFaults;
let integrations: InProcessIntegrations;
let topicArn: string;

beforeEach(() => {
  directory = temporaryFolder('integrations-');
  sns = new SnsService({ directory, region: 'us-east-1', accountId: '000000000000' });
  topicArn = sns.createTopic('failures');
  faults = new RuleFaults();
  integrations = new InProcessIntegrations([sns], faults);
});

afterEach(async () => {
  await sns.close();
  rmSync(directory, { recursive: true, force: true });
});

const publish = () => integrations.call('sns', 'Publish', { TopicArn: topicArn, Message: 'm' });

test('a call reaches the service', async () => {
  await expect(publish()).resolves.toEqual({ MessageId: expect.any(String) as string });
  expect(await sns.messages()).toHaveLength(1);
});

test('a service’s error is the exception that Step Functions shows', async () => {
  const call = integrations.call('sns', 'Publish', { TopicArn: `${topicArn}2`, Message: 'm' });
  await expect(call).rejects.toMatchObject({ code: 'NotFoundException' });
});

test('a service without integration is refused', async () => {
  await expect(integrations.call('s3', 'GetObject', {})).rejects.toMatchObject({
    code: 'UnknownOperationException',
  });
});

test.each([
  [{ type: 'error', code: 'ThrottledException' }, 'ThrottledException', 0],
  [{ type: 'drop', when: 'before' }, 'SdkClientException', 0],
  [{ type: 'drop', when: 'after' }, 'SdkClientException', 1],
] as const)('the fault %j', async (fault, code, messages) => {
  faults.set([{ service: 'sns', operation: 'Publish', match: topicArn, fault }]);
  await expect(publish()).rejects.toMatchObject({ code });
  expect(await sns.messages()).toHaveLength(messages);
});

test('a delay only delays', async () => {
  faults.set([{ service: 'sns', fault: { type: 'delay', ms: 100 } }]);
  const startedAt = Date.now();
  await publish();
  expect(Date.now() - startedAt).toBeGreaterThanOrEqual(95);
});
