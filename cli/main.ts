import { createRequire } from 'node:module';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { ACCEPTED_INPUT } from '../core/execution-input';
import { LoadError, splitMessage } from '../core/errors';
import { chooseDataset } from '../core/dataset';
import { isHour } from '../core/hour';
import { readDatasets } from '../service/package-files';
import type { Connection, TwinConnection } from './shared/connection';
import { Output, UsageError } from './shared/output';
import { SERVICE_DIRECTORY } from './shared/service-directory';

/**
 * What a command runs is loaded when it runs: the SDK's clients and DuckDB take seconds, for which nobody who asks for
 * --help or misspells an option should wait. Not by import(), which does not go through tsx's hook of require.
 */
const load = createRequire(__filename);

/** Exit codes: the work is done; the load (or what was asked for) failed; the command was used wrongly. */
const EXIT = { done: 0, failed: 1, usage: 2 } as const;

interface CommonOptions {
  readonly json?: boolean;
  readonly stateDir: string;
  readonly dataset?: string;
  readonly stage?: string;
  readonly region?: string;
}

const program = new Command('sluice')
  .description('Streamed events from Amazon S3 into Amazon Redshift, every hour, exactly once in effect.')
  .showHelpAfterError('(add --help for how it is used)')
  .exitOverride();

function command(usage: string, description: string): Command {
  return program
    .command(usage)
    .description(description)
    .option('--json', 'print one JSON document on stdout and nothing else there')
    .addOption(
      new Option('--state-dir <directory>', 'where the local twin keeps its state')
        .argParser(directory)
        .default('.sluice'),
    )
    .option('--dataset <name>', 'the dataset, where there are several')
    .addOption(
      new Option('--stage <name>', 'the deployed stack of that stage, instead of the local twin').argParser(
        stageName,
      ),
    )
    .option('--region <name>', 'of that stack; left out, the Region of the environment or the profile');
}

/** Runs what a command does and turns whatever it throws into a message and an exit code. */
async function act(options: CommonOptions, run: (output: Output) => Promise<number>): Promise<void> {
  const output = new Output(options.json ?? false);
  try {
    // A dataset file that is wrong is said at once and by itself, not by the packaging that it would stop.
    const datasets = readDatasets(SERVICE_DIRECTORY);
    if (options.dataset !== undefined) chooseDataset(datasets, options.dataset);
    process.exitCode = await run(output);
  } catch (error) {
    process.exitCode = report(error, output);
  }
}

function report(error: unknown, output: Output): number {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  output.document({ error: name, message });
  if (error instanceof UsageError || (error instanceof LoadError && name === 'InvalidInput')) {
    output.note(`sluice: ${message}`);
    return EXIT.usage;
  }
  const { reason, fix } = splitMessage(message);
  output.note(`sluice: ${name}: ${reason}${fix === undefined ? '' : `\n  Fix: ${fix}`}`);
  if (process.env.SLUICE_DEBUG) output.note(String((error as Error).stack));
  return EXIT.failed;
}

function connected(
  options: CommonOptions,
  run: (connection: Connection, output: Output) => Promise<number>,
): Promise<void> {
  return act(options, (output) => connect(options, output, (connection) => run(connection, output)));
}

/** Runs a command against the stage that is named, else against the twin. */
async function connect(
  options: CommonOptions,
  output: Output,
  run: (connection: Connection) => Promise<number>,
): Promise<number> {
  const { stage, region } = options;
  if (stage === undefined) {
    if (region !== undefined) throw new UsageError('--region is of a deployed stack: name its --stage too.');
    return onTwin(options, output, run);
  }
  const { connectToStage } = load('./shared/connect-stage') as typeof import('./shared/connect-stage');
  const connection = await connectToStage(stage, region);
  const { interruptible } = load('./shared/interruption') as typeof import('./shared/interruption');
  try {
    return await interruptible(output, `Interrupted. What was started in stage ${stage} goes on there.`, () =>
      run(connection),
    );
  } finally {
    await connection.close();
  }
}

function onTwin(
  options: CommonOptions,
  output: Output,
  run: (connection: TwinConnection) => Promise<number>,
): Promise<number> {
  if (options.stage !== undefined) {
    throw new UsageError(
      'This command is for the twin alone: it makes data up. Against a stage: sluice stream, then sluice load.',
    );
  }
  if (options.region !== undefined) throw new UsageError('The twin has no --region.');
  const { withConnection } = load('./shared/connect') as typeof import('./shared/connect');
  return withConnection(options.stateDir, output, run);
}

function integer(least: number, greatest: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < least || value > greatest) {
      throw new InvalidArgumentError(`Write a whole number from ${least} to ${greatest}.`);
    }
    return value;
  };
}

function stageName(text: string): string {
  if (!/^[a-z][a-z0-9-]*$/.test(text)) throw new InvalidArgumentError('Name a stage, for example dev.');
  return text;
}

function directory(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('Name a directory.');
  return text;
}

function hour(text: string): string {
  if (!isHour(text)) throw new InvalidArgumentError('An hour is written in UTC, for example 2026-11-23T08.');
  return text;
}

const hours = (text: string): number | 'all' => (text === 'all' ? 'all' : integer(1, 24 * 366)(text));

