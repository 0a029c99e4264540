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

/** What the process that carries the cases out is to do, target after target, in its argument. */
export interface WorkerOrder {
  readonly shares: readonly (readonly [target: TargetName, cases: number])[];
  readonly seed: number;
  readonly path?: string;
}

/** What it says meanwhile. */
export type WorkerMessage =
  | { readonly kind: 'case'; readonly target: TargetName; readonly json: string; readonly number: number }
  | { readonly kind: 'result'; readonly result: TargetResult };

/** Longer than any target gives a case, so that only a process that answers nothing at all is ended. */
const SILENCE_MILLISECONDS = 150_000;

/**
 * Carries the cases out, in a process of their own: what ends or blocks that process is a find like any other.
 * @returns the results up to the first target with a wrong case.
 */
export async function runFuzz(
  { cases, seed, only, path }: FuzzOptions,
  onProgress: (text: string) => void,
): Promise<readonly TargetResult[]> {
  const targets = TARGET_NAMES.filter((name) => only === undefined || name === only);
  const shares = [...sharesOf(cases, targets)];
  const order: WorkerOrder = { shares, seed, path };
  const worker = fork(join(__dirname, 'worker.ts'), [JSON.stringify(order)], {
    execArgv: ['--import', 'tsx'],
    env: { ...process.env, TZ: 'UTC', AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
  });
  const results: TargetResult[] = [];
  let last: Extract<WorkerMessage, { kind: 'case' }> | undefined;
  let silence = silenceEnds(worker);
  worker.on('message', (message: WorkerMessage) => {
    clearTimeout(silence);
    silence = silenceEnds(worker);
    if (message.kind === 'result') results.push(message.result);
    else {
      last = message;
      onProgress(
        `${message.target}: case ${message.number} of ${sharesOf(cases, targets).get(message.target)}`,
      );
    }
  });
  const [code, signal] = (await once(worker, 'exit')) as [number | null, string | null];
  clearTimeout(silence);
  const isWhole = results.length === shares.length || results.some((result) => result.wrong);
  if (isWhole) return results;
  if (!last)
    throw new Error(
      `the process of the cases ended before the first of them (${signal ?? `exit code ${code}`})`,
    );
  return [...results, ended(last, code, signal)];
}

function silenceEnds(worker: ChildProcess): NodeJS.Timeout {
  return setTimeout(() => worker.kill('SIGKILL'), SILENCE_MILLISECONDS);
}

/** A process that ended before its result: by the last case that it began, as far as anybody can tell. */
function ended(
  { target, json, number }: Extract<WorkerMessage, { kind: 'case' }>,
  code: number | null,
  signal: string | null,
): TargetResult {
  const how =
    signal === 'SIGKILL'
      ? 'it answered nothing any more'
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
