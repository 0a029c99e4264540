/** A process that runs tests in a copy of the checkout that holds one mistake. */
import { serveItems } from '../shared/serve-items';
import { CheckoutCopy, type Ending } from './checkout-copy';
import { mutatedTexts, type NamedTest } from './mutation';
import { mutationNamed } from './mutations';

export interface TestsItem {
  /** The name of the mistake. Default: none. */
  readonly mutation?: string;
  readonly tests: readonly NamedTest[];
}

serveItems<null, TestsItem, readonly Ending[]>(async () => {
  const copy = await CheckoutCopy.make();
  return {
    carryOut: ({ mutation, tests }) =>
      copy.run(mutation === undefined ? new Map() : mutatedTexts(mutationNamed(mutation)), tests),
    close: () => {
      copy.remove();
      return Promise.resolve();
    },
  };
});
