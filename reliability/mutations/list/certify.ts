import { mutation, type Mutation } from '../mutation';

/** Mistakes in what a person is told about AWS. */
export const CERTIFY: readonly Mutation[] = [
  mutation(
    'the types of a streamed file count, not its values',
    'A decimal that the merge would refuse is told as one that holds.',
    'cli/certify/probes/stream.ts',
    'holds: loaded?.kind === written && areAll && changed === 0,',
    'holds: loaded?.kind === written && areAll,',
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
    { file: 'tests/slow/nightly/certify.test.ts', test: 'is nothing where the service refused to make it' },
  ),
];
