import { LoadError } from '../../core/errors';
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

test('an attempt that had few COPYs, because many partitions were due, does not say which files failed', async () => {
  const validated = await steps.validated();
  const inspection = { ...validated.inspection!, further_copies: 2 };
  const listed = async (most_further_copies: number) => {
    const load = { ...validated, inspection, most_further_copies, error };
    return (await steps.call<{ listed?: string }>('diagnose-failure', { load, attempt: 0 })).listed;
  };
  expect(await listed(20)).toBe(validated.listed);
  expect(await listed(3)).toBe(validated.listed);
  expect(await listed(2)).toBeUndefined();
});

test('a merge that was committed although its answer was lost did not fail', async () => {
  const load = await steps.validated();
  await steps.call('merge-into-target', load);
  const lost = { Error: 'Lambda.TooManyRequestsException', Cause: 'Rate Exceeded.' };
  expect(await steps.call('diagnose-failure', { load: { ...load, error: lost }, attempt: 0 })).toMatchObject({
    outcome: 'loaded',
    merged: { staged: 1, duplicates: 0, superseded: 0, deleted: 0, inserted: 1 },
  });
  expect(await steps.twin.history('outcome')).toEqual([['loaded']]);
});

test('a failure outside a partition is only diagnosed', async () => {
  expect(await steps.call('diagnose-failure', { error })).toEqual({ diagnosis });
});

test('a cause that is too long is cut for the payload, but not in the history', async () => {
  const long = new LoadError('NullKeys', 'é'.repeat(5_000), 'Fix it.');
  const Cause = JSON.stringify({ errorType: long.name, errorMessage: long.message });
  const load = { ...(await steps.inspected()), diagnosis_bytes: 1_000, error: { Error: long.name, Cause } };
  const ended = await steps.call<{ diagnosis: { cause: string; fix: string } }>('diagnose-failure', {
    load,
    attempt: 0,
  });
  expect(Buffer.byteLength(ended.diagnosis.cause)).toBeLessThanOrEqual(1_000);
  expect(ended.diagnosis.cause).toMatch(/^é+…$/);
  expect(ended.diagnosis.fix).toBe('Fix it.');
  expect(await steps.twin.history('LEN(cause)')).toEqual([[5_000]]);
});
