import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TwinDescription } from '../local/description';
import { atLeast, atMost, figure, type Bench, type Figure } from './bench';
import { answerOf, nextMessage, startProcess } from './fork';
import { Calls } from './twin/calls';
import { memoryOver } from './twin/memory';
import type { TransitionsOrder, TransitionsResult } from './twin/transitions-process';
import type { Memory, TwinOrder } from './twin/twin-process';

const PUTS = 20_000;
const STATEMENTS = 1_000;
const EXECUTIONS = 8;
const REQUESTS = 100_000;

const ABOUT = `Calls a twin in a process of its own by plain HTTP, 8 requests at a time; both share the machine’s cores. Each round puts ${PUTS.toLocaleString('en')} objects of 1,000 bytes and lists them, 1,000 a page, and runs ${STATEMENTS.toLocaleString('en')} statements \`SELECT 1\` to their ends. State transitions are those of ${EXECUTIONS} executions with a Map over 500 items and five Pass states for each, in the twin’s Step Functions alone, which writes their histories to disk. The memory is that of another twin over ${REQUESTS.toLocaleString('en')} requests that leave nothing behind, to each service in turn, after collections.`;

const PUT = `${PUTS.toLocaleString('en')} PUTs`;
const LIST = `to list ${PUTS.toLocaleString('en')} keys`;
const SELECT = 'short statements';
const TRANSITIONS = 'state transitions';
const GROWTH = `heap after ${REQUESTS.toLocaleString('en')} requests, beyond that after a tenth`;

export const twin: Bench = {
  name: 'twin',
  title: 'The twin',
  about: ABOUT,
  heldBack: {
    [PUT]:
      'The twin’s one thread, on a machine whose two cores had other work meanwhile. In a profile a quarter of its time goes to the file system: the twin writes a body and a record for each object, each as a file, before it answers. The rest is spread over the server, the checks of the request and the evaluation of policies.',
  },
  rounds: 3,
  async run({ rounds, note }) {
    const requests = await requestRounds({ puts: PUTS, statements: STATEMENTS, rounds }, note);
    note(`${rounds} rounds of ${EXECUTIONS} executions`);
    const { transitions, seconds } = await runTransitions({ rounds, executions: EXECUTIONS });
    note(`${REQUESTS} requests`);
    const memory = await runMemory(REQUESTS);

    const put = figure(PUT, 's', requests.put);
    const list = figure(LIST, 's', requests.list);
    const perSecond = (name: string, unit: string, count: number, times: readonly number[]): Figure =>
      figure(
        name,
        unit,
        times.map((each) => count / each),
      );
    const select = perSecond(SELECT, 'statements/s', STATEMENTS, requests.select);
    const passed = perSecond(TRANSITIONS, 'transitions/s', transitions, seconds);
    const growth = figure(GROWTH, 'MiB', [heapGrowth(memory) / 2 ** 20]);
    const resident = figure('memory of the process, at most', 'MiB', [
      Math.max(...memory.map((each) => each.resident)) / 2 ** 20,
    ]);
    return {
      figures: [put, list, select, passed, growth, resident],
      aims: [
        atMost(PUT, 20, put),
        atMost(LIST, 1, list),
        atLeast(SELECT, 200, select),
        atLeast(TRANSITIONS, 10_000, passed),
        atMost(GROWTH, 4, growth),
      ],
      charts: [],
    };
  },
};

interface RequestOrder {
  readonly puts: number;
  readonly statements: number;
  readonly rounds: number;
}

/** Seconds, one for each round. @throws Error if the listing lacks a key */
export async function requestRounds(
  { puts, statements, rounds }: RequestOrder,
  note: (text: string) => void,
): Promise<Readonly<Record<'put' | 'list' | 'select', readonly number[]>>> {
  return withTwin(async (calls) => {
    const found = { put: [] as number[], list: [] as number[], select: [] as number[] };
    for (let round = 1; round <= rounds; round += 1) {
      note(`round ${round} of ${rounds}: ${puts} PUTs, ${statements} statements`);
      const prefix = `bench/${round}/`;
      const body = 'x'.repeat(1_000);
      found.put.push(
        await secondsOf(() => calls.repeat(puts, (number) => calls.put(`${prefix}${number}`, body))),
      );
      found.list.push(
        await secondsOf(async () => {
          const keys = await calls.list(prefix);
          if (keys !== puts) throw new Error(`the listing has ${keys} keys of ${puts}`);
        }),
      );
      found.select.push(await secondsOf(() => calls.repeat(statements, () => calls.select())));
    }
    return found;
  });
}

export const runTransitions = (order: TransitionsOrder): Promise<TransitionsResult> =>
  answerOf('twin/transitions-process.ts', order);

/** The memory after each tenth of the requests. */
export const runMemory = (requests: number): Promise<readonly Memory[]> =>
  withTwin((calls, memory) => memoryOver(requests, calls, memory));

/** Bytes that the heap has grown since the first tenth, in which the twin warms up. */
export const heapGrowth = (memory: readonly Memory[]): number =>
  (memory.at(-1)?.heap ?? NaN) - (memory[0]?.heap ?? NaN);

async function withTwin<Result>(
  run: (calls: Calls, memory: () => Promise<Memory>) => Promise<Result>,
): Promise<Result> {
  const stateDirectory = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
  const execArgv = ['--expose-gc', '--require', 'tsx/cjs'];
  const child = startProcess('twin/twin-process.ts', { stateDirectory } satisfies TwinOrder, { execArgv });
  try {
    const calls = new Calls(await nextMessage<TwinDescription>(child));
    const memory = () => {
      child.send('memory');
      return nextMessage<Memory>(child);
    };
    const result = await run(calls, memory);
    calls.end();
    return result;
  } finally {
    if (child.connected) child.disconnect();
    if (child.exitCode === null) await once(child, 'exit');
    rmSync(stateDirectory, { recursive: true, force: true });
  }
}

async function secondsOf(run: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await run();
  return (performance.now() - started) / 1_000;
}
