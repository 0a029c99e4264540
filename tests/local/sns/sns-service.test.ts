import {
  CreateTopicCommand,
  GetTopicAttributesCommand,
  ListTopicsCommand,
  PublishCommand,
  SNSClient,
  DeleteTopicCommand,
  ListSubscriptionsByTopicCommand,
  SubscribeCommand,
} from '@aws-sdk/client-sns';
import { appendFileSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { RuleFaults } from '../../../local/faults/rule-faults';
import { TwinServer } from '../../../local/http/twin-server';
import { ServiceError } from '../../../local/service-error';
import { SnsService } from '../../../local/sns/sns-service';
import { temporaryFolder } from '../../../testkit/temporary-folder';

const options = { region: 'us-east-1', accountId: '000000000000' };
const topicArn = 'arn:aws:sns:us-east-1:000000000000:failures';

let directory: string;
let sns: SnsService;
let server: TwinServer;
let client: SNSClient;
const faults = new RuleFaults();

beforeEach(async () => {
  directory = temporaryFolder('sns-');
  sns = new SnsService({ directory, ...options });
  server = new TwinServer({
    json: [],
    query: [sns],
    s3: {
      handle: () => Promise.reject(new Error('not S3')),
      operationOf: () => {
        throw new ServiceError('MethodNotAllowed', 'not S3');
      },
      answerError: (_, response, error) => response.writeHead(error.status).end(),
    },
    faults,
    onUnexpected: (error) => {
      throw error;
    },
  });
  client = new SNSClient({
    region: 'us-east-1',
    endpoint: await server.listen(),
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
});

afterEach(async () => {
  faults.clear();
  client.destroy();
  await server.close();
  await sns.close();
  rmSync(directory, { recursive: true, force: true });
});

describe('topics', () => {
  test('are created once by name', async () => {
    const first = await client.send(new CreateTopicCommand({ Name: 'failures' }));
    const second = await client.send(new CreateTopicCommand({ Name: 'failures' }));
    expect([first.TopicArn, second.TopicArn]).toEqual([topicArn, topicArn]);
    expect((await client.send(new ListTopicsCommand())).Topics).toEqual([{ TopicArn: topicArn }]);
  });

  test('are listed a hundred at a time', async () => {
    for (let n = 0; n < 101; n += 1) sns.createTopic(`t${n}`);
    const first = await client.send(new ListTopicsCommand());
    const second = await client.send(new ListTopicsCommand({ NextToken: first.NextToken }));
    expect([first.Topics?.length, second.Topics?.length, second.NextToken]).toEqual([100, 1, undefined]);
  });

  test('have attributes', async () => {
    sns.createTopic('failures');
    const { Attributes: attributes } = await client.send(
      new GetTopicAttributesCommand({ TopicArn: topicArn }),
    );
    expect(attributes).toMatchObject({
      TopicArn: topicArn,
      Owner: '000000000000',
      SubscriptionsConfirmed: '0',
    });
  });

  test('survive a restart', async () => {
    sns.createTopic('failures');
    const again = new SnsService({ directory, ...options });
    await expect(again.publish({ TopicArn: topicArn, Message: 'm' })).resolves.toHaveProperty('MessageId');
    await again.close();
  });

  test.each(['has space', 'orders.fifo', 'x'.repeat(257)])('refuse the name %s', async (name) => {
    await expect(client.send(new CreateTopicCommand({ Name: name }))).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: 'Invalid parameter: Topic Name',
    });
  });

  test('refuse attributes and tags that the twin does not have', async () => {
    await expect(
      client.send(new CreateTopicCommand({ Name: 'failures', Attributes: { FifoTopic: 'true' } })),
    ).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: expect.stringContaining('Attributes') as string,
    });
  });
});

