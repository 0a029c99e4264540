import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createServer, request as send, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { TOOL_CACHE } from '../../local/stack/package-service';
import { runServerless } from '../../local/stack/run-serverless';
import { PACKAGES_DIRECTORY } from '../../testkit/packages';
import { ServiceCopy } from '../../testkit/service-copy';
import { temporaryFolder } from '../../testkit/temporary-folder';
import { TestTwin } from '../../testkit/test-twin';

const ACCOUNT = '000000000000';

/** Runs `serverless deploy` as people run it, against the twin, and records its calls to AWS. */
let twin: TestTwin;
let service: ServiceCopy;
let proxy: Server;
let asked: string[];
let temporary: string;

beforeAll(async () => {
  twin = await TestTwin.shared();
  service = await ServiceCopy.make({});
  temporary = temporaryFolder('sluice-deploy-');
  const target = new URL(twin.connection.endpoint);
  proxy = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const body = Buffer.concat(chunks);
      const action = new URLSearchParams(body.toString()).get('Action');
      asked.push(action ?? `${incoming.method} ${incoming.url}`);
      const { method, url: path, headers } = incoming;
      const passed = send({
        host: target.hostname,
        port: target.port,
        method,
        path,
        headers: { ...headers, host: target.host },
      });
      passed.on('response', (answer) => {
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(outgoing);
      });
      passed.end(body);
    });
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
});
beforeEach(() => {
  asked = [];
});
afterAll(async () => {
  proxy.close();
  proxy.closeAllConnections();
  await twin.remove();
  service.remove();
  rmSync(temporary, { recursive: true, force: true });
});

async function serverless(...args: string[]): Promise<string> {
  const endpoint = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  try {
    await runServerless(
      service.directory,
      args,
      { ...twin.twin.description.env, AWS_ENDPOINT_URL: endpoint },
      { temporary, cache: join(PACKAGES_DIRECTORY, TOOL_CACHE) },
    );
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}

test.each([['deploy'], ['deploy', 'function', '--function', 'reportLoad'], ['rollback', '--timestamp', '1']])(
  '%s refuses an account that the parameters do not name, after the one call that returns the caller’s account',
  async (...command) => {
    const said = await serverless(...command, '--stage', 'dev', '--param=account=123456789012');
    expect(said).toContain(
      `Nothing was changed: these credentials belong to account ${ACCOUNT}, but the parameters name account 123456789012.`,
    );
    expect(said).toContain('AWS_PROFILE');
    expect(asked).toEqual(['GetCallerIdentity']);
  },
);

test('remove refuses it too, and an ARN also names the account', async () => {
  const said = await serverless(
    'remove',
    '--stage',
    'dev',
    '--param=workgroup=analytics',
    '--param=database=dwh',
    '--param=workgroupArn=arn:aws:redshift-serverless:us-east-1:123456789012:workgroup/5a0f3f2e',
  );
  expect(said).toContain('the parameters name account 123456789012');
  expect(asked).toEqual(['GetCallerIdentity']);
});

test('a Region that the parameters do not name is refused before any call to AWS', async () => {
  const said = await serverless(
    'deploy',
    '--stage',
    'dev',
    '--region',
    'us-east-1',
    '--param=region=eu-west-1',
  );
  expect(said).toContain('--param region: the deployment is in us-east-1');
  expect(asked).toEqual([]);
});

test('a deployment into the named account starts', async () => {
  const said = await serverless('deploy', '--stage', 'dev', `--param=account=${ACCOUNT}`);
  // The twin has no CreateStack, so the test shows only that the deployment calls CloudFormation.
  expect(said).not.toContain('Nothing was changed');
  expect(asked.length).toBeGreaterThan(1);
  expect(asked).toContain('DescribeStacks');
});
