import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import {
  CreateStateMachineCommand,
  DeleteStateMachineCommand,
  DescribeStateMachineCommand,
  GetActivityTaskCommand,
  ListStateMachinesCommand,
  SFNClient,
} from '@aws-sdk/client-sfn';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ServiceError } from '../../../local/service-error';
import { Twin } from './fixtures';

let twin: Twin;

beforeEach(async () => {
  twin = new Twin({
    largestBodyBytes: 100_000,
    control: {
      'GET /_sluice/echo': (input) => input,
      'POST /_sluice/echo': (input) => ({ got: input }),
      'POST /_sluice/nothing': () => undefined,
      'POST /_sluice/refuse': () => {
        throw new ServiceError('ValidationException', 'rules.0: wrong');
      },
    },
  });
  await twin.server.listen();
});

afterEach(() => twin.close());

const create = (name: string) => new CreateStateMachineCommand({ name, definition: '{}', roleArn: 'r' });

/** A call that no SDK would make. */
function raw(headers: Record<string, string>, body: string, path = '/') {
  return fetch(twin.server.endpoint + path, { method: 'POST', headers, body });
}

const target = { 'x-amz-target': 'AWSStepFunctions.CreateStateMachine' };

/** `fetch` sets these headers itself. A plainer client can forge them as a misled browser would send them. */
async function statusWith(headers: Record<string, string>): Promise<number> {
  const call = request(twin.server.endpoint, { headers }).end();
  const [answer] = (await once(call, 'response')) as [import('node:http').IncomingMessage];
  answer.resume();
  return answer.statusCode!;
}