command('demo', 'stream trips, load them, load one hour again, and show what happened')
  .option('--from <file>', 'a New York City TLC yellow or green trip file (Parquet) instead of made-up trips')
  .addOption(new Option('--hours <n>', 'hours of arrival: a number, or all of the file’s').argParser(hours))
  .addOption(new Option('--rows <n>', 'events to make up').argParser(integer(1, 10_000_000)))
  .addOption(new Option('--seed <n>', 'for the made-up trips').argParser(integer(0, 2 ** 32 - 1)).default(1))
  .action((options: CommonOptions & { from?: string; hours?: number | 'all'; rows?: number; seed: number }) =>
    act(options, (output) =>
      onTwin(options, output, (connection) => {
        const { runDemo } = load('./demo') as typeof import('./demo');
        return runDemo(connection, output, options);
      }),
    ),
  );

command('local', 'run the local twin as a server, for any AWS client')
  .addOption(
    new Option('--port <n>', 'port on 127.0.0.1; 0 is a free one').argParser(integer(0, 65_535)).default(0),
  )
  .action((options: CommonOptions & { port: number }) =>
    act(options, (output) => {
      if (options.stage !== undefined || options.region !== undefined) {
        throw new UsageError('This is the twin itself: it has no --stage and no --region.');
      }
      const { runLocal } = load('./local') as typeof import('./local');
      return runLocal(output, { stateDirectory: options.stateDir, port: options.port });
    }),
  );

command('stream', 'send events (NDJSON, or a TLC trip file) into Firehose')
  .argument('<file>', 'NDJSON with one event a line, or a New York City TLC Parquet file')
  .addOption(
    new Option('--at <hour>', 'hour of arrival on the twin, UTC, for example 2026-11-23T08').argParser(hour),
  )
  .action((file: string, options: CommonOptions & { at?: string }) =>
    connected(options, (connection, output) => {
      const { runStream } = load('./stream') as typeof import('./stream');
      return runStream(connection, output, { file, ...options });
    }),
  );

command('load', 'start an execution of the state machine and follow it')
  .argument('[partition]', 'load this hour again, for example 2026-11-23T08; left out: every new hour')
  .option('--from <hour>', 'first hour of a range')
  .option('--to <hour>', 'last hour of a range, included')
  .option('--plan', 'only say what would be loaded')
  .addHelpText(
    'after',
    `\nThe execution's input can also be given in the Step Functions console: ${ACCEPTED_INPUT}`,
  )
  .action(
    (
      partition: string | undefined,
      options: CommonOptions & { from?: string; to?: string; plan?: boolean },
    ) =>
      act(options, (output) => {
        const { executionInput } = load('./load/input') as typeof import('./load/input');
        // What is wrong with it is said at once, not after the seconds that a twin takes to start.
        const input = executionInput({ partition, ...options });
        chooseDataset(readDatasets(SERVICE_DIRECTORY), options.dataset);
        return connect(options, output, (connection) => {
          const { runLoad } = load('./load') as typeof import('./load');
          return runLoad(connection, output, input);
        });
      }),
  );

command('inspect', 'look into a Parquet file, or at the files under a prefix')
  .argument('<path>', 'a file, a directory, s3://bucket/key or s3://bucket/prefix/')
  .addOption(new Option('--rows <n>', 'rows to show').argParser(integer(0, 1_000)).default(5))
  .action((target: string, options: CommonOptions & { rows: number }) =>
    act(options, (output) => {
      const { runInspect } = load('./inspect') as typeof import('./inspect');
      const inspection = { target, ...options };
      return target.startsWith('s3://')
        ? connect(options, output, (connection) => runInspect(connection, output, inspection))
        : runInspect({ datasets: readDatasets(SERVICE_DIRECTORY) }, output, inspection);
    }),
  );

command('sql', 'run a statement through the Redshift Data API and print its result')
  .argument('<statement>', 'SQL, for example "SELECT COUNT(*) FROM trips"')
  .action((statement: string, options: CommonOptions) =>
    connected(options, (connection, output) => {
      const { runSql } = load('./sql') as typeof import('./sql');
      return runSql(connection, output, { statement });
    }),
  );

command('migrate', 'make the targets what the dataset files say, where nothing is lost by it')
  .option('--plan', 'only say what would be done')
  .action((options: CommonOptions & { plan?: boolean }) =>
    connected(options, (connection, output) => {
      const { runMigrate } = load('./migrate') as typeof import('./migrate');
      return runMigrate(connection, output, options);
    }),
  );

command('doctor', 'look at everything that a load needs, and say what mends what is wrong').action(
  (options: CommonOptions) =>
    connected(options, (connection, output) => {
      const { runDoctor } = load('./doctor') as typeof import('./doctor');
      return runDoctor(connection, output, options);
    }),
);

// Whoever reads may stop reading (`sluice sql … | head -1`): the work goes on to its end, and nothing more is written.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

program.parseAsync().catch((error: unknown) => {
  // Commander has printed its message already; its own exit code for wrong usage is 1, ours is 2.
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage;
    const message = error.message.replace(/^error: /, '');
    if (error.exitCode !== 0) {
      new Output(process.argv.includes('--json')).document({ error: 'UsageError', message });
    }
  } else process.exitCode = report(error, new Output(false));
});
