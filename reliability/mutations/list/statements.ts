import { mutation, type Mutation } from '../mutation';

const WAREHOUSE = 'functions/shared/warehouse.ts';
const TOKEN = 'const parts = [step, load.execution, load.partition, entered];';
const COPY_TEST = 'tests/functions/copy-to-staging.test.ts';

/** Mistakes in how statements are submitted, and in what is left behind. */
export const STATEMENTS: readonly Mutation[] = [
  mutation(
    'the token of a retry is that of the first attempt',
    'The Data API answers every retry with the first, failed statement.',
    WAREHOUSE,
    TOKEN,
    'const parts = [step, load.execution, load.partition, entered.length];',
    { file: COPY_TEST, test: 'a retry of the step starts a new one' },
  ),
  mutation(
    'the token is that of all hours of an execution',
    'Hours that come to a step in the same moment get the statement of one of them.',
    WAREHOUSE,
    TOKEN,
    'const parts = [step, load.execution, entered];',
    { file: COPY_TEST, test: 'hours that come to the step in the same moment have statements of their own' },
  ),
  mutation(
    'the token is that of all executions',
    'Two executions that load an hour at once share a statement.',
    WAREHOUSE,
    TOKEN,
    'const parts = [step, load.partition, entered];',
    {
      file: COPY_TEST,
      test: 'executions that come to the step in the same moment have statements of their own',
    },
  ),
  mutation(
    'statements have no token',
    'A statement whose answer was lost runs twice.',
    WAREHOUSE,
    'token: clientToken(step, submission),',
    'token: clientToken(step, submission) && undefined,',
    { file: COPY_TEST, test: 'Lambda’s own retry gets the same statement' },
  ),
  mutation(
    'a COPY that is tried again leaves the one before running',
    'Two COPYs fill the staging tables of one load at once.',
    'functions/copy-to-staging.ts',
    "    await endEarlierAttempts(configuration, 'CopyToStaging', { load, entered });\n",
    '',
    { file: COPY_TEST, test: 'a retry of the step ends the statement before it' },
  ),
  mutation(
    'a merge that is tried again leaves the one before running',
    'A merge that commits late is reported as failed, or runs twice.',
    WAREHOUSE,
    '  await endRunning(earlier);\n',
    '',
    {
      file: 'tests/functions/merge-into-target.test.ts',
      test: 'a retry of the step ends the statement before it',
    },
  ),
  mutation(
    'a merge that was committed is not looked for before it is tried again',
    'The retry fails, since its staging tables are gone.',
    'functions/merge-into-target.ts',
    'if (counts) {',
    'if (counts && load.files < 0) {',
    {
      file: 'tests/functions/merge-into-target.test.ts',
      test: 'a retry after a committed merge returns its counts and submits nothing',
    },
  ),
  mutation(
    'the staging tables of a failed load are left',
    'Each failure leaves its rows in the warehouse.',
    'functions/diagnose-failure.ts',
    'stagingTables(failure, failure.inspection?.parts ?? 0)',
    'stagingTables(failure, 0 * (failure.inspection?.parts ?? 0))',
    { file: 'tests/functions/diagnose-failure.test.ts', test: 'leaves nothing behind' },
  ),
  mutation(
    'only the first staging table of a failed load is dropped',
    'An hour whose files differ in types leaves the rest of its tables.',
    'core/staging.ts',
    'Array.from({ length: parts }, (_, index) => stagingTable(',
    'Array.from({ length: Math.min(parts, 1) }, (_, index) => stagingTable(',
    {
      file: 'tests/slow/drift.test.ts',
      test: 'an hour whose files differ in types leaves no staging table',
    },
  ),
  mutation(
    'the staging tables of a search are forgotten',
    'A load that fails while it searches leaves tables behind.',
    'core/plan-inspection.ts',
    'Math.max(plan.parts.length, before?.inspection.parts ?? 0)',
    'Math.max(plan.parts.length, (before?.inspection.parts ?? 0) * 0)',
    { file: 'tests/core/plan-inspection.test.ts', test: 'knows the staging tables of all COPYs before it' },
  ),
  mutation(
    'the tables of running executions are swept',
    'A scheduled execution drops the tables of a manual one, which fails.',
    'functions/sweep-leftovers.ts',
    "(await executionStatus(state_machine, owner)) !== 'ended'",
    "(await executionStatus(state_machine, owner)) === 'unknown'",
    { file: 'tests/functions/sweep-leftovers.test.ts', test: 'tables of a running execution stay' },
  ),
  mutation(
    'a table is swept while a statement of its load may create it again',
    'It is there again afterwards, and locked until then.',
    'functions/sweep-leftovers.ts',
    '  await endStatements(configuration, load);\n',
    '',
    {
      file: 'tests/functions/sweep-leftovers.test.ts',
      test: 'a statement that a stopped execution has left running',
    },
  ),
  mutation(
    'plans are kept for ever',
    'The lake fills with plans.',
    'functions/sweep-leftovers.ts',
    'dataset.load.retention_days * DAY',
    'dataset.load.retention_days * DAY * 1_000',
    { file: 'tests/functions/sweep-leftovers.test.ts', test: 'plans and manifests that are older' },
  ),
  mutation(
    'a statement past its deadline is not cancelled',
    'It changes the target after it was reported as failed.',
    'functions/shared/warehouse.ts',
    `  const ended = await cancel(id, submitted);\n  if (ended?.status`,
    `  const ended = await describe(id, submitted, 1);\n  if (ended?.status`,
    { file: 'tests/functions/await-statement.test.ts', test: 'cancels a statement after its deadline' },
  ),
];