describe('AWS JSON', () => {
  test('calls the operation and answers with its result', async () => {
    const answer = await twin.sfn().send(create('load'));
    expect(answer).toMatchObject({ stateMachineArn: 'load', creationDate: new Date(1_700_000_000_500) });
    expect(answer.$metadata.requestId).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('answers an undefined result with an empty object', async () => {
    await expect(
      twin.sfn().send(new DeleteStateMachineCommand({ stateMachineArn: 'x' })),
    ).resolves.toBeDefined();
  });

  test('answers with the service’s error', async () => {
    const call = twin.sfn().send(new DescribeStateMachineCommand({ stateMachineArn: 'x' }));
    await expect(call).rejects.toMatchObject({
      name: 'StateMachineDoesNotExist',
      message: "State Machine Does Not Exist: 'x'",
      $metadata: { httpStatusCode: 400 },
    });
  });

  test('an exception in the twin is a 500 and is reported', async () => {
    const call = twin.sfn().send(new ListStateMachinesCommand());
    await expect(call).rejects.toMatchObject({ name: 'InternalFailure', $metadata: { httpStatusCode: 500 } });
    expect(twin.unexpected).toEqual([expect.objectContaining({ message: 'a mistake of the twin' })]);
  });

  test.each([
    ['malformed JSON', target, '{"name":', 400, 'SerializationException'],
    ['what is no object', target, '[]', 400, 'SerializationException'],
    [
      'an unknown service',
      { 'x-amz-target': 'DynamoDB_20120810.GetItem' },
      '{}',
      400,
      'UnknownOperationException',
    ],
    ['no operation', { 'x-amz-target': 'AWSStepFunctions' }, '{}', 400, 'UnknownOperationException'],
    [
      'too much',
      target,
      JSON.stringify({ name: 'x'.repeat(100_000) }),
      413,
      'RequestEntityTooLargeException',
    ],
  ])('refuses %s', async (_, headers, body, status, code) => {
    const response = await raw(headers, body);
    expect(response.status).toBe(status);
    expect(response.headers.get('x-amzn-errortype')).toBe(code);
    expect(await response.json()).toMatchObject({ __type: code });
    expect(twin.machines.names).toEqual([]);
  });

  test('refuses a chunked body that is too large', async () => {
    const pieces = new ReadableStream({
      start(controller) {
        for (let n = 0; n < 20; n += 1) controller.enqueue(new Uint8Array(10_000).fill(32));
        controller.close();
      },
    });
    const init = { method: 'POST', headers: target, body: pieces, duplex: 'half' };
    expect((await fetch(twin.server.endpoint, init as RequestInit)).status).toBe(413);
  });
});

describe('long polls', () => {
  const poll = () =>
    new GetActivityTaskCommand({ activityArn: 'arn:aws:states:us-east-1:000000000000:activity:a' });
  const waiting = async (count: number) => {
    while (twin.machines.waiting < count) await sleep(5);
  };

  test('end when the client disconnects', async () => {
    const abort = new AbortController();
    const call = expect(twin.sfn().send(poll(), { abortSignal: abort.signal })).rejects.toMatchObject({
      name: 'AbortError',
    });
    await waiting(1);
    abort.abort();
    await call;
    while (twin.machines.aborted.length === 0) await sleep(5);
    expect(twin.machines.aborted).toEqual(['The client disconnected']);
    expect(twin.unexpected).toEqual([]);
  });

  test('end when the server closes, and the close does not wait for kept connections', async () => {
    // The close would wait for an hour, and the poll for a minute.
    await twin.close();
    twin = new Twin({ graceMs: 3_600_000 });
    await twin.server.listen();
    const sfn = twin.sfn();
    await sfn.send(create('keeps its connection'));
    const call = expect(sfn.send(poll())).rejects.toMatchObject({ name: 'ServiceUnavailable' });
    await waiting(1);
    await twin.server.close();
    await call;
    expect(twin.machines.aborted).toEqual(['The twin is closing']);
    await expect(sfn.send(create('late'))).rejects.toMatchObject({
      message: expect.stringContaining('ECONNREFUSED') as string,
    });
  });
});

describe('routing', () => {
  test('forms go to SNS, everything else to S3', async () => {
    const topicArn = twin.sns.createTopic('failures');
    await new SNSClient(twin.client).send(new PublishCommand({ TopicArn: topicArn, Message: 'm' }));
    await twin.store.createBucket('lake', 'us-east-1');
    await twin.s3().send(new PutObjectCommand({ Bucket: 'lake', Key: 'a/b', Body: 'body' }));
    const { Body: body } = await twin.s3().send(new GetObjectCommand({ Bucket: 'lake', Key: 'a/b' }));
    expect(await body?.transformToString()).toBe('body');
    expect(await twin.sns.messages()).toHaveLength(1);
  });

  test('S3 refuses operations that it does not have', async () => {
    const response = await raw({ 'content-type': 'text/plain' }, '', '/bucket?acl');
    expect(response.status).toBe(501);
    expect(await response.text()).toContain('<Code>NotImplemented</Code>');
  });
});

describe('the control surface', () => {
  const json = { 'content-type': 'application/json' };

  test('passes JSON bodies to its routes', async () => {
    const answer = await raw(json, '{"a":1}', '/_sluice/echo');
    expect([answer.status, await answer.json()]).toEqual([200, { got: { a: 1 } }]);
    expect((await raw(json, '', '/_sluice/nothing')).status).toBe(204);
  });

  test('passes query parameters to a GET route', async () => {
    const answer = await fetch(`${twin.server.endpoint}/_sluice/echo?dataset=trips`);
    expect(await answer.json()).toEqual({ dataset: 'trips' });
  });

  test.each([
    ['/_sluice/refuse', json, '{}', 400, { code: 'ValidationException', message: 'rules.0: wrong' }],
    ['/_sluice/toString', json, '{}', 404, { code: 'NotFound' }],
    ['/_sluice/echo', json, '{', 400, { code: 'SerializationException' }],
    ['/_sluice/echo', { 'content-type': 'text/plain' }, '{}', 415, { code: 'UnsupportedMediaType' }],
  ])('%s refuses with %j %s', async (path, headers, body, status, answer) => {
    const response = await raw(headers, body, path);
    expect([response.status, await response.json()]).toEqual([status, expect.objectContaining(answer)]);
  });
});

describe('a service that the twin does not have', () => {
  const signed = (service: string) => ({
    authorization: `AWS4-HMAC-SHA256 Credential=a/20261130/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=b`,
  });

  test.each<[service: string, path: string, headers: Record<string, string>]>([
    ['lambda', '/2015-03-31/functions/a/invocations', {}],
    ['logs', '/', { 'x-amz-target': 'Logs_20140328.DescribeLogGroups' }],
    ['ec2', '/', { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' }],
  ])('is refused by its name: %s', async (service, path, headers) => {
    const answer = await raw({ ...signed(service), ...headers }, '', path);
    expect(answer.status).toBe(400);
    expect(answer.headers.get('x-amzn-errortype')).toBe('UnknownOperationException');
    const text = await answer.text();
    expect(text.replaceAll('&quot;', '"').replaceAll('\\"', '"')).toContain(
      `no service "${service}", only states, sns, s3`,
    );
    expect(text).toMatch(service === 'ec2' ? /^<ErrorResponse/ : /^\{/);
  });

  test('is not the one of a presigned request of S3', async () => {
    const query = 'X-Amz-Credential=a%2F20261130%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Signature=b';
    for (const type of ['text/plain', 'application/x-www-form-urlencoded']) {
      const answer = await raw({ 'content-type': type }, '', `/lake/a?${query}`);
      expect(await answer.text()).toContain('AuthorizationQueryParametersError');
    }
  });
});

describe('only loopback names', () => {
  test.each(['evil.example', 'evil.example:4566', '127.0.0.1.evil.example', '10.0.0.1'])(
    'refuse the host "%s"',
    async (host) => {
      expect(await statusWith({ host })).toBeGreaterThanOrEqual(400);
      expect(await statusWith({ host })).toBeLessThan(404);
    },
  );

  test.each(['127.0.0.1', 'localhost:4566', '[::1]:4566'])('accept the host %s', async (host) => {
    expect(await statusWith({ host })).toBe(200); // ListBuckets
  });

  test('refuse a page of another site', async () => {
    expect(await statusWith({ host: '127.0.0.1', origin: 'https://evil.example' })).toBe(403);
    expect(await statusWith({ host: '127.0.0.1', origin: 'http://localhost:4566' })).toBe(200);
  });
});

describe('faults', () => {
  const sfnRule = (fault: unknown) => ({
    service: 'step-functions',
    operation: 'CreateStateMachine',
    match: 'load',
    fault,
  });

  test('an error is answered without doing the work, and the SDK retries a throttle', async () => {
    const sfn: SFNClient = twin.sfn(2);
    twin.faults.set([sfnRule({ type: 'error', code: 'ThrottlingException' })]);
    await sfn.send(create('load'));
    expect(twin.machines.names).toEqual(['load']);
    expect(twin.faults.rules()[0]).toMatchObject({ seen: 2, hit: 1 });
  });

  test('a drop before skips the work, a drop after does it', async () => {
    twin.faults.set([sfnRule({ type: 'drop', when: 'before' })]);
    await expect(twin.sfn().send(create('load'))).rejects.toThrow();
    expect(twin.machines.names).toEqual([]);
    twin.faults.set([sfnRule({ type: 'drop', when: 'after' })]);
    await expect(twin.sfn().send(create('load'))).rejects.toThrow();
    expect(twin.machines.names).toEqual(['load']);
  });

  test('a drop after hides a refusal too', async () => {
    twin.faults.set([{ service: 'step-functions', fault: { type: 'drop', when: 'after' } }]);
    const call = twin.sfn().send(new DescribeStateMachineCommand({ stateMachineArn: 'x' }));
    await expect(call).rejects.not.toMatchObject({ name: 'StateMachineDoesNotExist' });
    expect(twin.unexpected).toEqual([]);
  });

  test('a delay only delays', async () => {
    twin.faults.set([sfnRule({ type: 'delay', ms: 250 })]);
    const startedAt = Date.now();
    await twin.sfn().send(create('load'));
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(245);
  });

  test('a rewritten request is the one that the service reads', async () => {
    twin.faults.set([sfnRule({ type: 'rewrite', find: '^l(oa)d$', put: 'r$1d' })]);
    expect(await twin.sfn().send(create('load'))).toMatchObject({ stateMachineArn: 'road' });
    expect(twin.machines.names).toEqual(['road']);
  });

  test('S3 errors are S3 XML, and the SDK retries them', async () => {
    await twin.store.createBucket('lake', 'us-east-1');
    twin.faults.set([
      {
        service: 's3',
        operation: 'PutObject',
        match: '^lake/a$',
        fault: { type: 'error', code: 'SlowDown' },
      },
    ]);
    const put = new PutObjectCommand({ Bucket: 'lake', Key: 'a', Body: 'x'.repeat(200_000) });
    await expect(twin.s3().send(put)).rejects.toMatchObject({
      name: 'SlowDown',
      $metadata: { httpStatusCode: 503 },
    });
    expect(twin.store.list('lake', '')).toEqual([]);
    await twin.s3(2).send(put);
    expect(twin.store.list('lake', '')).toHaveLength(1);
  });

  test('an S3 answer of any size can be dropped after the work', async () => {
    await twin.store.createBucket('lake', 'us-east-1');
    const body = 'x'.repeat(3_000_000);
    twin.faults.set([{ service: 's3', times: 2, fault: { type: 'drop', when: 'after' } }]);
    await expect(
      twin.s3().send(new PutObjectCommand({ Bucket: 'lake', Key: 'a', Body: body })),
    ).rejects.toThrow();
    expect((await twin.store.head('lake', 'a'))?.size).toBe(3_000_000);
    await expect(twin.s3().send(new GetObjectCommand({ Bucket: 'lake', Key: 'a' }))).rejects.toThrow();
    const { Body: read } = await twin.s3().send(new GetObjectCommand({ Bucket: 'lake', Key: 'a' }));
    expect((await read?.transformToString())?.length).toBe(3_000_000);
  });

  test('a crash ends the process like kill -9', async () => {
    const root = join(__dirname, '../../..');
    const child = spawn(process.execPath, ['--import', 'tsx', join(__dirname, 'crashing-twin.ts')], {
      cwd: root,
      env: { ...process.env, TMPDIR: twin.directory }, // it cannot clean up after itself
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (chunk) => (output += String(chunk)));
    const exit = once(child, 'exit');
    while (!output.includes('\n')) await sleep(20);
    const endpoint = output.trim();
    const sfn = new SFNClient({ ...twin.client, endpoint });
    await expect(sfn.send(new DeleteStateMachineCommand({ stateMachineArn: 'x' }))).rejects.toThrow();
    expect(await exit).toEqual([null, 'SIGKILL']);
    expect(output.trim()).toBe(endpoint);
  }, 30_000);
});
