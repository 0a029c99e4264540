import { DescribeExecutionCommand, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { ListSubscriptionsByTopicCommand, PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { isArn } from '../../core/arn';
import { notificationOf } from '../../core/notification';
import { RUNBOOK } from '../../core/runbook';
import { serviceOf } from '../../resources/service';
import { parseSettings } from '../../resources/settings';
import { readDatasets } from '../../service/datasets';
import { ROOT } from '../../testkit/root';
import { TestTwin } from '../../testkit/test-twin';

/** Carries out docs/notifications.md. */
const PAGE = readFileSync(join(ROOT, 'docs/notifications.md'), 'utf8');
const [SUBJECT = '', TEXT = ''] = [...PAGE.matchAll(/```text\n([\s\S]*?)\n```/g)].map(([, text]) => text);

/** The options of the page's command: `sns publish` → { topic-arn, subject, message … }. @param nth counted from 0. */
function optionsOf(command: string, nth = 0): Readonly<Record<string, string>> {
  const line = PAGE.split('\n').filter((each) => each.startsWith(`aws ${command} `))[nth];
  if (line === undefined) throw new Error(`The page has no aws ${command}`);
  return Object.fromEntries(
    [...line.matchAll(/ --([a-z-]+) (?:'([^']*)'|(\S+))/g)].map(([, name, quoted, word]) => [
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
  return sent.map(({ Subject, Message, MessageOf }) => ({ Subject, Message, MessageOf }));
}

const customNotification = z.strictObject({
  version: z.literal('1.0'),
  source: z.literal('custom'),
  content: z.strictObject({
    textType: z.literal('client-markdown'),
    title: z.string(),
    description: z.string().min(1),
    nextSteps: z.array(z.string()).optional(),
  }),
});

test('the topic of the page is the one that the stack makes, and it is listed with its subscriptions', async () => {
  for (const command of ['sns list-subscriptions-by-topic', 'sns subscribe', 'sns publish'])
    expect(TopicArn).toMatch(new RegExp(`:${local(optionsOf(command)['topic-arn'])}$`));
  const { Subscriptions = [] } = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn }));
  expect(Subscriptions.map(({ SubscriptionArn = '' }) => isArn(SubscriptionArn))).toEqual([true]);
});

test('a test message arrives as it was sent', async () => {
  const { subject: Subject, message: Message } = optionsOf('sns publish');
  expect(await sentBy(() => sns.send(new PublishCommand({ TopicArn, Subject, Message })))).toEqual([
    { Subject, Message, MessageOf: undefined },
  ]);
});

test('a test message for a chat arrives in both forms', async () => {
  const {
    subject: Subject,
    message: Message,
    'message-structure': MessageStructure,
  } = optionsOf('sns publish', 1);
  const [sent] = await sentBy(() =>
    sns.send(new PublishCommand({ TopicArn, Subject, Message, MessageStructure })),
  );
  expect(sent).toMatchObject({ Subject, Message: 'This is only a test.' });
  expect(Object.keys(sent?.MessageOf ?? {})).toEqual(['https']);
  const { content } = customNotification.parse(JSON.parse(sent?.MessageOf?.https ?? ''));
  expect(content).toMatchObject({ title: Subject, description: 'This is only a test.' });
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
  // The twin has no console.
  const onTwin = TEXT.replace(/\n\nThe execution: .*/, '');
  expect(sent).toMatchObject([{ Subject: SUBJECT.replace('dev', 'local'), Message: onTwin }]);
  expect(customNotification.parse(JSON.parse(sent[0]?.MessageOf?.https ?? '')).content).toMatchObject({
    title: SUBJECT.replace('dev', 'local'),
    description: '*InvalidInput*\nThere is no dataset "nothing".\n_How to fix it:_ Name one of: trips.',
  });
  expect(statements).toEqual([]);
});

test('in a stage, its text is the one of the page', () => {
  const { input, name: execution = '' } = optionsOf('stepfunctions start-execution');
  const { subject, message } = notificationOf(
    {
      ...{ dataset: null, execution, summary: 'stopped by InvalidInput', what: 'InvalidInput', failures: [] },
      stop: {
        diagnosis: {
          error: 'InvalidInput',
          cause: 'There is no dataset "nothing".',
          fix: 'Name one of: trips.',
        },
        input: JSON.parse(input ?? '') as unknown,
      },
    },
    {
      ...{ stage: 'dev', bucket: 'lake', prefix: null, runbook: RUNBOOK },
      executionArn: `arn:aws:states:eu-west-1:<account>:execution:sluice-dev-load:${execution}`,
    },
  );
  expect({ subject, message }).toEqual({ subject: SUBJECT, message: TEXT });
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