describe('Publish', () => {
  beforeEach(() => sns.createTopic('failures'));

  test('puts the message into the inbox', async () => {
    const message = 'café & <b>\n{"a":1}';
    const { MessageId: id } = await client.send(
      new PublishCommand({
        TopicArn: topicArn,
        Subject: 'Load failed: trips 2026-11-23T08',
        Message: message,
        MessageAttributes: {
          dataset: { DataType: 'String', StringValue: 'trips' },
          failed: { DataType: 'Number', StringValue: '2' },
        },
      }),
    );
    const lines = readFileSync(join(directory, 'messages.jsonl'), 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      {
        Type: 'Notification',
        MessageId: id,
        TopicArn: topicArn,
        Subject: 'Load failed: trips 2026-11-23T08',
        Message: message,
        Timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string,
        MessageAttributes: {
          dataset: { Type: 'String', Value: 'trips' },
          failed: { Type: 'Number', Value: '2' },
        },
      },
    ]);
  });

  test('keeps messages in order and across a restart', async () => {
    await Promise.all([1, 2, 3, 4].map((n) => sns.publish({ TopicArn: topicArn, Message: `m${n}` })));
    const again = new SnsService({ directory, ...options });
    await again.publish({ TopicArn: topicArn, Message: 'm5' });
    expect((await again.messages()).map(({ Message }) => Message)).toEqual(['m1', 'm2', 'm3', 'm4', 'm5']);
    await again.close();
  });

  test('drops a line that a crash cut off', async () => {
    await sns.publish({ TopicArn: topicArn, Message: 'whole' });
    appendFileSync(sns.inboxPath, '{"Type":"Notif');
    const again = new SnsService({ directory, ...options });
    await again.publish({ TopicArn: topicArn, Message: 'after' });
    expect((await again.messages()).map(({ Message }) => Message)).toEqual(['whole', 'after']);
    await again.close();
  });

  test('accepts 256 KiB', async () => {
    await sns.publish({ TopicArn: topicArn, Message: 'x'.repeat(262_144) });
    expect(await sns.messages()).toHaveLength(1);
  });

  test('gives each protocol its text, and the others the default', async () => {
    const https = '{"version":"1.0"}';
    const Message = JSON.stringify({ default: 'for people', https });
    await client.send(new PublishCommand({ TopicArn: topicArn, MessageStructure: 'json', Message }));
    await client.send(
      new PublishCommand({ TopicArn: topicArn, MessageStructure: 'json', Message: '{"default":""}' }),
    );
    expect(await sns.messages()).toMatchObject([
      { Message: 'for people', MessageOf: { https } },
      { Message: '' },
    ]);
    expect((await sns.messages())[1]).not.toHaveProperty('MessageOf');
  });

  const string = (value: string) => ({ DataType: 'String', StringValue: value });

  test.each<[string, Partial<PublishCommand['input']>, string]>([
    [
      'no topic',
      { TopicArn: undefined },
      'Invalid parameter: TopicArn Reason: no value for required parameter',
    ],
    [
      'no ARN',
      { TopicArn: 'failures' },
      'Invalid parameter: TopicArn Reason: failures does not start with arn',
    ],
    [
      'a short ARN',
      { TopicArn: 'arn:aws:sns' },
      'Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not 3',
    ],
    ['an empty message', { Message: '' }, 'Invalid parameter: Empty message'],
    [
      'attributes that make it too long',
      { Message: 'x'.repeat(262_144), MessageAttributes: { a: string('b') } },
      'Invalid parameter: Message too long',
    ],
    ['an empty subject', { Subject: '' }, 'Invalid parameter: Subject'],
    ['a subject of two lines', { Subject: 'a\nb' }, 'Invalid parameter: Subject'],
    ['a subject that is not ASCII', { Subject: 'é' }, 'Invalid parameter: Subject'],
    [
      'a phone number',
      { PhoneNumber: '+4912345' },
      'Invalid parameter: PhoneNumber Reason: not supported by the twin',
    ],
    ['a structure other than json', { MessageStructure: 'xml' }, 'Invalid parameter: MessageStructure'],
    [
      'a message per protocol that is no JSON',
      { MessageStructure: 'json' },
      'Invalid parameter: Message Structure - JSON message body failed to parse',
    ],
    [
      'a message per protocol that is a list',
      { MessageStructure: 'json', Message: '["m"]' },
      'Invalid parameter: Message Structure - JSON message body failed to parse',
    ],
    [
      'a message per protocol without a default',
      { MessageStructure: 'json', Message: '{"email":"m"}' },
      'Invalid parameter: Message Structure - No default entry in JSON message body',
    ],
    [
      'a message for a protocol that does not exist',
      { MessageStructure: 'json', Message: '{"default":"m","slack":"m"}' },
      'Invalid parameter: Message Structure - slack',
    ],
    [
      'a message per protocol that is no text',
      { MessageStructure: 'json', Message: '{"default":"m","https":{"version":"1.0"}}' },
      'Invalid parameter: Message Structure - https',
    ],
    [
      'texts per protocol that are too long together',
      {
        MessageStructure: 'json',
        Message: JSON.stringify({ default: 'x'.repeat(200_000), https: 'y'.repeat(70_000) }),
      },
      'Invalid parameter: Message too long',
    ],
    [
      'a binary attribute',
      { MessageAttributes: { a: { DataType: 'Binary', BinaryValue: new Uint8Array([1]) } } },
      'Invalid parameter: MessageAttributes.a',
    ],
    [
      'a number that is none',
      { MessageAttributes: { a: { DataType: 'Number', StringValue: 'many' } } },
      'Invalid parameter: MessageAttributes.a.StringValue Reason: must be a number',
    ],
  ])('refuses %s', async (_, changes, words) => {
    const call = client.send(new PublishCommand({ TopicArn: topicArn, Message: 'm', ...changes }));
    await expect(call).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: expect.stringContaining(words) as string,
    });
    expect(await sns.messages()).toEqual([]);
  });

  test('refuses a topic that does not exist', async () => {
    const call = client.send(new PublishCommand({ TopicArn: `${topicArn}2`, Message: 'm' }));
    await expect(call).rejects.toMatchObject({
      name: 'NotFoundException',
      message: 'Topic does not exist',
      $metadata: { httpStatusCode: 404 },
    });
  });
});

