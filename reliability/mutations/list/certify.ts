import { mutation, type Mutation } from '../mutation';

/** Mistakes in what a person is told about AWS. */
export const CERTIFY: readonly Mutation[] = [
  mutation(
    'the types of a streamed file count, not its values',
    'A decimal that the merge would refuse is told as one that holds.',
    'cli/certify/probes/stream.ts',
    'areAll && !lacks && changed === 0,',
    'areAll && !lacks,',
    { file: 'tests/cli/certify/stream.test.ts', test: 'the values count, not only their types' },
  ),
  mutation(
    'transactions that did not overlap show that a lock works',
    'The order of overlapping merges is told as known, though nobody saw it.',
    'cli/certify/probes/transactions.ts',
    'if (holds && atOnce < 2)',
    'if (holds && atOnce < 0)',
    { file: 'tests/slow/nightly/certify-probes.test.ts', test: 'a lock shows nothing' },
  ),
  mutation(
    'what a service refused to make is told as left',
    'A person looks for things that never were, and the run counts as failed.',
    'cli/certify/cleaning.ts',
    'if (isRefusal(error)) this.count(made, -1);',
    'if (made.what === "") this.count(made, -1);',
    { file: 'tests/cli/certify/cleaning.test.ts', test: 'the service refused' },
  ),
  mutation(
    'a refusal after an attempt without an answer counts as one',
    'A schema that was made is neither removed nor told.',
    'cli/certify/cleaning.ts',
    ' && attempts === 1',
    ' && attempts >= 1',
    { file: 'tests/cli/certify/cleaning.test.ts', test: 'an attempt before the refusal got no answer' },
  ),
];
