import { join } from 'node:path';
import { carryOutAll, type Outcome } from '../shared/workers';
import { isPure, type Ending } from './checkout-copy';
import type { Mutation, NamedTest } from './mutation';
import type { Search, Tried } from './tried';
import type { TestsItem } from './worker';

type Tested = Mutation & { readonly by: NamedTest };
type Result = Outcome<TestsItem, readonly Ending[]>;

export const isTested = (mutation: Mutation): mutation is Tested => mutation.by !== 'histories';

/** Searches for each mistake by its test, and runs the same tests without a mistake. */
export async function searchByTests(
  mutations: readonly Tested[],
  { workers }: { readonly workers: number },
  onTried: (tried: Tried) => void,
): Promise<Search> {
  const byName = new Map(mutations.map((each) => [each.name, each]));
  const triedOf = (outcome: Result): Tried[] => {
    const mutation = byName.get(outcome.item.mutation ?? '');
    return mutation ? [{ mutation, ...endingOf(outcome) }] : [];
  };
  const tests = [...new Map(mutations.map(({ by }) => [JSON.stringify(by), by])).values()];
  // Those that need a twin come first, since they take longest.
  const groups = [tests.filter(({ file }) => !isPure(file)), tests.filter(({ file }) => isPure(file))];
  const outcomes = await carryOutAll<null, TestsItem, readonly Ending[]>(
    [
      ...groups.filter((group) => group.length > 0).map((group) => ({ tests: group })),
      ...mutations.map(({ name, by }) => ({ mutation: name, tests: [by] })),
    ],
    {
      module: join(__dirname, 'worker.ts'),
      order: null,
      workers,
      onOutcome: (outcome) => triedOf(outcome).forEach(onTried),
    },
  );
  const unmutated = outcomes.filter(({ item }) => item.mutation === undefined);
  const endings = unmutated.flatMap((outcome) =>
    'result' in outcome
      ? outcome.result.map((ending, index) => ({ ...ending, test: outcome.item.tests[index] }))
      : [],
  );
  const failed = endings.filter(({ failure }) => failure !== undefined);
  const failing = new Set(failed.map(({ test }) => JSON.stringify(test)));
  return {
    tried: outcomes
      .flatMap(triedOf)
      .map((tried) =>
        failing.has(JSON.stringify(tried.mutation.by))
          ? { ...tried, ending: 'not carried out', text: 'its test fails without it, too' }
          : tried,
      ),
    unmutated: {
      right: endings.length - failed.length,
      total: tests.length,
      wrong: failed.map(({ name, failure }) => `${name}: ${failure}`),
      notCarriedOut: unmutated.flatMap((each) => ('failure' in each ? [each.failure.reason] : [])),
    },
  };
}

function endingOf(outcome: Result): Pick<Tried, 'ending' | 'text'> {
  if ('failure' in outcome) return { ending: 'not carried out', text: outcome.failure.reason };
  const [ending] = outcome.result;
  if (ending?.failure === undefined) return { ending: 'survived', text: ending?.name ?? '' };
  return { ending: 'caught', text: `${ending.name}: ${ending.failure}` };
}
