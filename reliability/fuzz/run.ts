import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { TargetResult } from './check-target';
import { sharesOf, TARGET_NAMES, type TargetName } from './target-names';

export interface FuzzOptions {
  readonly cases: number;
  readonly seed: number;
  readonly only?: string;
  readonly path?: string;
}

/** What the process that carries the cases out is to do, in its argument. */
export interface WorkerOrder {
  readonly target: TargetName;
  readonly cases: number;
  readonly seed: number;
  readonly path?: string;
}

/** What it says meanwhile. */
export type WorkerMessage =
  | { readonly kind: 'case'; readonly json: string; readonly number: number }
  | { readonly kind: 'result'; readonly result: TargetResult };

/** Longer than any target gives a case, so that only a process that answers nothing at all is ended. */
const SILENCE_MILLISECONDS = 150_000;

/**
 * Carries the cases out, in a process of each target's own: what ends or blocks that process is a find like any other.
 * @returns the results up to the first target with a wrong case.
 */
export async function runFuzz(
  { cases, seed, only, path }: FuzzOptions,
  onProgress: (text: string) => void,
): Promise<readonly TargetResult[]> {
  const targets = TARGET_NAMES.filter((name) => only === undefined || name === only);
  const results: TargetResult[] = [];
  for (const [target, share] of sharesOf(cases, targets)) {
    // In a case that fast-check is led to by its path it counts from there.
    const result = await runTarget({ target, cases: share, seed, path }, onProgress);
    results.push(result);
    if (result.wrong) break;
  }
  return results;
}

async function runTarget(order: WorkerOrder, onProgress: (text: string) => void): Promise<TargetResult> {
  const worker = fork(join(__dirname, 'worker.ts'), [JSON.stringify(order)], {
    execArgv: ['--require', 'tsx/cjs'],
    env: { ...process.env, TZ: 'UTC', AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
  });
  let last: { json: string; number: number } = { json: 'null', number: 0 };
  let result: TargetResult | undefined;
  let silence = silenceEnds(worker);
  worker.on('message', (message: WorkerMessage) => {
    clearTimeout(silence);
    silence = silenceEnds(worker);
    if (message.kind === 'result') result = message.result;
    else {
      last = message;
      onProgress(`${order.target}: case ${message.number} of ${order.cases}`);
    }
  });
  const [code, signal] = (await once(worker, 'exit')) as [number | null, string | null];
  clearTimeout(silence);
  return result ?? ended(order, last, code, signal);
}

function silenceEnds(worker: ChildProcess): NodeJS.Timeout {
  return setTimeout(() => worker.kill('SIGKILL'), SILENCE_MILLISECONDS);
}

/** A process that ended before its result: by the last case that it began, as far as anybody can tell. */
function ended(
  { target }: WorkerOrder,
  { json, number }: { json: string; number: number },
  code: number | null,
  signal: string | null,
): TargetResult {
  const how =
    signal === 'SIGKILL'
      ? 'it answered nothing any more and was ended'
      : signal
        ? `by ${signal}`
        : `with exit code ${code}`;
  return {
    target,
    cases: number,
    accepted: 0,
    refused: {},
    wrong: { case: json, error: `the process ended: ${how}`, path: String(Math.max(0, number - 1)) },
  };
}
