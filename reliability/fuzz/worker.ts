/** A process that runs cases. A case that ends or blocks it is wrong like any other. */
import { serveItems } from '../shared/serve-items';
import { checkTarget, type Checked } from './check-target';
import type { CasesItem, CaseNote } from './run';
import { Surroundings } from './surroundings';
import { targetOf } from './targets';

serveItems<null, CasesItem, Checked, CaseNote>(async () => {
  const surroundings = await Surroundings.start();
  return {
    carryOut: ({ target, cases, seed, path, shrinkMilliseconds }, say) =>
      checkTarget(target, targetOf(target), surroundings, {
        cases,
        seed,
        path,
        shrinkMilliseconds,
        onCase: (json, counts) => say({ json, counts }),
      }),
    close: () => surroundings.remove(),
  };
});
