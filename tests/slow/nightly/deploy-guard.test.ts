import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createServer, request as send, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { TOOL_CACHE } from '../../../local/stack/package-service';
import { runServerless } from '../../../local/stack/run-serverless';
import { PACKAGES_DIRECTORY } from '../../../testkit/packages';
import { ServiceCopy } from '../../../testkit/service-copy';
import { temporaryFolder } from '../../../testkit/temporary-folder';
import { TestTwin } from '../../../testkit/test-twin';

const ACCOUNT = '000000000000';

/** Runs `serverless deploy` as people run it, against the twin, and records its calls to AWS. */
let twin: TestTwin;
let service: ServiceCopy;
let proxy: Server;
let asked: string[];
type Answer = (query: URLSearchParams) => { readonly status: number; readonly body: string };
/** What AWS answers to actions that the twin does not have. Without an answer the twin refuses the call. */
let answers: { [action: string]: Answer };
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
      const query = new URLSearchParams(body.toString());
      const action = query.get('Action');
      asked.push(action ?? `${incoming.method} ${incoming.url}`);
      const own = answers[action ?? '']?.(query);
      if (own !== undefined) {
        outgoing.writeHead(own.status, { 'content-type': 'text/xml;charset=UTF-8' }).end(own.body);
        return;
      }
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
  answers = {};
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

