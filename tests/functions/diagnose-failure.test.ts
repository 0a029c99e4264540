import { LoadError } from '../../core/errors';
import type { FaultRule } from '../../local/faults/fault-rule';
import { THROTTLING } from '../../testkit/faults';
import { HOUR, Steps } from './steps';

let steps: Steps;
beforeAll(async () => {
  steps = await Steps.start();
});
beforeEach(() => steps.twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]));
afterEach(() => steps.twin.reset());
afterAll(() => steps.twin.remove());

const { name, message } = new LoadError('NullKeys', 'trip_id is null', 'Fix the producer.');
/** The error as a Catch gets it from Lambda. */
const error = { Error: name, Cause: JSON.stringify({ errorType: name, errorMessage: message, trace: [] }) };
const diagnosis = { error: name, cause: 'trip_id is null', fix: 'Fix the producer.' };

test('a failed partition is diagnosed, recorded once, and leaves nothing behind', async () => {
  const load = { ...(await steps.validated()), error };
  for (let attempt = 0; attempt < 2; attempt += 1) {
    expect(await steps.call('diagnose-failure', { load, attempt })).toMatchObject({
      partition: HOUR,
      outcome: 'failed',
      diagnosis,
    });
  }
  expect(await steps.twin.history('outcome, staged, inserted, error, cause, fix')).toEqual([
    ['failed', 1, 0, name, diagnosis.cause, diagnosis.fix],
  ]);
  expect(await steps.twin.stagingTables()).toEqual([]);
});

test('a merge that was committed although its answer was lost did not fail', async () => {
  const load = await steps.validated();
  await steps.submit('merge-into-target', load);
  const lost = { Error: 'Lambda.TooManyRequestsException', Cause: 'Rate Exceeded.' };
  expect(await steps.call('diagnose-failure', { load: { ...load, error: lost }, attempt: 0 })).toMatchObject({
    outcome: 'loaded',
    merged: { staged: 1, duplicates: 0, superseded: 0, deleted: 0, inserted: 1 },
  });
  expect(await steps.twin.history('outcome')).toEqual([['loaded']]);
});

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
  const diagnosed = (load: object) => steps.call('diagnose-failure', { load, attempt: 3 });
  const unknown = {
    outcome: 'unknown',
    diagnosis: {
      error: 'OutcomeUnknown',
      cause: expect.stringContaining('ConnectionLost: socket hang up') as string,
    },
  };

  test('the outcome is unknown, and no row contradicts the merge’s own', async () => {
    const load = await steps.validated();
    await steps.submit('merge-into-target', load);
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

test('a failure outside a partition is only diagnosed', async () => {
  expect(await steps.call('diagnose-failure', { error })).toEqual({ diagnosis });
});

test('a cause that is too long is cut for the payload, but not in the history', async () => {
  const long = new LoadError('NullKeys', 'é'.repeat(5_000), 'Fix it.');
  const Cause = JSON.stringify({ errorType: long.name, errorMessage: long.message });
  const load = { ...(await steps.listed()), diagnosis_bytes: 1_000, error: { Error: long.name, Cause } };
  const ended = await steps.call<{ diagnosis: { cause: string; fix: string } }>('diagnose-failure', {
    load,
    attempt: 0,
  });
  expect(Buffer.byteLength(ended.diagnosis.cause)).toBeLessThanOrEqual(1_000);
  expect(ended.diagnosis.cause).toMatch(/^é+…$/);
  expect(ended.diagnosis.fix).toBe('Fix it.');
  expect(await steps.twin.history('LEN(cause)')).toEqual([[5_000]]);
});
