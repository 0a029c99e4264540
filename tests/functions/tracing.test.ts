import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { ROOT } from '../../testkit/root';

/** Runs a function in a process with Lambda's environment, and returns what it sends to the X-Ray daemon. */
async function tracesOf(call: string): Promise<Record<string, unknown>[]> {
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
      },
    });
    await once(child, 'exit');
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

test('a step has a subsegment in the trace of its invocation', async () => {
  const traces = await tracesOf(CALL(`{ execution: 'x', input: {}, load: { dataset: 'trips' } }`));
  expect(traces).toMatchObject([
    { name: '## ReportLoad', trace_id: '1-5759e988-bd862e3fe1be46a994272793', type: 'subsegment' },
  ]);
  expect(traces[0]).not.toHaveProperty('fault');
});
