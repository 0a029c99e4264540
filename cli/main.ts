import type { ExecutionStatus } from '@aws-sdk/client-sfn';
import { Argument, Command, CommanderError, Option } from 'commander';
import { createRequire } from 'node:module';
import { isDiskError } from '../local/disk';
import {
  directory,
  firstHour,
  hour,
  hours,
  integer,
  lastHour,
  namedHours,
  stageName,
  time,
} from './arguments';
import type { InitOptions } from './init/usage';
import type { LoadOptions } from './load/input';
import { act, connected, EXIT, onTwin, report, withoutDatasets, type CommonOptions } from './run';
import { Output, UsageError } from './shared/output';
import { ACCEPTED_TIMES, type HourRange } from './shared/when';

/**
 * Loads a module when it is needed. The SDK's clients and DuckDB take long to load, and neither --help nor a mistyped
 * option needs them. import() does not serve: tsx hooks into require() only.
 */
const load = createRequire(__filename);

const { version } = load('../package.json') as { version: string };
const program = new Command('sluice')
  .version(version, '--version', 'print the version')
  .description(
    'Loads streamed events from Amazon S3 into Amazon Redshift, every hour, exactly once in effect.',
  )
  .showHelpAfterError('(add --help for usage)')
  .exitOverride();

function command(usage: string, description: string): Command {
  return program
    .command(usage)
    .description(description)
    .option('--json', 'print one JSON document on stdout, and text for people on stderr')
    .addOption(
      new Option('--state-dir <directory>', 'where the local twin keeps its state')
        .argParser(directory)
        .default('.sluice'),
    )
    .option('--dataset <name>', 'the dataset; needed if there are several')
    .addOption(
      new Option(
        '--stage <name>',
        'work against the deployed stack of this stage, not the local twin',
      ).argParser(stageName),
    )
    .option('--region <name>', 'Region of that stack; default: that of the environment or the profile');
}

command('demo', 'stream trips, load them, load one hour again, and show the result')
  .option(
    '--from <file>',
    'stream a New York City TLC yellow or green trip file (Parquet), not made-up trips',
  )
  .addOption(
    new Option('--hours <n>', 'hours of arrival: a number, or with --from also "all"').argParser(hours),
  )
  .addOption(new Option('--rows <n>', 'number of made-up trips').argParser(integer(1, 10_000_000)))
  .addOption(
    new Option('--seed <n>', 'seed of the made-up trips (default: 1)').argParser(integer(0, 2 ** 32 - 1)),
  )
  .action(
    (options: CommonOptions & { from?: string; hours?: number | 'all'; rows?: number; seed?: number }) =>
      onTwin(options, {
        check: (datasets) =>
          (load('./demo/usage') as typeof import('./demo/usage')).checkDemo(datasets, options),
        run: (connection, output) =>
          (load('./demo') as typeof import('./demo')).runDemo(connection, output, options),
      }),
  );

command('local', 'run the local twin as a server, for any AWS client')
  .addOption(
    new Option('--port <n>', 'port on 127.0.0.1; 0 takes a free one')
      .argParser(integer(0, 65_535))
      .default(0),
  )
  .action((options: CommonOptions & { port: number }) =>
    act(options, (output) => {
      if (options.stage !== undefined) {
        throw new UsageError('This command is the twin itself: it has no --stage.');
      }
      const { runLocal } = load('./local') as typeof import('./local');
      return runLocal(output, { stateDirectory: options.stateDir, port: options.port });
    }),
  );

command('stream', 'send events (NDJSON, or a TLC trip file) into Firehose')
  .argument(
    '<file>',
    'NDJSON with one event per line (- for standard input), or a New York City TLC trip file (Parquet)',
  )
  .addOption(
    new Option('--at <hour>', 'hour of arrival on the twin, UTC, for example 2026-11-23T08').argParser(hour),
  )
  .action((file: string, options: CommonOptions & { at?: string }) =>
    connected(
      options,
      (load('./stream/work') as typeof import('./stream/work')).streaming({ file, ...options }),
    ),
  );

command('load', 'start an execution of the state machine and follow it')
  .argument('[time]', `load this again: ${ACCEPTED_TIMES}; default: every new hour`)
  .option('--from <time>', 'first hour of a range')
  .option('--to <time>', 'last hour of a range, included')
  .option('--all', 'only what is due of the hours, in as many executions as it takes')
  .option('--failed', 'only the hours that are failing; with a time, those of it')
  .option('--plan', 'only show what would be loaded, and what that takes')
  .option('--rows', 'with --plan: also count what the target holds of the hours; wakes the warehouse')
  .addHelpText('after', () => {
    const { ACCEPTED_INPUT } = load('../core/execution-input') as typeof import('../core/execution-input');
    return `\nThe same input can be given in the Step Functions console: ${ACCEPTED_INPUT}`;
  })
  .action((time: string | undefined, options: CommonOptions & Omit<LoadOptions, 'time'>) => {
    const asked: LoadOptions = { ...options, ...(time === undefined ? {} : { time }) };
    return connected(options, {
      check: (datasets) => {
        const { loadRequest } = load('./load/input') as typeof import('./load/input');
        const { chooseDataset } = load('../core/dataset') as typeof import('../core/dataset');
        loadRequest(asked, chooseDataset(datasets, options.dataset), new Date());
      },
      run: (connection, output) =>
        (load('./load') as typeof import('./load')).runLoad(connection, output, asked),
    });
  });

