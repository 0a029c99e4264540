import { mutation, type Mutation } from '../mutation';

const GROUPS = 'core/groups.ts';
const GROUPS_TEST = 'tests/core/groups.test.ts';
const DIAGNOSE = 'functions/diagnose-failure.ts';
const DIAGNOSE_TEST = 'tests/functions/diagnose-failure.test.ts';

/** Mistakes in which hours are loaded together, and in what becomes of a group that fails. */
export const GROUP_MUTATIONS: readonly Mutation[] = [
  mutation(
    'hours that lie far apart are a group',
    'The merge reads all of the target between them.',
    GROUPS,
    'last >= addHours(first, MOST_SPAN_HOURS)',
    'last < first',
    { file: GROUPS_TEST, test: 'lie within a day' },
  ),
  mutation(
    'a group has no bound of bytes',
    'One failure loses an hour of work.',
    GROUPS,
    'inspection?.bytes ?? 0) <= MOST_BYTES',
    'inspection?.bytes ?? 0) >= 0',
    { file: GROUPS_TEST, test: 'bound of bytes' },
  ),
  mutation(
    'a group has more statements than a batch takes',
    'The Data API refuses the batch, and every hour of it fails.',
    GROUPS,
    'statements.copy ?? 0) <= MOST_COPY_STATEMENTS',
    'statements.copy ?? 0) >= 0',
    { file: GROUPS_TEST, test: 'statements of a batch' },
  ),
  mutation(
    'a partition of which files were left out is in a group',
    'Its history row names the files of another hour, or none.',
    GROUPS,
    ' && inspection.diagnosis === undefined',
    '',
    { file: GROUPS_TEST, test: 'loaded alone' },
  ),
  mutation(
    'a group fails as a whole, whoever is to blame',
    'One bad hour keeps the others of its group waiting.',
    DIAGNOSE,
    'mayBeOfOneHour(diagnosis.error) ||',
    '!mayBeOfOneHour(diagnosis.error) &&',
    { file: DIAGNOSE_TEST, test: 'of which one hour may be to blame' },
  ),
  mutation(
    'the winners are not deduplicated if one partition needs none',
    'A key that is staged twice fails its group.',
    'core/merge.ts',
    'loads.every(({ counts }) => counts.staged === counts.keys)',
    'loads.some(({ counts }) => counts.staged === counts.keys)',
    { file: 'tests/core/merge.test.ts', test: 'the window over the staged rows' },
  ),
  mutation(
    'the range of a group is that of its first hour',
    'Rows of the others stay in the target beside their corrections.',
    'core/target-scan.ts',
    'const [first, last] = [firsts[0], lasts.at(-1)];',
    'const [first, last] = [firsts[0], lasts[0]];',
    { file: 'tests/core/target-scan.test.ts', test: 'the widest range' },
  ),
  mutation(
    'rows of a batch share their parameters',
    'Every hour of a group is recorded as one of them.',
    'core/history.ts',
    "String.fromCharCode('a'.charCodeAt(0) + row)",
    "String.fromCharCode('a'.charCodeAt(0) + 0 * row)",
    { file: 'tests/core/history.test.ts', test: 'have parameters of their own' },
  ),
];