describe('the subnets of a new workgroup', () => {
  /** In the form of the Amazon EC2 API Reference, "DescribeSubnets". */
  const subnets = (...zones: readonly string[]) => ({
    status: 200,
    body: `<?xml version="1.0" encoding="UTF-8"?>
<DescribeSubnetsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">
  <requestId>7a62c49f-347e-4fc4-9331-6e8eEXAMPLE</requestId>
  <subnetSet>${zones
    .map(
      (zone, index) =>
        `<item><subnetId>subnet-0000000${index}</subnetId><state>available</state><vpcId>vpc-1a2b3c4d</vpcId><cidrBlock>10.0.${index}.0/24</cidrBlock><availableIpAddressCount>${index === 0 ? 2 : 251}</availableIpAddressCount><availabilityZone>us-east-1${zone}</availabilityZone></item>`,
    )
    .join('')}</subnetSet>
</DescribeSubnetsResponse>`,
  });
  /** In the form of the AWS CloudFormation API Reference, "DescribeStackResource". */
  const workgroup = (status: string): Answer => {
    const detail = `<StackId>arn:aws:cloudformation:us-east-1:${ACCOUNT}:stack/sluice-dev/1</StackId><StackName>sluice-dev</StackName><LogicalResourceId>Workgroup</LogicalResourceId><PhysicalResourceId>sluice-dev</PhysicalResourceId><ResourceType>AWS::RedshiftServerless::Workgroup</ResourceType><LastUpdatedTimestamp>2026-11-23T08:00:00Z</LastUpdatedTimestamp><ResourceStatus>${status}</ResourceStatus>`;
    return (query) => ({
      status: query.get('LogicalResourceId') === 'Workgroup' ? 200 : 500,
      body: `<DescribeStackResourceResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><DescribeStackResourceResult><StackResourceDetail>${detail}</StackResourceDetail></DescribeStackResourceResult></DescribeStackResourceResponse>`,
    });
  };
  const refusal =
    (code: string, message: string, status = 400): Answer =>
    () => ({
      status,
      body: `<ErrorResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>1</RequestId></ErrorResponse>`,
    });
  const noWorkgroup = refusal('ValidationError', 'Resource Workgroup does not exist for stack sluice-dev');
  const ONE_ZONE = '--param=subnetIds=subnet-00000000,subnet-00000001';
  const deploy = (...params: readonly string[]) => serverless('deploy', '--stage', 'dev', ...params);
  beforeEach(() => {
    answers.DescribeStackResource = noWorkgroup;
  });

  test('in one zone are refused before anything is made', async () => {
    let asking = '';
    answers.DescribeSubnets = (query) => {
      asking = query.toString();
      return subnets('a', 'a');
    };
    const said = await deploy(ONE_ZONE);
    expect(said).toContain(
      'Nothing was changed: subnetIds: the new workgroup needs subnets in 2 Availability Zones: subnet-00000000 is in us-east-1a, subnet-00000001 is in us-east-1a.',
    );
    expect(asked[0]).toBe('DescribeSubnets');
    expect(asked).not.toContain('DescribeStacks');
    expect(asking).toContain('SubnetId.1=subnet-00000000&SubnetId.2=subnet-00000001');
  });

  test.each([
    ['no stack', refusal('ValidationError', "Stack 'sluice-dev' does not exist")],
    ['a workgroup that a failed deployment has taken back', workgroup('DELETE_COMPLETE')],
  ])('in one zone are refused if there is %s', async (_, answer) => {
    answers.DescribeSubnets = () => subnets('a', 'a');
    answers.DescribeStackResource = answer;
    expect(await deploy(ONE_ZONE)).toContain('Nothing was changed: subnetIds: the new workgroup needs');
  });

  test.each([
    ['the workgroup is there', workgroup('CREATE_COMPLETE')],
    ['nobody may ask whether it is', refusal('AccessDenied', 'User is not authorized', 403)],
  ])('in one zone are a warning if %s, since something else may be updated', async (_, answer) => {
    answers.DescribeSubnets = () => subnets('a', 'a');
    answers.DescribeStackResource = answer;
    const said = await deploy(ONE_ZONE);
    expect(said).not.toContain('Nothing was changed');
    expect(said).toContain('subnetIds: the new workgroup needs subnets in 2 Availability Zones');
    expect(said).toContain('so the deployment goes on');
    expect(asked).toContain('DescribeStacks');
  });

  test('that do not exist are refused in the words of EC2', async () => {
    answers.DescribeSubnets = () => ({
      status: 400,
      body: `<?xml version="1.0" encoding="UTF-8"?>
<Response><Errors><Error><Code>InvalidSubnetID.NotFound</Code><Message>The subnet ID 'subnet-00000000' does not exist</Message></Error></Errors><RequestID>x</RequestID></Response>`,
    });
    expect(await deploy(ONE_ZONE)).toContain(
      "Nothing was changed: subnetIds: The subnet ID 'subnet-00000000' does not exist",
    );
    expect(asked[0]).toBe('DescribeSubnets');
    expect(asked).not.toContain('DescribeStacks');
  });

  test('are those of the default VPC if none is named, and there must be one', async () => {
    answers.DescribeSubnets = (query) =>
      query.get('Filter.1.Name') === 'default-for-az' ? subnets() : { status: 500, body: '' };
    expect(await deploy()).toContain('Nothing was changed: the default VPC in us-east-1: there is none');
    expect(asked[0]).toBe('DescribeSubnets');
    expect(asked).not.toContain('DescribeStacks');
  });

  test('in two zones are deployed, with a warning if subnets or addresses are few', async () => {
    answers.DescribeSubnets = () => subnets('a', 'b');
    const said = await deploy(ONE_ZONE);
    expect(said).toContain('2 subnets in 2 Availability Zones are enough by AWS’s guide of 2026');
    expect(said).toContain('needs 3 free addresses in each subnet: subnet-00000000 has 2');
    expect(said).not.toContain('Nothing was changed');
    expect(asked).toContain('DescribeStacks');
  });

  test('that cannot be looked up do not keep anybody from deploying', async () => {
    const said = await deploy();
    expect(said).toContain('The subnets of the new workgroup were not checked (ec2:DescribeSubnets)');
    expect(asked).toContain('DescribeStacks');
  });

  test('are not looked up for a workgroup that exists, nor for a single function', async () => {
    await deploy(
      '--param=workgroup=analytics',
      '--param=database=dwh',
      '--param=workgroupArn=arn:aws:redshift-serverless:us-east-1:000000000000:workgroup/5a0f3f2e',
    );
    expect(asked).toContain('DescribeStacks');
    await serverless('deploy', 'function', '--function', 'reportLoad', '--stage', 'dev');
    expect(asked).not.toContain('DescribeSubnets');
  });
});