command('status', 'show which hours are in, what is wrong with the others, and what loads them')
  .addOption(
    new Option('--from <time>', `first hour; ${ACCEPTED_TIMES}; default: a week`).argParser(firstHour),
  )
  .addOption(new Option('--to <time>', 'last hour, included; default: now').argParser(lastHour))
  .action((options: CommonOptions & { from?: string; to?: string }) =>
    connected(options, {
      check: () => (load('./status') as typeof import('./status')).rangeOfStatus(options, new Date()),
      run: (connection, output) =>
        (load('./status') as typeof import('./status')).runStatus(connection, output, options),
    }),
  );

command('history', 'show the attempts on hours, with their counts and errors')
  .addArgument(new Argument('[time]', `${ACCEPTED_TIMES}; default: the last attempts`).argParser(namedHours))
  .addOption(new Option('--from <time>', 'first hour').argParser(firstHour))
  .addOption(new Option('--to <time>', 'last hour, included; default: now').argParser(lastHour))
  .addOption(
    new Option('--limit <n>', 'attempts to show, the newest (default: 20)').argParser(integer(1, 1_000_000)),
  )
  .action(
    (
      hours: HourRange | undefined,
      options: CommonOptions & { from?: string; to?: string; limit?: number },
    ) => {
      const { rangeOfHistory, runHistory } = load('./history') as typeof import('./history');
      return connected(options, {
        check: () => rangeOfHistory({ ...options, ...(hours ? { hours } : {}) }, new Date()),
        run: (connection, output) =>
          runHistory(connection, output, { ...options, ...(hours ? { hours } : {}) }),
      });
    },
  );

command('runs', 'list the executions, or show one: what it loaded, what its states took, why it failed')
  .argument('[execution]', 'its name, or a part of it; default: the newest ones')
  .addOption(new Option('--limit <n>', 'executions to list (default: 20)').argParser(integer(1, 1_000)))
  .addOption(
    new Option('--status <status>', 'only executions with this status').choices([
      ...['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED', 'PENDING_REDRIVE'],
    ]),
  )
  .action((id: string | undefined, options: CommonOptions & { limit?: number; status?: ExecutionStatus }) =>
    connected(options, {
      run: (connection, output) =>
        id === undefined
          ? (load('./runs') as typeof import('./runs')).runRuns(connection, output, options)
          : (load('./runs/one') as typeof import('./runs/one')).runOneRun(connection, output, id),
    }),
  );

command('watch', 'follow an execution that runs, as load does; Ctrl-C ends only the command')
  .argument('[execution]', 'its name, or a part of it; default: the one that runs')
  .action((id: string | undefined, options: CommonOptions) =>
    connected(options, {
      run: (connection, output) =>
        (load('./watch') as typeof import('./watch')).runWatch(connection, output, id),
    }),
  );

command('stop', 'stop an execution; no hour is left half loaded')
  .argument('<execution>', 'its name, or a part of it')
  .action((id: string, options: CommonOptions) =>
    connected(options, {
      run: (connection, output) =>
        (load('./stop') as typeof import('./stop')).runStop(connection, output, id),
    }),
  );

command('inspect', 'show what is in a Parquet file or a prefix, or why events were refused')
  .argument('<path>', 'a file, a directory, s3://bucket/key or s3://bucket/prefix/')
  .addOption(
    new Option('--rows <n>', 'rows to show (default: 5), or examples of each reason (default: 2)').argParser(
      integer(0, 1_000),
    ),
  )
  .option('--events', 'print only the events that Firehose kept, one a line, for `sluice stream`')
  .action((target: string, options: CommonOptions & { rows?: number; events?: boolean }) => {
    const { isS3Url, parseS3Url } = load('./inspect/s3-url') as typeof import('./inspect/s3-url');
    const { runInspect } = load('./inspect') as typeof import('./inspect');
    const inspection = { target, ...options };
    return isS3Url(target)
      ? connected(options, {
          check: () => parseS3Url(target),
          run: (connection, output) => runInspect(connection, output, inspection),
        })
      : act(options, (output, datasets) => runInspect({ datasets }, output, inspection));
  });

command('replay', 'send refused events again, after a change of the dataset file or of the deployment')
  .argument('<what>', 's3://bucket/prefix/, s3://bucket/object, an hour of arrival or a day, UTC')
  .option('--dry-run', 'only count what would be sent, and what would be left, by reason')
  .option('--reason <text>', 'send only events whose reason contains this text')
  .option('--all', 'send also events that the dataset file still refuses')
  .option('--again', 'send also events that an earlier replay has sent')
  .action(
    (
      what: string,
      options: CommonOptions & { dryRun?: boolean; reason?: string; all?: boolean; again?: boolean },
    ) =>
      connected(
        options,
        (load('./replay/work') as typeof import('./replay/work')).replaying({ what, ...options }),
      ),
  );
