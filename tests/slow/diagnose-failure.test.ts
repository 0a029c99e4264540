import type { GroupEnd } from '../../core/states';
import type { FaultRule } from '../../local/faults/fault-rule';
import { THROTTLING } from '../../testkit/faults';
import { HOUR, Steps } from '../functions/steps';

let steps: Steps;
beforeAll(async () => {
  steps = await Steps.start();
});
beforeEach(() => steps.twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]));
afterEach(() => steps.twin.reset());
afterAll(() => steps.twin.remove());

describe('if nobody can say whether the merge was committed', () => {
  const lost = { Error: 'ConnectionLost', Cause: 'socket hang up' };
  const failing = (operation: string, match: string): FaultRule => ({
    service: 'redshift-data',
    operation,
    match,
    times: 1_000,
    fault: THROTTLING,
  });
  /** At the last attempt, no error is thrown for another retry. */
  const diagnosed = async (load: object) =>
    (await steps.call<GroupEnd>('diagnose-failure', { load, attempt: 3 })).ends[0];
  const unknown = {
    outcome: 'unknown',
    diagnosis: {
      error: 'OutcomeUnknown',
      cause: expect.stringContaining('ConnectionLost: socket hang up') as string,
    },
  };

  test('the outcome is unknown, and no row contradicts the merge’s own', async () => {
    const load = await steps.validated();
    await steps.call('merge-into-target', load);
    // Only the question cannot be asked. The row of a failure could be written.
    steps.twin.twin.faults.set([failing('BatchExecuteStatement', '"outcome" = \'loaded\'')]);
    expect(await diagnosed({ ...load, error: lost })).toMatchObject(unknown);
    expect(await steps.twin.history('outcome')).toEqual([['loaded']]);

    // Whoever can ask again finds the merge.
    steps.twin.twin.faults.clear();
    expect(await diagnosed({ ...load, error: lost })).toMatchObject({ outcome: 'loaded' });
    expect(await steps.twin.history('outcome')).toEqual([['loaded']]);
  });

  test('the outcome is unknown while the merge may be running, though the history can be read', async () => {
    const load = await steps.validated();
    steps.twin.twin.faults.set([failing('ListStatements', '')]);
    expect(await diagnosed({ ...load, error: lost })).toMatchObject(unknown);
    expect(await steps.twin.history('outcome')).toEqual([]);
  });

  test('a merge that the warehouse itself calls failed has failed, and so has a load before its merge', async () => {
    const load = await steps.validated();
    steps.twin.twin.faults.set([failing('BatchExecuteStatement', 'load_history')]);
    const rolledBack = { Error: 'RowCountMismatch', Cause: 'the counts do not add up' };
    expect(await diagnosed({ ...load, error: rolledBack })).toMatchObject({ outcome: 'failed' });
    expect(await diagnosed({ ...load, counts: undefined, error: lost })).toMatchObject({ outcome: 'failed' });
  });
});
