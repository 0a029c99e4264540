import { LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import {
  CreateUsageLimitCommand,
  ListUsageLimitsCommand,
  RedshiftServerlessClient,
  UpdateUsageLimitCommand,
  type UsageLimitBreachAction,
  type UsageLimitPeriod,
} from '@aws-sdk/client-redshift-serverless';
import { ListSubscriptionsByTopicCommand, SNSClient, UnsubscribeCommand } from '@aws-sdk/client-sns';
import { Writable } from 'node:stream';
import { runDoctor, type DoctorDocument } from '../../../cli/doctor';
import type { Finding } from '../../../cli/doctor/finding';
import type { Connection } from '../../../cli/shared/connection';
import { Output } from '../../../cli/shared/output';
import { ServiceTwin } from '../../../testkit/service-twin';

/** What `sluice doctor` says of parameters that only some deployments have, in an account with few executions of Lambda. */
const TOPIC = 'arn:aws:sns:us-east-1:000000000000:on-call';

let deployed: ServiceTwin;
let redshift: RedshiftServerlessClient;
beforeAll(async () => {
  deployed = await ServiceTwin.start(
    {},
    { usageLimit: '20/day', maxCapacity: '16', topicArn: TOPIC },
    { lambdaConcurrency: 5 },
  );
  redshift = new RedshiftServerlessClient(deployed.twin.connection.settings);
});
afterAll(() => deployed.remove());

async function wrong(): Promise<readonly Finding[]> {
  return (await findings()).filter(({ ok }) => !ok);
}

async function findings(connection: Connection = deployed.twin.connection): Promise<readonly Finding[]> {
  let text = '';
  const stdout = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString();
      done();
    },
  });
  await runDoctor(connection, new Output(true, stdout, stdout));
  return (JSON.parse(text) as DoctorDocument).findings;
}

const optionOf = (command: string, name: string): string =>
  new RegExp(`--${name} (\\S+)`).exec(command)?.[1] ?? '';

test('a usage limit that is missing or another one is set by the printed commands', async () => {
  const [missing, ...others] = await wrong();
  expect(others).toEqual([]);
  expect(missing).toMatchObject({
    check: 'usage limit of the workgroup',
    text: 'it has no daily usage limit, and the parameters ask for 20 RPU-hours',
  });
  const fix = missing?.fix ?? '';
  expect(fix).toMatch(/^aws redshift-serverless create-usage-limit --region us-east-1 /);
  expect(fix).toContain('turns off all queries until the period ends, and loads fail');
  const created = await redshift.send(
    new CreateUsageLimitCommand({
      resourceArn: optionOf(fix, 'resource-arn'),
      usageType: optionOf(fix, 'usage-type') as 'serverless-compute',
      period: optionOf(fix, 'period') as UsageLimitPeriod,
      amount: Number(optionOf(fix, 'amount')),
      breachAction: optionOf(fix, 'breach-action') as UsageLimitBreachAction,
    }),
  );
  expect(await wrong()).toEqual([]);
  expect((await findings()).find(({ check }) => check.startsWith('usage limit'))?.text).toBe(
    '20 RPU-hours daily; beyond it Redshift turns off all queries until the period ends, and loads fail',
  );

  const { usageLimitId } = created.usageLimit!;
  await redshift.send(new UpdateUsageLimitCommand({ usageLimitId, amount: 500, breachAction: 'log' }));
  const [other] = await wrong();
  expect(other?.text).toBe('its daily usage limit is 500 RPU-hours, and the parameters ask for 20');
  expect(optionOf(other?.fix ?? '', 'usage-limit-id')).toBe(usageLimitId);
  await redshift.send(
    new UpdateUsageLimitCommand({ usageLimitId, amount: Number(optionOf(other?.fix ?? '', 'amount')) }),
  );
  expect(await wrong()).toEqual([]);
  expect((await findings()).find(({ check }) => check.startsWith('usage limit'))?.text).toContain(
    'nothing stops',
  );
});

test('the twin refuses a usage limit as Redshift does', async () => {
  const { usageLimits = [] } = await redshift.send(new ListUsageLimitsCommand({}));
  const resourceArn = usageLimits[0]?.resourceArn;
  const create = (changes: object) =>
    redshift.send(
      new CreateUsageLimitCommand({ resourceArn, usageType: 'serverless-compute', amount: 1, ...changes }),
    );
  await expect(create({ amount: 0 })).rejects.toMatchObject({ name: 'ValidationException' });
  await expect(create({ resourceArn: `${resourceArn}x` })).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
  for (let n = usageLimits.length; n < 4; n += 1) await create({});
  await expect(create({})).rejects.toMatchObject({ name: 'ServiceQuotaExceededException' });
});

test('a topic of one’s own gets the notifications, and doctor looks for its subscribers', async () => {
  const { twin } = deployed;
  await twin.load({ partition: 'not an hour' });
  expect((await twin.twin.sns.messages()).map(({ TopicArn }) => TopicArn)).toEqual([TOPIC]);
  const sns = new SNSClient(twin.connection.settings);
  const { Subscriptions = [] } = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn: TOPIC }));
  for (const { SubscriptionArn } of Subscriptions)
    await sns.send(new UnsubscribeCommand({ SubscriptionArn }));
  expect(await wrong()).toMatchObject([
    {
      check: 'somebody is notified of failures',
      subject: TOPIC,
      fix: `aws sns subscribe --region us-east-1 --topic-arn ${TOPIC} --protocol email --notification-endpoint <address>`,
    },
  ]);
});

test('an account with fewer executions of Lambda than the datasets need is told to ask for more', async () => {
  const { connection } = deployed.twin;
  // Four partitions at a time and one transform are just enough.
  expect((await findings()).find(({ check }) => check.startsWith('Lambda'))).toMatchObject({
    ok: true,
    text: '5 at a time; this stage runs up to 4 for its loads and at least 1 for its streams',
  });
  const [trips] = connection.datasets;
  const datasets = [{ ...trips!, load: { ...trips!.load, max_concurrency: 5 } }];
  const found = (await findings({ ...connection, datasets })).find(({ check }) => check.startsWith('Lambda'));
  expect(found).toMatchObject({
    ok: false,
    subject: 'account 000000000000',
    text: 'only 5 at a time; this stage runs up to 5 for its loads and at least 1 for its streams',
    fix: expect.stringContaining(
      'aws service-quotas request-service-quota-increase --region us-east-1 --service-code lambda --quota-code L-B99A9384 --desired-value 1000',
    ) as string,
  });
});

test('nothing else of Lambda’s API is there', async () => {
  const lambda = new LambdaClient(deployed.twin.connection.settings);
  await expect(lambda.send(new ListFunctionsCommand({}))).rejects.toMatchObject({
    name: 'UnknownOperationException',
  });
});
