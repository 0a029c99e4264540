import { DescribeExecutionCommand, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { ListSubscriptionsByTopicCommand, PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isArn } from '../../core/arn';
import { serviceOf } from '../../resources/service';
import { parseSettings } from '../../resources/settings';
import { readDatasets } from '../../service/datasets';
import { ROOT } from '../../testkit/root';
import { TestTwin } from '../../testkit/test-twin';

/** Carries out docs/notifications.md. */
const PAGE = readFileSync(join(ROOT, 'docs/notifications.md'), 'utf8');
const [SUBJECT = '', TEXT = ''] = [...PAGE.matchAll(/```text\n([\s\S]*?)\n```/g)].map(([, text]) => text);

/** The options of the page's command: `sns publish` → { topic-arn, subject, message … }. */
function optionsOf(command: string): Readonly<Record<string, string>> {
  const line = PAGE.split('\n').find((each) => each.startsWith(`aws ${command} `));
  if (line === undefined) throw new Error(`The page has no aws ${command}`);
  return Object.fromEntries(
    [...line.matchAll(/--([a-z-]+) (?:'([^']*)'|(\S+))/g)].map(([, name, quoted, word]) => [
      name,
      quoted ?? word,
    ]),
  ) as Record<string, string>;
}

/** The name at the end of an ARN on the page is the one of stage dev. */
const local = (arn = '') => (arn.split(':').at(-1) ?? '').replace('sluice-dev-', 'sluice-local-');

let twin: TestTwin;
let sns: SNSClient;
let TopicArn: string;
beforeAll(async () => {
  twin = await TestTwin.shared();
  sns = new SNSClient(twin.connection.settings);
  TopicArn = twin.twin.description.topic_arn;
});
afterAll(() => twin.remove());

/** What `work` sends. */
async function sentBy(work: () => Promise<unknown>) {
  const before = (await twin.twin.sns.messages()).length;
  await work();
  const sent = (await twin.twin.sns.messages()).slice(before);
  return sent.map(({ Subject, Message }) => ({ Subject, Message }));
}

test('the topic of the page is the one that the stack makes, and it is listed with its subscriptions', async () => {
  for (const command of ['sns list-subscriptions-by-topic', 'sns subscribe', 'sns publish'])
    expect(TopicArn).toMatch(new RegExp(`:${local(optionsOf(command)['topic-arn'])}$`));
  const { Subscriptions = [] } = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn }));
  expect(Subscriptions.map(({ SubscriptionArn = '' }) => isArn(SubscriptionArn))).toEqual([true]);
});

test('a test message arrives as it was sent', async () => {
  const { subject: Subject, message: Message } = optionsOf('sns publish');
  expect(await sentBy(() => sns.send(new PublishCommand({ TopicArn, Subject, Message })))).toEqual([
    { Subject, Message },
  ]);
});

test('the execution that the page lets fail sends the text of the page, and runs no statement', async () => {
  const { stepFunctions, stateMachineArn } = twin.connection;
  const { input, name, 'state-machine-arn': machine } = optionsOf('stepfunctions start-execution');
  expect(stateMachineArn).toMatch(new RegExp(`:${local(machine)}$`));
  const statements: string[] = [];
  twin.twin.faults.observe(({ service, operation }) => {
    if (service === 'redshift-data' || service === 's3') statements.push(operation);
  });
  const sent = await sentBy(async () => {
    const { executionArn } = await stepFunctions.send(
      new StartExecutionCommand({ stateMachineArn, name, input }),
    );
    for (;;) {
      const { status } = await stepFunctions.send(new DescribeExecutionCommand({ executionArn }));
      if (status !== 'RUNNING') {
        expect(status).toBe('FAILED');
        return;
      }
      await sleep(50);
    }
  });
  expect(sent).toEqual([{ Subject: SUBJECT, Message: TEXT }]);
  expect(statements).toEqual([]);
});

test('the alarms of the page exist, and exactly those that last tell that they are over', () => {
  const settings = parseSettings('sluice', 'dev', 'eu-west-1', {}, String);
  const alarms = Object.values(serviceOf(settings, readDatasets(ROOT)).template.Resources)
    .filter(({ Type }) => Type === 'AWS::CloudWatch::Alarm')
    .map(({ Properties = {} }) => Properties);
  const named = [...PAGE.matchAll(/ALARM: "([a-z-]+)"/g)].map(([, name]) => name);
  expect(named).toContain(optionsOf('cloudwatch set-alarm-state')['alarm-name']);
  expect(alarms.map(({ AlarmName }) => AlarmName)).toEqual(expect.arrayContaining(named));
  const lasting = [...PAGE.matchAll(/`…(-[a-z-]+)`/g)].map(([, end]) => `sluice-dev-trips${end}`);
  const over = alarms.filter(({ OKActions }) => OKActions !== undefined).map(({ AlarmName }) => AlarmName);
  expect(over.sort()).toEqual(lasting.sort());
});
