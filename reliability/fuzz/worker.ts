/** A process that runs cases. A case that ends or blocks it is wrong like any other. */
import { serveItems } from '../shared/serve-items';
import { checkTarget, type Checked } from './check-target';
import type { CasesItem, CaseNote } from './run';
import { Surroundings } from './surroundings';
import { targetOf } from './targets';

/** The time for making a further wrong case of an item smaller. Only the first gets the full time. */
const LATER_SHRINK_MILLISECONDS = 5_000;

serveItems<null, CasesItem, readonly Checked[], CaseNote>(async () => {
  let surroundings = await Surroundings.start();
  return {
    async carryOut({ target, cases, seed, path }, say) {
      const parts: Checked[] = [];
      const from = Number(path);
      for (let done = 0; done < cases;) {
        const shrinkMilliseconds = parts.length === 0 ? undefined : LATER_SHRINK_MILLISECONDS;
        const checked = await checkTarget(target, targetOf(target), surroundings, {
          cases: cases - done,
          seed,
          path: Number.isNaN(from) ? path : String(from + done),
          shrinkMilliseconds,
          onCase: (json, counts) => say({ json, done, counts }),
        });
        parts.push(checked);
        done += Math.max(1, checked.cases);
        if (!checked.wrong) continue;
        // The next case must not see what a wrong case left behind.
        await surroundings.remove();
        surroundings = await Surroundings.start();
      }
      return parts;
    },
    close: () => surroundings.remove(),
  };
});
