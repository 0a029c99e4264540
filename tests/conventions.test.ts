import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parse } from 'yaml';
import { FATAL_ERRORS, FILE_ERRORS, ROLLED_BACK, STILL_RUNNING, TRANSIENT_ERRORS } from '../core/errors';
import { ROW_PARAMETERS } from '../core/history';
import { parseSqlFile, renderSql } from '../core/sql';
import { callersOf, FUNCTION_NAMES, PARTITION_ENDS, STEP_NAMES, STEPS, stemOf } from '../core/steps';
import { VARIABLES } from '../functions/shared/configuration';
import { SECONDS_LEFT } from '../functions/shared/warehouse';
import { functionDefinitions } from '../resources/functions';
import { serviceOf } from '../resources/service';
import { parseSettings } from '../resources/settings';
import { longestPieces } from '../resources/statement-sizes';
import { readDatasets } from '../service/datasets';
import { ROOT } from '../testkit/root';
import { ordersDataset } from './core/orders';

/**
 * Checks that states, functions, SQL and wiring agree: one name, spelled as in each place, finds all parts of a step.
 */
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const stems = (directory: string, extension: string) =>
  readdirSync(join(ROOT, directory))
    .filter((file) => file.endsWith(extension))
    .map((file) => basename(file, extension));

interface Retrier {
  readonly ErrorEquals: readonly string[];
  readonly [field: string]: unknown;
}

interface State {
  readonly Type: string;
  readonly Resource?: unknown;
  readonly End?: boolean;
  readonly ResultSelector?: object;
  readonly Choices?: readonly { readonly Or?: readonly object[] }[];
  readonly Retry?: readonly Retrier[];
  readonly Catch?: readonly { readonly ErrorEquals: readonly string[]; readonly Next: string }[];
  readonly Branches?: readonly StateMachine[];
  readonly ItemProcessor?: StateMachine;
}

interface StateMachine {
  readonly StartAt: string;
  readonly TimeoutSeconds?: number;
  readonly States: Readonly<Record<string, State>>;
}

interface Placed {
  readonly name: string;
  readonly state: State;
  /** The states that contain it, outermost first. */
  readonly within: readonly State[];
}

const MACHINE = parse(read('statemachines/load.asl.yml'), { maxAliasCount: -1 }) as StateMachine;
const STATES = placed(MACHINE, []);

function placed({ States }: StateMachine, within: readonly State[]): Placed[] {
  return Object.entries(States).flatMap(([name, state]) => [
    { name, state, within },
    ...[...(state.Branches ?? []), ...(state.ItemProcessor ? [state.ItemProcessor] : [])].flatMap((inner) =>
      placed(inner, [...within, state]),
    ),
  ]);
}

const STEP_CASES = STEP_NAMES.map((name) => ({ name, stem: stemOf(name), step: STEPS[name] }));

interface Service {
  readonly provider: { readonly environment: string };
  readonly package: { readonly patterns: readonly string[] };
  readonly functions: string;
}
const SERVICE = parse(read('serverless.yml')) as Service;
const SETTINGS = parseSettings('sluice', 'dev', 'us-east-1', {}, String);
const FUNCTIONS = functionDefinitions(SETTINGS);
const DATASETS = readDatasets(ROOT);

/** `ListPartitions` for the resource `{ Fn::GetAtt: [ListPartitionsLambdaFunction, Arn] }`. */
function functionOf(state: State): string | undefined {
  const { 'Fn::GetAtt': attribute } = (state.Resource ?? {}) as { 'Fn::GetAtt'?: readonly string[] };
  return attribute?.[0]?.replace(/LambdaFunction$/, '');
}

test('the steps, in order', () => {
  // A literal list, so that a step that is missing in core/steps.ts is seen.
  expect(STEP_NAMES).toEqual([
    'ListPartitions',
    'InspectFiles',
    'PrepareWarehouse',
    'RecordEmpty',
    'CopyToStaging',
    'ValidateStaging',
    'MergeIntoTarget',
    'DiagnoseFailure',
    'SweepLeftovers',
    'ReportLoad',
  ]);
});

