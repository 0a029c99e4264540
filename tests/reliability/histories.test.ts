import { checkHistories } from '../../reliability/histories/check-histories';
import { ProvingGround } from '../../reliability/histories/proving-ground';
import { storyOf } from '../../reliability/histories/story';

/** The nightly form, `npm run histories -- --runs 1000`, carries each history out with both strategies. */
const RUNS = 100;
const SEED = 20261120;

test(`${RUNS} random histories leave the tables that the oracle makes of their files`, async () => {
  const ground = await ProvingGround.open();
  try {
    const { right, wrong } = await checkHistories(ground, {
      runs: RUNS,
      seed: SEED,
      strategies: [['delete-insert'], ['merge']],
      simplifyFor: 20_000,
    });
    if (wrong) throw new Error([...storyOf(wrong.history), '', wrong.outcome.message].join('\n'));
    expect(right).toBe(RUNS);
    // Each loads at least once, and every hour once more at the end.
    expect(ground.loads).toBeGreaterThanOrEqual(2 * RUNS);
  } finally {
    await ground.close();
  }
}, 600_000);
