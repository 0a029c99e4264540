/** A process that runs histories on a proving ground of its own. */
import { mutatedMergeSql } from '../mutations/mutations';
import { serveItems } from '../shared/serve-items';
import { checkHistories, simplified } from './check-histories';
import { ProvingGround } from './proving-ground';
import { storyOf } from './story';

/** Histories that run one after the other, up to the first wrong one. */
export interface HistoriesItem {
  readonly numbers: readonly number[];
  readonly seed: number;
  /** The mistake in the merge. Default: none. */
  readonly mutation?: string;
  /** Milliseconds for which the worker simplifies a wrong history. Only its first wrong history is simplified. */
  readonly simplifyFor: number;
}

export interface HistoriesResult {
  readonly right: number;
  readonly loads: number;
  readonly wrong?: {
    readonly number: number;
    readonly story: readonly string[];
    readonly what: string;
    readonly details: readonly string[];
  };
}

serveItems<null, HistoriesItem, HistoriesResult, number>(async () => {
  const ground = await ProvingGround.open();
  let simplifies = true;
  return {
    async carryOut({ numbers, seed, mutation, simplifyFor }, say) {
      const before = ground.loads;
      ground.useMergeSql(mutatedMergeSql(mutation));
      const { right, wrong } = await checkHistories(ground, numbers, { seed }, say);
      const loads = ground.loads - before;
      if (!wrong) return { right, loads };
      const { number, history, outcome } = simplifies ? await simplified(ground, wrong, simplifyFor) : wrong;
      if (simplifyFor > 0) simplifies = false;
      const { what, details } = outcome;
      return { right, loads, wrong: { number, story: storyOf(history), what, details } };
    },
    close: () => ground.close(),
  };
});