describe.each(STEP_CASES)('$name', ({ name, stem, step }) => {
  test('is a state, and no other state calls its function but those in the list of steps', () => {
    const callers = STATES.filter(({ state }) => functionOf(state) === name);
    expect(callers.map((each) => each.name)).toEqual(callersOf(name));
    expect(callersOf(name)).toContain(name);
  });

  test('is in a Map if it works on one partition, and outside if it does not', () => {
    const places = STATES.filter((each) => each.name === name).map(({ within }) =>
      within.some(({ Type }) => Type === 'Map'),
    );
    expect(places).toEqual([step.scope === 'partition']);
  });

  test('has one function, with its name in kebab-case', () => {
    expect(existsSync(join(ROOT, `functions/${stem}.ts`))).toBe(true);
    expect(read(`functions/${stem}.ts`)).toMatch(new RegExp(`stepHandler\\(\\s*'${name}'`));
  });

  test('has a test of its own', () => {
    expect(existsSync(join(ROOT, `tests/functions/${stem}.test.ts`))).toBe(true);
  });

  test('reads the SQL file with its own name, if it has one', () => {
    expect(existsSync(join(ROOT, `sql/${stem}.sql`))).toBe(step.sql);
    expect(read(`functions/${stem}.ts`).includes(`'${stem}'`)).toBe(step.sql);
  });

  test('measures its duration if the dashboard shows it', () => {
    const measured = /recordStep\(|runStep\(/.test(read(`functions/${stem}.ts`));
    expect(measured).toBe('measured' in step);
  });
});

describe('nothing is left over', () => {
  test('every function that the state machine calls is a step', () => {
    const called = STATES.filter(({ state }) => state.Type === 'Task').map(({ state }) => functionOf(state));
    expect([...new Set(called.filter((name) => name !== undefined))].sort()).toEqual([...STEP_NAMES].sort());
  });

  test('every end state in the Map that loads ends a partition', () => {
    const loading = MACHINE.States.LoadPartitions;
    const ends = STATES.filter(({ state, within }) => state.End && within.at(-1) === loading);
    expect(ends.map(({ name }) => name)).toEqual(PARTITION_ENDS);
  });

  test('serverless.yml takes its functions from the list of steps, and every function file is in that list', () => {
    expect(SERVICE.functions).toBe('${self:custom.service.functions}');
    expect(Object.values(FUNCTIONS).map(({ handler }) => handler)).toEqual(
      FUNCTION_NAMES.map((name) => `functions/${stemOf(name)}.handler`),
    );
    const files = stems('functions', '.ts');
    expect([...files].sort()).toEqual(FUNCTION_NAMES.map(stemOf).sort());
    const steps = STEP_NAMES.map(stemOf);
    // Firehose calls this function, not the state machine.
    expect(files.filter((file) => !steps.includes(file))).toEqual(['transform-records']);
  });

  test('every variable that the functions read is set, and every variable that is set is read', () => {
    expect(SERVICE.provider.environment).toBe('${self:custom.service.environment}');
    const { environment } = serviceOf(SETTINGS, DATASETS);
    const names = Object.keys(environment).filter((name) => !name.startsWith('POWERTOOLS_'));
    expect(names.sort()).toEqual([...VARIABLES].sort());
  });

  test('the package contains the files that the functions read at run time', () => {
    expect(SERVICE.package.patterns).toEqual(['!**', 'datasets/*.yml', 'sql/*.sql']);
  });
});

test('the state machine calls an outcome open after the same errors as DiagnoseFailure', () => {
  const [choice] = STATES.find(({ name }) => name === 'OutcomeOpen')?.state.Choices ?? [];
  const named = ROLLED_BACK.map((error) => ({ Variable: '$.error.Error', StringEquals: error }));
  expect(choice).toMatchObject({
    And: [
      { Variable: '$.counts', IsPresent: true },
      { Variable: '$.searching', BooleanEquals: false },
      { Not: { Or: named } },
    ],
    Next: 'OutcomeUnknown',
  });
});

describe('retries and catches', () => {
  /** Errors that Lambda and Step Functions raise. Source: AWS Step Functions, "Handling errors". */
  const PLATFORM_ERRORS = [
    'States.ALL',
    'States.TaskFailed',
    'States.Timeout',
    'States.DataLimitExceeded',
    'Lambda.ServiceException',
    'Lambda.AWSLambdaException',
    'Lambda.SdkClientException',
    'Lambda.ClientExecutionTimeoutException',
    'Lambda.TooManyRequestsException',
    'Lambda.Unknown',
    'Runtime.ExitError',
    'Sandbox.Timedout',
  ];
  const ours: readonly string[] = [...TRANSIENT_ERRORS, ...FATAL_ERRORS, STILL_RUNNING];
  const known: readonly string[] = [...PLATFORM_ERRORS, ...ours];
  const canFail = STATES.filter(({ state }) => ['Task', 'Parallel', 'Map'].includes(state.Type));
  const handlers = STATES.flatMap(({ name, state }) =>
    [...(state.Retry ?? []), ...(state.Catch ?? [])].map(({ ErrorEquals }) => ({ name, ErrorEquals })),
  );
  const retriers = STATES.flatMap(({ name, state }) =>
    (state.Retry ?? []).map((retrier) => ({ name, retrier })),
  );
  const isRunning = ({ ErrorEquals }: Retrier) => ErrorEquals.includes(STILL_RUNNING);
  const isOfSteps = (errors: readonly string[]) => errors.some((error) => ours.includes(error));

  test.each(canFail)('$name has a Retry of its own', ({ state }) => {
    expect(state.Retry ?? []).not.toEqual([]);
  });

  test.each(canFail)('$name has a Catch for every error', ({ state }) => {
    expect(state.Catch?.at(-1)?.ErrorEquals).toEqual(['States.ALL']);
  });

  test.each(retriers.filter(({ retrier }) => !isRunning(retrier)))(
    'a retrier of $name waits longer each time, with jitter, and never too long',
    ({ retrier }) => {
      expect(Object.keys(retrier).sort()).toEqual([
        'BackoffRate',
        'ErrorEquals',
        'IntervalSeconds',
        'JitterStrategy',
        'MaxAttempts',
        'MaxDelaySeconds',
      ]);
      const { IntervalSeconds, MaxAttempts, BackoffRate, MaxDelaySeconds, JitterStrategy } = retrier;
      expect(JitterStrategy).toBe('FULL');
      expect(BackoffRate).toBeGreaterThan(1);
      expect(IntervalSeconds).toBeGreaterThanOrEqual(1);
      expect(MaxAttempts).toBeGreaterThanOrEqual(1);
      expect(MaxDelaySeconds).toBeGreaterThan(IntervalSeconds as number);
    },
  );

  test.each(handlers)('the errors in $ErrorEquals of $name exist', ({ ErrorEquals }) => {
    for (const error of ErrorEquals) expect(known).toContain(error);
    expect(new Set(ErrorEquals).size).toBe(ErrorEquals.length);
    // The service refuses States.ALL together with other names.
    if (ErrorEquals.includes('States.ALL')) expect(ErrorEquals).toHaveLength(1);
  });

  test('only a Task asks how often it was retried: no other state is known to have the number', () => {
    const asking = STATES.filter(({ state: { Branches, ItemProcessor, ...own } }) => {
      expect([Branches, ItemProcessor]).toBeDefined();
      return JSON.stringify(own).includes('$$.State.RetryCount');
    });
    expect(asking.map(({ state }) => state.Type)).toEqual(['Task']);
  });

  test('exactly the transient errors are retried by name, as failures', () => {
    const named = retriers.filter(({ retrier }) => isOfSteps(retrier.ErrorEquals) && !isRunning(retrier));
    expect(named.length).toBeGreaterThan(0);
    for (const { retrier } of named)
      expect([...retrier.ErrorEquals].sort()).toEqual([...TRANSIENT_ERRORS].sort());
  });

  test('the load history is left alone only after errors of the files themselves', () => {
    const inspection = STATES.find(({ name }) => name === 'InspectFiles');
    const [refused, ...others] = inspection?.state.Catch ?? [];
    expect([...(refused?.ErrorEquals ?? [])].sort()).toEqual([...FILE_ERRORS].sort());
    expect([refused?.Next, ...others.map(({ Next }) => Next)]).toEqual([
      'FilesRefused',
      'InspectionFailed',
      'InspectionFailed',
    ]);
  });

  test('every state of a step runs again after these errors', () => {
    for (const name of STEP_NAMES.flatMap(callersOf)) {
      const step = STATES.find((each) => each.name === name);
      const errors = step?.state.Retry?.flatMap((retrier) => retrier.ErrorEquals);
      expect(errors).toEqual(expect.arrayContaining([...TRANSIENT_ERRORS]));
    }
  });

  test('exactly the steps that wait for a statement are called again while it runs, until the execution ends', () => {
    const waiting = STEP_NAMES.filter((name) => read(`functions/${stemOf(name)}.ts`).includes('runStep('));
    const again = retriers.filter(({ retrier }) => isRunning(retrier));
    expect(again.map(({ name }) => name)).toEqual(waiting);
    for (const { name, retrier } of again) {
      const { timeout = 0 } = FUNCTIONS[`${name.charAt(0).toLowerCase()}${name.slice(1)}`] ?? {};
      const { ErrorEquals, MaxAttempts, ...wait } = retrier;
      expect(ErrorEquals).toEqual([STILL_RUNNING]);
      expect(Number(MaxAttempts) * (timeout - SECONDS_LEFT)).toBeGreaterThan(
        MACHINE.TimeoutSeconds ?? Infinity,
      );
      expect(wait).toEqual({ IntervalSeconds: 1, BackoffRate: 1 });
    }
  });
});

describe('SQL', () => {
  const files = stems('sql', '.sql');
  const templates = files.flatMap((stem) =>
    parseSqlFile(read(`sql/${stem}.sql`), `sql/${stem}.sql`).map((template) => ({ stem, template })),
  );
  const label = ({ stem, template }: (typeof templates)[number]) =>
    [`${stem}: ${template.name}`, template] as const;
  /** The code that reads the files: functions, and the command for sql/migrate.sql. */
  const functions = [
    'functions',
    'functions/shared',
    'service',
    'cli',
    'cli/doctor',
    'cli/ledger',
    'cli/load',
    'cli/shared',
  ].flatMap((directory) => stems(directory, '.ts').map((stem) => read(`${directory}/${stem}.ts`)));
  /** The pieces that functions add to the dataset's, because they belong to one load or one warehouse. */
  const OF_A_LOAD = ['file_columns', 'manifest', 'role', 'added_column', 'history_column'];
  const given = DATASETS.flatMap((dataset) => Object.keys(longestPieces(dataset)));
  const named = templates.flatMap(({ template }) =>
    [...template.text.matchAll(/\{(.*?)\}/g)].map((match) => match[1]),
  );

  test.each(files)('%s.sql holds statements', (stem) => {
    expect(templates.filter((each) => each.stem === stem).length).toBeGreaterThan(0);
  });

  test.each(files)('%s.sql is read by a function or a command', (stem) => {
    expect(functions.filter((source) => source.includes(`'${stem}'`))).not.toEqual([]);
  });

  test.each(templates.map(label))('%s is one statement, with its comments above it', (_, { text }) => {
    expect(text).not.toMatch(/;/);
    expect(text).not.toMatch(/--|\/\*/);
  });

  test('no name of a statement is repeated in a file', () => {
    const names = templates.map((each) => label(each)[0]);
    expect(new Set(names).size).toBe(names.length);
  });

  test('a statement is restricted only to an existing strategy', () => {
    const strategies = templates.flatMap(({ template }) => template.when ?? []);
    expect([...new Set(strategies)].sort()).toEqual(['delete-insert', 'merge']);
  });

  test('every name in a statement has a piece, and every piece is named in a statement', () => {
    expect([...new Set(named)].sort()).toEqual([...new Set(given)].sort());
  });

  test('a function adds each piece of a load', () => {
    const sources = functions;
    for (const piece of OF_A_LOAD) {
      expect(sources.some((source) => new RegExp(`\\b${piece}:`).test(source))).toBe(true);
    }
  });

  test.each(files)('the function that reads %s.sql binds every parameter in it', (stem) => {
    const dataset = ordersDataset({ target: { event_time_drift_hours: 3 } });
    const pieces = longestPieces(dataset);
    const called = functions.filter((source) => source.includes(`'${stem}'`)).join('\n');
    const asked = called.includes('readHistory(') ? read('functions/shared/history.ts') : '';
    // core/warehouse-objects.ts binds the names of schemas and tables.
    const tables = `${called}\n${asked}`.includes('objectParameters(')
      ? read('core/warehouse-objects.ts')
      : '';
    // core/merge.ts binds what a merge has of its partitions.
    const merge = called.includes('planMerge(') ? read('core/merge.ts') : '';
    const reader = [called, asked, tables, merge].join('\n');
    // core/history.ts makes the parameters of a row of the history.
    const ofRow = Object.entries(ROW_PARAMETERS).flatMap(([outcome, names]) =>
      reader.includes(`${outcome}Row(`) ? names : [],
    );
    for (const { template } of templates.filter((each) => each.stem === stem)) {
      // Each row of a batch has parameters of its own: name_a, name_b and so on.
      const parameters = [...renderSql(template, pieces).matchAll(/(?<!:):([a-z_]+?)(?:_[a-p])?\b/g)].map(
        (match) => match[1],
      );
      for (const name of parameters.filter((each) => !ofRow.includes(each ?? ''))) {
        expect(reader).toMatch(new RegExp(`\\b${name}\\b\\s*[:,}]|parameterOf\\('${name}',`));
      }
    }
  });

  test('no statement in a transaction commits it', () => {
    for (const { template } of templates)
      expect(template.text).not.toMatch(/\b(truncate|vacuum|commit|begin|append)\b/i);
  });
});

describe('sources', () => {
  const sources = (directory: string): string[] =>
    readdirSync(join(ROOT, directory), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => `${directory}/${file}`);

  // Who may import whom is written in eslint.config.mjs alone.
  test('the lint rule of who may import whom covers every folder, and tests may import all of them', () => {
    const printed = execFileSync(
      process.execPath,
      [join(ROOT, 'node_modules/eslint/bin/eslint.js'), '--print-config', 'core/hour.ts'],
      { cwd: ROOT, encoding: 'utf8' },
    );
    const { rules } = JSON.parse(printed) as {
      rules: Record<string, [number, { zones: { target: string; from: string[] }[] }]>;
    };
    const [severity, { zones }] = rules['import-x/no-restricted-paths'] ?? [0, { zones: [] }];
    expect(severity).toBe(2);
    const folders = readdirSync(ROOT).filter(
      (name) => !/^\.|^node_modules$|^coverage$/.test(name) && statSync(join(ROOT, name)).isDirectory(),
    );
    const withSources = folders.filter((folder) => sources(folder).length > 0);
    const targets = zones.map(({ target }) => target.replace('./', ''));
    expect([...targets, 'tests'].sort()).toEqual(withSources.sort());
    for (const { target, from } of zones) {
      expect(from).toContain('./tests');
      // A later folder may import an earlier one, never the other way round.
      expect(from).toEqual(
        expect.arrayContaining(
          zones.slice(zones.findIndex((zone) => zone.target === target) + 1).map((zone) => zone.target),
        ),
      );
    }
  });

  test.each(sources('core'))('%s knows neither its process, nor the clock, nor chance', (path) => {
    expect(read(path)).not.toMatch(/\bprocess\.|\bfetch\(|Date\.now\(\)|new Date\(\)|Math\.random/);
  });

  test.each(sources('functions'))('%s does not depend on where it runs', (path) => {
    expect(read(path)).not.toMatch(
      /AWS_ENDPOINT_URL|endpoint:|forcePathStyle|localhost|127\.0\.0\.1|\.sluice\b|the twin\b/i,
    );
  });
});
