/**
 * The steps of a load, in order: the one list of steps. A step is a state of statemachines/load.asl.yml and a function.
 * The files of its function, its SQL and its test have its name in kebab-case.
 */

interface StepDefinition {
  /** What its function does, in one line. */
  readonly description: string;
  /** What it works on: the execution as a whole, or one partition of it or a group of them. */
  readonly scope: 'execution' | 'partition';
  /** The states that call its function. Default: only the state with the step's name. */
  readonly calledBy?: readonly string[];
  /** Whether it has statements in sql/. */
  readonly sql: boolean;
  /** Whether its duration is measured (metric StepSeconds). */
  readonly measured?: true;
  /** Whether partitions can end with it. */
  readonly ends?: true;
  /** What it does with the KMS key that encrypts the lake, if there is one. Default: nothing. */
  readonly lakeKey?: readonly ('kms:Decrypt' | 'kms:GenerateDataKey')[];
}

export const STEPS = {
  ListPartitions: {
    description: 'Finds the hourly partitions whose files are not loaded yet',
    scope: 'execution',
    sql: false,
    measured: true,
    lakeKey: ['kms:Decrypt'],
  },
  InspectFiles: {
    description: 'Reads Parquet footers and plans the load of one partition',
    scope: 'partition',
    calledBy: ['InspectFiles', 'InspectAgain'],
    sql: false,
    measured: true,
    lakeKey: ['kms:Decrypt', 'kms:GenerateDataKey'],
  },
  PrepareWarehouse: {
    description: 'Creates what is missing in the warehouse, and asks what it has loaded',
    scope: 'execution',
    sql: true,
    measured: true,
    lakeKey: ['kms:Decrypt', 'kms:GenerateDataKey'],
  },
  RecordEmpty: {
    description: 'Records that a partition has nothing to load',
    scope: 'partition',
    sql: true,
    ends: true,
    lakeKey: ['kms:Decrypt'],
  },
  CopyToStaging: {
    description: "Copies the files of one partition or several into staging tables of the load's own",
    scope: 'partition',
    sql: true,
    measured: true,
    lakeKey: ['kms:Decrypt'],
  },
  ValidateStaging: {
    description: 'Compares what was staged with what the files hold',
    scope: 'partition',
    sql: true,
    measured: true,
    lakeKey: ['kms:Decrypt'],
  },
  MergeIntoTarget: {
    description: 'Merges staged rows into the target in one transaction',
    scope: 'partition',
    sql: true,
    measured: true,
    ends: true,
    lakeKey: ['kms:Decrypt'],
  },
  DiagnoseFailure: {
    description: 'Names the cause of a failure and its fix, and cleans up',
    scope: 'partition',
    calledBy: ['DiagnoseFailure', 'DiagnoseExecution'],
    sql: true,
    ends: true,
  },
  SweepLeftovers: {
    description: 'Drops what dead executions left behind and deletes old plans',
    scope: 'execution',
    sql: true,
  },
  ReportLoad: {
    description: 'Sums an execution up, and writes the ledger and its notification',
    scope: 'execution',
    sql: false,
    lakeKey: ['kms:Decrypt', 'kms:GenerateDataKey'],
  },
} as const satisfies Readonly<Record<string, StepDefinition>>;

export type StepName = keyof typeof STEPS;

/** The steps whose duration is measured. */
export type MeasuredStep = {
  [Name in StepName]: (typeof STEPS)[Name] extends { readonly measured: true } ? Name : never;
}[StepName];

const steps = Object.entries<StepDefinition>(STEPS) as readonly [StepName, StepDefinition][];
const namesOf = (isMeant: (step: StepDefinition) => boolean): readonly StepName[] =>
  steps.filter(([, step]) => isMeant(step)).map(([name]) => name);

export const STEP_NAMES = namesOf(() => true);
export const MEASURED_STEPS = namesOf(({ measured }) => measured === true) as readonly MeasuredStep[];
/** The states of the steps that a partition goes through. */
export const PARTITION_STATES: readonly string[] = namesOf(({ scope }) => scope === 'partition').flatMap(
  callersOf,
);
/** The states that end partitions. Their output has the ends. */
export const PARTITION_ENDS: readonly string[] = [...namesOf(({ ends }) => ends === true), 'GroupEnded'];

/** What a function does with the KMS key that encrypts the lake. */
export function lakeKeyActionsOf(name: FunctionName): NonNullable<StepDefinition['lakeKey']> {
  const { lakeKey = [] }: Partial<StepDefinition> = FUNCTIONS[name];
  return lakeKey;
}

/** The states that call a step's function. */
export function callersOf(name: StepName): readonly string[] {
  const { calledBy }: StepDefinition = STEPS[name];
  return calledBy ?? [name];
}

/** Every function: the steps, and the one that Firehose calls. */
export const FUNCTIONS = {
  ...STEPS,
  TransformRecords: { description: 'Checks and normalizes events for Firehose' },
} as const;

export type FunctionName = keyof typeof FUNCTIONS;

export const FUNCTION_NAMES = Object.keys(FUNCTIONS) as readonly FunctionName[];

/** The name of a function's file and of the deployed function: `ListPartitions` → `list-partitions`. */
export function stemOf(name: FunctionName): string {
  return name.replace(/(?!^)[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
}
