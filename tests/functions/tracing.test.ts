import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { ROOT } from '../../testkit/root';
import { TestTwin } from '../../testkit/test-twin';

/** Runs a function in a process with Lambda's environment, and returns what it sends to the X-Ray daemon. */
async function tracesOf(
  call: string,
  environment: NodeJS.ProcessEnv = {},
): Promise<Record<string, unknown>[]> {
  const daemon = createSocket('udp4');
  daemon.bind(0, '127.0.0.1');
  await once(daemon, 'listening');
  const received: Record<string, unknown>[] = [];
  let endOfPackets = () => {};
  const isComplete = new Promise<void>((resolve) => (endOfPackets = resolve));
  // A packet has a header line, then the document.
  daemon.on('message', (packet) => {
    const [, document] = packet.toString().split('\n');
    if (document === undefined) endOfPackets();
    else received.push(JSON.parse(document) as Record<string, unknown>);
  });
  try {
    const child = spawn(process.execPath, ['--require', 'tsx/cjs', '--eval', call], {
      cwd: ROOT,
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        PATH: process.env.PATH,
        AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
        AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
        AWS_LAMBDA_FUNCTION_NAME: 'sluice-dev-report-load',
        LAMBDA_TASK_ROOT: ROOT,
        AWS_XRAY_DAEMON_ADDRESS: `127.0.0.1:${daemon.address().port}`,
        _X_AMZN_TRACE_ID: 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=557abcec3ee5a047;Sampled=1',
        POWERTOOLS_LOG_LEVEL: 'SILENT',
        POWERTOOLS_METRICS_DISABLED: 'true',
        ...environment,
      },
    });
    // Else a process that dies would send nothing, as one that is not traced.
    expect(await once(child, 'exit')).toEqual([0, null]);
    // This packet arrives after all packets of the process.
    daemon.send('end', daemon.address().port, '127.0.0.1');
    await isComplete;
    return received;
  } finally {
    daemon.close();
  }
}

const CALL = (event: string) => `
  const { handler } = require('./functions/report-load.ts');
  handler(${event}).catch(() => {});
`;

const TRACE = '1-5759e988-bd862e3fe1be46a994272793';

test('a step has a subsegment in the trace of its invocation', async () => {
  const traces = await tracesOf(CALL(`{ execution: 'x', input: {}, load: { dataset: 'trips' } }`));
  expect(traces).toMatchObject([
    { name: '## ReportLoad', trace_id: TRACE, parent_id: '557abcec3ee5a047', type: 'subsegment' },
  ]);
  expect(traces[0]).not.toHaveProperty('fault');
  expect(traces[0]!.end_time).toBeGreaterThanOrEqual(traces[0]!.start_time as number);
});

test('an invocation that Lambda does not trace sends nothing', async () => {
  const call = CALL(`{ execution: 'x', input: {}, load: { dataset: 'trips' } }`);
  expect(
    await tracesOf(call, { _X_AMZN_TRACE_ID: `Root=${TRACE};Parent=557abcec3ee5a047;Sampled=0` }),
  ).toEqual([]);
});

test.each(['', 'nowhere', '127.0.0.1:port', '[::1]:2000', 'tcp:127.0.0.1:1 udp:127.0.0.1:1'])(
  'a daemon at "%s" fails no invocation',
  async (AWS_XRAY_DAEMON_ADDRESS) => {
    const call = `
      const { inTrace, traced } = require('./functions/shared/tracing.ts');
      const stack = [];
      const config = { region: () => Promise.resolve('us-east-1') };
      traced({ config, middlewareStack: { add: (middleware) => stack.push(middleware) } });
      const send = (next) => stack[0](next, { clientName: 'S3Client', commandName: 'PutObjectCommand' })({});
      inTrace('Look', async () => {
        await send(async () => ({ output: { $metadata: { httpStatusCode: 200 } } }));
        const thrown = await send(() => Promise.reject(undefined)).catch((error) => [error]);
        if (thrown[0] !== undefined) throw new Error('another error');
      }).catch(() => process.exit(1));
    `;
    expect(await tracesOf(call, { AWS_XRAY_DAEMON_ADDRESS })).toEqual([]);
  },
);

describe('the calls of a step', () => {
  let twin: TestTwin;
  beforeAll(async () => {
    twin = await TestTwin.shared();
  });
  afterAll(() => twin.remove());

  test('have subsegments in that of the step, with what the service answered', async () => {
    const { env, bucket } = twin.twin.description;
    const traces = await tracesOf(
      `
        const { listFiles, readJson } = require('./functions/shared/lake.ts');
        const { inTrace } = require('./functions/shared/tracing.ts');
        inTrace('Look', async () => {
          await listFiles('${bucket}', '');
          await readJson('${bucket}', 'missing');
        }).catch(() => {});
      `,
      env,
    );
    const [listed, read, step] = traces;
    const region = env.AWS_REGION;
    expect(traces).toHaveLength(3);
    expect(listed).toMatchObject({
      ...{ name: 'S3', namespace: 'aws', trace_id: TRACE, parent_id: step!.id },
      aws: { operation: 'ListObjectsV2', region, retries: 0, request_id: expect.any(String) as string },
      http: { response: { status: 200 } },
    });
    expect(listed).not.toHaveProperty('cause');
    expect(read).toMatchObject({
      ...{ name: 'S3', parent_id: step!.id, error: true, fault: false, throttle: false },
      aws: { operation: 'GetObject' },
      http: { response: { status: 404 } },
      cause: { exceptions: [{ type: 'NoSuchKey' }] },
    });
    expect(step).toMatchObject({
      name: '## Look',
      fault: true,
      cause: { exceptions: [{ type: 'FileChanged' }] },
    });
  });
});