command('init', 'make a dataset file from a sample of events or a Parquet file, or compare the two')
  .argument('<file>', 'NDJSON (also gzipped) or Parquet; "-" reads NDJSON from standard input')
  .option('--name <name>', 'name of the dataset; default: from the name of the file')
  .option('--key <columns>', 'the columns that identify an event, separated by commas')
  .option('--version-column <column>', 'the column that orders the versions of an event')
  .option('--event-time <column>', 'the column that says when an event happened')
  .option('--out <file>', 'write the dataset file, for example datasets/rides.yml; default: stdout')
  .option('--force', 'replace the file that --out names')
  .option('--check', 'say how well the sample fits the dataset of --dataset; exit code 1 if it refuses a row')
  .action((file: string, options: CommonOptions & Omit<InitOptions, 'file'>) => {
    const { checkInit } = load('./init/usage') as typeof import('./init/usage');
    const init = { file, ...options };
    if (options.check)
      return act(options, (output, datasets) => {
        checkInit(init);
        return (load('./init/check') as typeof import('./init/check')).runCheck(output, datasets, init);
      });
    // A dataset file that is wrong, or none at all, must not keep anybody from making one.
    return withoutDatasets(options, (output) => {
      checkInit(init);
      return (load('./init') as typeof import('./init')).runInit(output, init);
    });
  });

command('sql', 'run a statement through the Redshift Data API and print its result')
  .argument('<statement>', 'SQL, for example "SELECT COUNT(*) FROM trips"')
  .action((statement: string, options: CommonOptions) =>
    connected(options, {
      check: () => (load('./sql/usage') as typeof import('./sql/usage')).checkStatement(statement),
      run: (connection, output) =>
        (load('./sql') as typeof import('./sql')).runSql(connection, output, { statement }),
    }),
  );

command('migrate', 'change the target tables to match the dataset files, unless that would lose data')
  .option('--plan', 'only show what would be changed')
  .action((options: CommonOptions & { plan?: boolean }) =>
    connected(options, {
      run: (connection, output) =>
        (load('./migrate') as typeof import('./migrate')).runMigrate(connection, output, options),
    }),
  );

command('ledger', 'write the ledgers in the lake anew from the load history')
  .addArgument(new Argument('<action>', 'what to do').choices(['rebuild']))
  .action((_action: string, options: CommonOptions) =>
    connected(options, {
      run: (connection, output) =>
        (load('./ledger') as typeof import('./ledger')).runRebuild(connection, output, options),
    }),
  );

command('doctor', 'check everything that a load needs, and say how to fix what is wrong')
  .option('--verbose', 'show every check, not only those that fail')
  .action((options: CommonOptions & { verbose?: boolean }) =>
    connected(options, {
      run: (connection, output) =>
        (load('./doctor') as typeof import('./doctor')).runDoctor(connection, output, options),
    }),
  );

command('bill', 'count what a deployment used, and say what AWS takes for it')
  .addOption(
    new Option(
      '--since <time>',
      'count from this time on, UTC, for example 2026-11-23T08:30; default: all of it, of a stage 14 days',
    ).argParser(time),
  )
  .action((options: CommonOptions & { since?: Date }) => {
    const { checkBill } = load('./bill/usage') as typeof import('./bill/usage');
    return connected(options, {
      check: () => checkBill(options, new Date()),
      run: (connection, output) =>
        (load('./bill') as typeof import('./bill')).runBill(connection, output, options),
    });
  });

command('certify', 'find out which assumptions about AWS hold in a deployment')
  .option('--plan', 'only list the probes, with what each one needs and costs')
  .option('--only <probes>', 'probes or groups of probes, separated by commas; default: all')
  .option('--yes', 'do not ask before it runs in a stage')
  .option('--out <file>', 'also write the document of --json into a file')
  .action((options: CommonOptions & { plan?: boolean; only?: string; yes?: boolean; out?: string }) => {
    const { certifying, runPlan } = load('./certify') as typeof import('./certify');
    return options.plan
      ? act(options, (output) => Promise.resolve(runPlan(output, options)))
      : connected(options, certifying(options));
  });

// A reader may stop reading (`sluice sql … | head -1`): the work goes on to its end, and nothing more is written.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    // A full disk must not end what runs because its log is on it, too.
    if (error.code !== 'EPIPE' && !isDiskError(error)) throw error;
  });
}

program.parseAsync().catch((error: unknown) => {
  // Commander has printed its message already. Its own exit code for wrong usage is 1, ours is 2.
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage;
    const message = error.message.replace(/^error: /, '');
    if (error.exitCode !== 0) {
      new Output(process.argv.includes('--json')).document({ error: 'UsageError', message });
    }
  } else process.exitCode = report(error, new Output(false));
});
