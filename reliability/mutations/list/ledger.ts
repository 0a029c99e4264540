import { mutation, type Mutation } from '../mutation';

const LEDGER = 'core/ledger.ts';
const LEDGER_TEST = 'tests/core/ledger.test.ts';
const SYSTEM_TEST = 'tests/system/ledger.test.ts';
const LIST = 'functions/list-partitions.ts';

/** Mistakes in what is remembered in the lake. */
export const LEDGERS: readonly Mutation[] = [
  mutation(
    'the warehouse is asked though nothing is due',
    'Every hour costs a minute of the warehouse.',
    LIST,
    '!request.plan && (plan.partitions.length > 0 || unfinished.length > 0)',
    '!request.plan',
    { file: SYSTEM_TEST, test: 'an hour without anything new makes no statement' },
  ),
  mutation(
    'the history is not asked before a load',
    'A ledger that is gone makes every hour of the lookback load again.',
    LIST,
    'plan = await planned(known, [...lost, ...changed.keys()]);',
    '',
    { file: SYSTEM_TEST, test: 'is repaired from the history, and nothing is copied twice' },
  ),
  mutation(
    'a ledger that differs is not repaired',
    'The warehouse is asked every hour for what it has told already.',
    LIST,
    'await ledger.change({ asked: changed, told });',
    'await Promise.resolve([changed, told]);',
    { file: SYSTEM_TEST, test: 'is repaired from the history, and nothing is copied twice' },
  ),
  mutation(
    'the ledger of another warehouse counts',
    'A new warehouse stays empty, because another one has loaded the hours.',
    LEDGER,
    "['dataset', 'day', 'warehouse'] as const",
    "['dataset', 'day'] as const",
    { file: LEDGER_TEST, test: 'another warehouse' },
  ),
  mutation(
    'attempts that found nothing push out each other',
    'An hour whose files are held looks due every hour, and the warehouse is asked for ever.',
    LEDGER,
    'each === knowsMost || holds(each)',
    'each === knowsMost',
    { file: LEDGER_TEST, test: 'all attempts that found nothing after the last merge are kept' },
  ),
  mutation(
    'what others write in between is overwritten',
    'Of two executions that end at once, only one is remembered.',
    'functions/shared/ledger.ts',
    "before === undefined ? { IfNoneMatch: '*' } : { IfMatch: before.etag }",
    '{}',
    { file: SYSTEM_TEST, test: 'executions that write a day at the same moment' },
  ),
  mutation(
    'an unknown outcome counts as a load',
    'An hour whose merge nobody saw committed is hidden.',
    'core/ledger-attempt.ts',
    "if (outcome === 'unknown' || outcome === 'planned') return undefined;",
    "if (outcome === 'planned') return undefined;",
    { file: LEDGER_TEST, test: 'nobody knows how' },
  ),
  mutation(
    'an execution that loads does not say so',
    'If it is killed after the commit, loads that overlapped are never put right.',
    LIST,
    'if (loads) await begin(ledger, execution, partitions);',
    '',
    { file: 'tests/slow/commit-order.test.ts', test: 'even if the hour has left the lookback' },
  ),
  mutation(
    'an execution that ended is not taken from the ledger',
    'The warehouse is asked every hour for the same execution.',
    'functions/report-load.ts',
    'if (told.length === partitions.length) await ledger.end(execution);',
    '',
    { file: SYSTEM_TEST, test: 'an hour without anything new makes no statement' },
  ),
  mutation(
    'an execution that ended without a word is asked after for ever',
    'The warehouse is asked every hour for the same execution.',
    LIST,
    'await settle(ledger, unfinished, now);',
    '',
    { file: SYSTEM_TEST, test: 'an execution that ended without a word' },
  ),
  mutation(
    'a ledger that is ahead is compared in the lookback alone',
    'After a warehouse was restored, older hours that it has are taken for lost.',
    'sql/list-partitions.sql',
    'CAST(:told_merge AS BIGINT) >',
    '0 >',
    { file: SYSTEM_TEST, test: 'only what the history lacks is loaded again' },
  ),
  mutation(
    'what the warehouse has lost is forgotten before it is loaded',
    'Hours that the next load does not take are hidden for good.',
    'core/partitions.ts',
    '[...new Set([...unsettled, ...lost])]',
    '[...new Set(unsettled)]',
    { file: SYSTEM_TEST, test: 'however long nothing was due' },
  ),
  mutation(
    'a target that was dropped is created without a word',
    'Only the execution that creates it loads its hours again.',
    'service/create-warehouse.ts',
    'const isNoDrop = hasTarget || !hasHistory;',
    'const isNoDrop = true;',
    { file: SYSTEM_TEST, test: 'is loaded again as soon as the warehouse is asked, by whomever' },
  ),
  mutation(
    'what was loaded before a drop still holds',
    'The hours of a target that was dropped are never loaded again.',
    'core/attempts.ts',
    "outcome === 'loaded' || outcome === 'dropped'",
    "outcome === 'loaded'",
    { file: 'tests/core/attempts.test.ts', test: 'nothing holds, but the numbers go on' },
  ),
];
