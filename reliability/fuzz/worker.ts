/** A process that carries cases out: what ends or blocks it is a find like any other. */
import { serveItems } from '../shared/serve-items';
import { checkTarget, type Checked } from './check-target';
import type { CasesItem, CaseNote } from './run';
import { Surroundings } from './surroundings';
import { targetOf } from './targets';

/** Only the first wrong case of some cases is made smaller for long. */
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
        // What a wrong case left behind is no matter of the next one.
        await surroundings.remove();
        surroundings = await Surroundings.start();
      }
      return parts;
    },
    close: () => surroundings.remove(),
  };
});
