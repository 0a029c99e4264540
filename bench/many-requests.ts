/**
 * Sends many requests to the twin and prints what its memory is in between. Every request leaves nothing behind that AWS
 * would remember: reads, and writes of the same key. `npm run bench:requests -- [requests]`, default 100,000.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TwinDescription } from '../local/description';

export interface Memory {
  /** Bytes in use after a collection. */
  readonly heap: number;
  /** Bytes of the whole process. */
  readonly resident: number;
}

const AT_ONCE = 8;
const STAGES = 10;
const [requests = 100_000] = process.argv.slice(2).map(Number);

type Call = (path: string, options?: { method?: string; target?: string; body?: string }) => Promise<string>;

/** Plain HTTP/1.1 with kept connections, as every client's: an SDK would take most of the time. */
function caller(endpoint: string): { call: Call; end: () => void } {
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  const call: Call = (path, { method = 'GET', target, body = '' } = {}) =>
    new Promise((resolve, reject) => {
      const headers = {
        'content-length': Buffer.byteLength(body),
        ...(target === undefined ? {} : { 'x-amz-target': target }),
      };
      const sent = request(endpoint + path, { agent, method, headers }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.on('error', reject).on('end', () => {
          if (response.statusCode === 200) resolve(text);
          else reject(new Error(`${method} ${path} ${target ?? ''}: ${response.statusCode} ${text}`));
        });
      });
      sent.on('error', reject).end(body);
    });
  return { call, end: () => agent.destroy() };
}

/** One call to every service that clients use, in turn. */
async function turnsOf(twin: TwinDescription, call: Call): Promise<(() => Promise<string>)[]> {
  const json = (target: string, input: object) => () =>
    call('/', { method: 'POST', target, body: JSON.stringify(input) });
  const key = `/${twin.bucket}/bench/key`;
  const statement = { WorkgroupName: twin.workgroup, Database: twin.database, WaitTimeSeconds: 20 };
  const run = json('RedshiftData.ExecuteStatement', { ...statement, Sql: 'SELECT 1' });
  const { Id } = JSON.parse(await run()) as { Id: string };
  const put = () => call(key, { method: 'PUT', body: 'x'.repeat(1_000) });
  await put();
  return [
    put,
    () => call(key),
    () => call(`/${twin.bucket}?list-type=2`),
    json('Firehose_20150804.DescribeDeliveryStream', { DeliveryStreamName: twin.stream }),
    json('RedshiftData.DescribeStatement', { Id }),
    json('RedshiftData.GetStatementResult', { Id }),
    json('AWSStepFunctions.DescribeStateMachine', { stateMachineArn: twin.state_machine_arn }),
    json('AWSStepFunctions.ListExecutions', { stateMachineArn: twin.state_machine_arn }),
  ];
}

const megabytes = (bytes: number) => `${(bytes / 1_048_576).toFixed(1)} MiB`;

async function main(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
  const twin = fork(join(__dirname, 'measured-twin.ts'), [directory], {
    execArgv: ['--expose-gc', '--require', 'tsx/cjs'],
    env: { ...process.env, TZ: 'UTC' },
  });
  try {
    const [description] = (await once(twin, 'message')) as [TwinDescription];
    const { call, end } = caller(description.endpoint);
    const turns = await turnsOf(description, call);
    const memory = async (sent: number) => {
      twin.send('memory');
      const [{ heap, resident }] = (await once(twin, 'message')) as [Memory];
      console.log(
        [String(sent).padStart(8), megabytes(heap).padStart(10), megabytes(resident).padStart(11)].join('  '),
      );
    };
    console.log('requests        heap     resident');
    let sent = 0;
    for (let stage = 1; stage <= STAGES; stage += 1) {
      const until = Math.round((requests * stage) / STAGES);
      const worker = async () => {
        while (sent < until) await turns[sent++ % turns.length]!();
      };
      await Promise.all(Array.from({ length: AT_ONCE }, worker));
      await memory(sent);
    }
    end();
  } finally {
    if (twin.connected) twin.disconnect();
    if (twin.exitCode === null) await once(twin, 'exit');
    rmSync(directory, { recursive: true, force: true });
  }
}

void main();
