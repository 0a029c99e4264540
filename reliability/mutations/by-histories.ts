import { join } from 'node:path';
import { firstNumbers } from '../histories/check-histories';
import type { HistoriesItem, HistoriesResult } from '../histories/worker';
import { carryOutAll, type Outcome } from '../shared/workers';
import type { Mutation } from './mutation';
import type { Search, Tried } from './tried';

type Result = Outcome<HistoriesItem, HistoriesResult, number>;

/**
 * Searches for each mistake by random histories, and runs as many without a mistake as the last one needed.
 * @param runs the histories within which a mistake must be found.
 */
export async function searchByHistories(
  mutations: readonly Mutation[],
  { runs, seed, workers }: { readonly runs: number; readonly seed: number; readonly workers: number },
  onTried: (tried: Tried) => void,
): Promise<Search> {
  const byName = new Map(mutations.map((each) => [each.name, each]));
  const carryOut = (items: readonly HistoriesItem[], onOutcome: (outcome: Result) => void = () => {}) =>
    carryOutAll<null, HistoriesItem, HistoriesResult, number>(items, {
      module: join(__dirname, '../histories/worker.ts'),
      order: null,
      workers,
      onOutcome,
    });
  const triedOf = (outcome: Result): Tried[] => {
    const mutation = byName.get(outcome.item.mutation ?? '');
    return mutation ? [{ mutation, ...endingOf(outcome) }] : [];
  };
  const mutated = await carryOut(
    mutations.map(({ name }) => ({ mutation: name, numbers: firstNumbers(runs), seed, simplifyFor: 0 })),
    (outcome) => triedOf(outcome).forEach(onTried),
  );
  const needed = Math.max(0, ...mutated.map(neededBy));
  const unmutated = await carryOut(
    firstNumbers(needed).map((number) => ({ numbers: [number], seed, simplifyFor: 0 })),
  );
  return {
    tried: mutated.flatMap(triedOf),
    unmutated: {
      right: unmutated.filter((outcome) => 'result' in outcome && !outcome.result.wrong).length,
      total: needed,
      wrong: unmutated.flatMap((outcome) => {
        if (!('result' in outcome) || !outcome.result.wrong) return [];
        const { story, what, details } = outcome.result.wrong;
        return [[...story, '', what, ...details].join('\n')];
      }),
      notCarriedOut: unmutated.flatMap((each) => ('failure' in each ? [each.failure.reason] : [])),
    },
  };
}

function neededBy(outcome: Result): number {
  return 'result' in outcome && outcome.result.wrong ? outcome.result.right + 1 : 1;
}

function endingOf(outcome: Result): Pick<Tried, 'ending' | 'text'> {
  if ('failure' in outcome) return { ending: 'not carried out', text: outcome.failure.reason };
  const { right, wrong } = outcome.result;
  if (!wrong) return { ending: 'survived', text: `${right} histories` };
  return { ending: 'caught', text: `${right + 1} histories: ${wrong.what}` };
}
