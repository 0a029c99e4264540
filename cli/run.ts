import { createRequire } from 'node:module';
import type { Dataset } from '../core/dataset';
import { LoadError } from '../core/errors';
import { oneLine } from '../core/one-line';
import type { Connection, TwinConnection } from './shared/connection';
import type { Interruption } from './shared/interruption';
import { Output, UsageError } from './shared/output';
import { SERVICE_DIRECTORY } from './shared/service-directory';

/** See main.ts. */
const load = createRequire(__filename);

/** Exit codes: the work is done; the load, or what else was asked for, failed; the usage is wrong. */
export const EXIT = { done: 0, failed: 1, usage: 2 } as const;

export interface CommonOptions {
  readonly json?: boolean;
  readonly stateDir: string;
  readonly dataset?: string;
  readonly stage?: string;
  readonly region?: string;
}

/** A subcommand's work. */
export interface Work<To extends Connection> {
  /**
   * Checks the usage against the dataset files and the file system. Runs before the service is packaged and before a
   * connection is opened, so that nobody waits for the report of a mistyped name.
   * @throws UsageError
   */
  check?(datasets: readonly Dataset[]): unknown;
  /** @returns the exit code. */
  run(connection: To, output: Output): Promise<number>;
  /** What Ctrl-C does. Default: work that was started goes on where it runs. */
  readonly interruption?: Interruption;
}

/** Runs a subcommand and turns what it throws into a message and an exit code. */
export function act(
  options: CommonOptions,
  run: (output: Output, datasets: readonly Dataset[]) => Promise<number>,
): Promise<void> {
  return withoutDatasets(options, (output) => {
    // Reports an invalid dataset file itself. Packaging would fail on it too, later and less clearly.
    const { readDatasets } = load('../service/datasets') as typeof import('../service/datasets');
    const { chooseDataset } = load('../core/dataset') as typeof import('../core/dataset');
    const datasets = readDatasets(SERVICE_DIRECTORY);
    if (options.dataset !== undefined) chooseDataset(datasets, options.dataset);
    return run(output, datasets);
  });
}

/** The same for a subcommand that works before there is any valid dataset file. */
export async function withoutDatasets(
  options: CommonOptions,
  run: (output: Output) => Promise<number>,
): Promise<void> {
  const output = new Output(options.json ?? false);
  try {
    if (options.region !== undefined && options.stage === undefined) {
      throw new UsageError('--region needs --stage: only a deployed stack has a Region.');
    }
    process.exitCode = await run(output);
  } catch (error) {
    process.exitCode = report(error, output);
  }
}

/** Runs a subcommand against the named stage, or without one against the twin. */
export function connected(options: CommonOptions, work: Work<Connection>): Promise<void> {
  if (options.stage === undefined) return onTwin(options, work);
  return act(options, async (output, datasets) => {
    await work.check?.(datasets);
    return onStage(options, output, work);
  });
}

/** Runs a subcommand against the twin that runs on the state directory, or else against one that it starts. */
export function onTwin(options: CommonOptions, work: Work<TwinConnection>): Promise<void> {
  return act(options, async (output, datasets) => {
    if (options.stage !== undefined) {
      throw new UsageError(
        'This command works on the twin only: it makes up data. On a stage, use sluice stream, then sluice load.',
      );
    }
    await work.check?.(datasets);
    const { withConnection } = load('./shared/connect') as typeof import('./shared/connect');
    return withConnection(
      options.stateDir,
      output,
      (connection) => work.run(connection, output),
      work.interruption,
    );
  });
}

async function onStage(
  { stage = '', region }: CommonOptions,
  output: Output,
  work: Work<Connection>,
): Promise<number> {
  const { connectToStage } = load('./shared/connect-stage') as typeof import('./shared/connect-stage');
  const { goingOn } = load('./shared/going-on') as typeof import('./shared/going-on');
  const { interruptible } = load('./shared/interruption') as typeof import('./shared/interruption');
  const connection = await connectToStage(stage, region);
  try {
    const goesOn = goingOn(connection, `in stage ${stage}`);
    return await interruptible(output, work.interruption ?? goesOn, () => work.run(connection, output));
  } finally {
    await connection.close();
  }
}

const linesShown = (text: string): string => text.split('\n').map(oneLine).join('\n');

/** @returns the exit code. */
export function report(error: unknown, output: Output): number {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  output.document({ error: name, message });
  if (error instanceof UsageError || (error instanceof LoadError && name === 'InvalidInput')) {
    output.note(`sluice: ${linesShown(message)}`);
    return EXIT.usage;
  }
  // Other errors quote services and files, which could forge a fix.
  const { reason, fix } =
    error instanceof LoadError ? error : { reason: linesShown(message), fix: undefined };
  output.note(`sluice: ${name}: ${reason}${fix === undefined ? '' : `\n  Fix: ${fix}`}`);
  if (process.env.SLUICE_DEBUG) output.note(linesShown(String((error as Error).stack)));
  return EXIT.failed;
}