test('an e-mail address can be subscribed and is listed', async () => {
  const { TopicArn } = await client.send(new CreateTopicCommand({ Name: 'subscribed' }));
  await client.send(new SubscribeCommand({ TopicArn, Protocol: 'email', Endpoint: 'a@b.c' }));
  const { Subscriptions } = await client.send(new ListSubscriptionsByTopicCommand({ TopicArn }));
  expect(Subscriptions).toMatchObject([{ Protocol: 'email', Endpoint: 'a@b.c', TopicArn }]);
  const other = await client.send(new CreateTopicCommand({ Name: 'lonely' }));
  const { Subscriptions: others } = await client.send(
    new ListSubscriptionsByTopicCommand(other as { TopicArn: string }),
  );
  expect(others ?? []).toEqual([]);
});

test('other operations are refused', async () => {
  const call = client.send(new DeleteTopicCommand({ TopicArn: topicArn }));
  await expect(call).rejects.toMatchObject({
    name: 'InvalidAction',
    message: 'Could not find operation DeleteTopic for version 2010-03-31',
  });
});

test('an unsigned form is refused, because any web page can send one', async () => {
  sns.createTopic('failures');
  const body = new URLSearchParams({
    Action: 'Publish',
    Version: '2010-03-31',
    TopicArn: topicArn,
    Message: 'm',
  });
  const response = await fetch(server.endpoint, { method: 'POST', body });
  expect(response.status).toBe(403);
  expect(await response.text()).toContain('<Code>MissingAuthenticationToken</Code>');
  expect(await sns.messages()).toEqual([]);
});

describe('faults', () => {
  beforeEach(() => sns.createTopic('failures'));
  const publish = () => client.send(new PublishCommand({ TopicArn: topicArn, Message: 'm' }));

  test('an error arrives as the exception of that name', async () => {
    faults.set([
      {
        service: 'sns',
        operation: 'Publish',
        fault: { type: 'error', code: 'ThrottledException', status: 429 },
      },
    ]);
    await expect(publish()).rejects.toMatchObject({ name: 'ThrottledException' });
    expect(await sns.messages()).toEqual([]);
  });

  test('a connection that is dropped after the work has published the message', async () => {
    faults.set([{ service: 'sns', fault: { type: 'drop', when: 'after' } }]);
    await expect(publish()).rejects.toMatchObject({
      message: expect.stringContaining('socket hang up') as string,
    });
    expect(await sns.messages()).toHaveLength(1);
  });

  test('a connection that is dropped before the work publishes nothing', async () => {
    faults.set([{ service: 'sns', fault: { type: 'drop', when: 'before' } }]);
    await expect(publish()).rejects.toMatchObject({
      message: expect.stringContaining('socket hang up') as string,
    });
    expect(await sns.messages()).toEqual([]);
  });
});

test('a closed server frees its port', async () => {
  const { port } = new URL(server.endpoint);
  await server.close();
  await new Promise<void>((resolve, reject) => {
    const other = createServer().once('error', reject);
    other.listen(Number(port), '127.0.0.1', () => other.close(() => resolve()));
  });
});
