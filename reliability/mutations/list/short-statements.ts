import { mutation, type Mutation } from '../mutation';

const WAREHOUSE = 'functions/shared/warehouse.ts';
const SHORT_TEST = 'tests/functions/short-statements.test.ts';

/** Mistakes in how functions wait for short statements, while a workgroup resumes, compiles or queues. */
export const SHORT_STATEMENTS: readonly Mutation[] = [
  mutation(
    'a short statement has a minute',
    'A workgroup that resumes is given up while it wakes.',
    WAREHOUSE,
    'SHORT_STATEMENT_SECONDS = 150',
    'SHORT_STATEMENT_SECONDS = 60',
    { file: SHORT_TEST, test: 'short statements, each of 150 seconds and cancelled' },
  ),
  mutation(
    'a function has no time for its short statements',
    'Lambda ends it while the workgroup resumes, and the statement runs beside its replacement.',
    'resources/functions.ts',
    'timeout: 900,\n  },\n  RecordEmpty: {',
    'timeout: 300,\n  },\n  RecordEmpty: {',
    { file: SHORT_TEST, test: 'short statements, each of 150 seconds and cancelled' },
  ),
  mutation(
    'no time is kept for the cancellation of a short statement',
    'Lambda ends the function first, and the statement goes on beside its replacement.',
    WAREHOUSE,
    'secondsLeft() - CANCEL_SECONDS',
    'secondsLeft()',
    { file: SHORT_TEST, test: 'is cancelled before Lambda ends the function' },
  ),
  mutation(
    'an environment keeps the end of its first invocation',
    'A warm function cancels each statement after a second.',
    'functions/shared/invocation.ts',
    'deadline = context ?',
    'deadline = Number.isFinite(deadline) ? deadline : context ?',
    { file: SHORT_TEST, test: 'an invocation has its own time' },
  ),
];
