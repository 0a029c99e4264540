import { LoadError } from '../../core/errors';
import { addHours } from '../../core/hour';
import type { GroupEnd } from '../../core/states';
import { HOUR, inspectedOtherwise, Steps } from './steps';

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
      ends: [{ partition: HOUR, outcome: 'failed', diagnosis }],
      again: [],
    });
  }
  expect(await steps.twin.history('outcome, staged, inserted, error, cause, fix')).toEqual([
    ['failed', 1, 0, name, diagnosis.cause, diagnosis.fix],
  ]);
  expect(await steps.twin.stagingTables()).toEqual([]);
});

test('an attempt that had few COPYs, because many partitions were due, does not say which files failed', async () => {
  const validated = await steps.validated();
  const [inspected] = inspectedOtherwise(validated, { further_copies: 2 }).partitions;
  const listed = async (most_further_copies: number) => {
    const load = { ...validated, partitions: [{ ...inspected, most_further_copies }], error };
    const { ends } = await steps.call<{ ends: { listed?: string }[] }>('diagnose-failure', {
      load,
      attempt: 0,
    });
    return ends[0]?.listed;
  };
  expect(inspected?.listed).toEqual(expect.any(String));
  expect(await listed(20)).toBe(inspected?.listed);
  expect(await listed(3)).toBe(inspected?.listed);
  expect(await listed(2)).toBeUndefined();
});

test('a merge that was committed although its answer was lost did not fail', async () => {
  const load = await steps.validated();
  await steps.call('merge-into-target', load);
  const lost = { Error: 'Lambda.TooManyRequestsException', Cause: 'Rate Exceeded.' };
  expect(await steps.call('diagnose-failure', { load: { ...load, error: lost }, attempt: 0 })).toMatchObject({
    ends: [
      { outcome: 'loaded', merged: { staged: 1, duplicates: 0, superseded: 0, deleted: 0, inserted: 1 } },
    ],
  });
  expect(await steps.twin.history('outcome')).toEqual([['loaded']]);
});

test('a failure outside a partition is only diagnosed', async () => {
  expect(await steps.call('diagnose-failure', { error })).toEqual({ diagnosis });
});

test('a cause that is too long is cut for the payload, but not in the history', async () => {
  const long = new LoadError('NullKeys', 'é'.repeat(5_000), 'Fix it.');
  const Cause = JSON.stringify({ errorType: long.name, errorMessage: long.message });
  const group = await steps.inspected();
  const partitions = group.partitions.map((each) => ({ ...each, diagnosis_bytes: 1_000 }));
  const load = { ...group, partitions, error: { Error: long.name, Cause } };
  const { ends } = await steps.call<{ ends: { diagnosis: { cause: string; fix: string } }[] }>(
    'diagnose-failure',
    { load, attempt: 0 },
  );
  const [{ diagnosis: told } = { diagnosis }] = ends;
  expect(Buffer.byteLength(told.cause)).toBeLessThanOrEqual(1_000);
  expect(told.cause).toMatch(/^é+…$/);
  expect(told.fix).toBe('Fix it.');
  expect(await steps.twin.history('LEN(cause)')).toEqual([[5_000]]);
});

describe('a group', () => {
  const NEXT = addHours(HOUR, 1);
  const both = { from: HOUR, to: NEXT };
  beforeEach(() => steps.twin.putTrips(NEXT, 'a.parquet', [{ trip_id: 'b' }]));
  const diagnosed = (load: object) => steps.call<GroupEnd>('diagnose-failure', { load, attempt: 0 });

  test('of which one hour may be to blame: each is loaded alone, and nothing is recorded', async () => {
    const load = await steps.validated(both);
    const { ends, again } = await diagnosed({ ...load, error });
    expect(ends).toEqual([]);
    expect(again).toMatchObject([
      { partitions: [{ partition: HOUR }], outcome: 'ready', on_bad_file: 'fail' },
      { partitions: [{ partition: NEXT }], outcome: 'ready' },
    ]);
    expect(await steps.twin.history('outcome')).toEqual([]);
    for (const group of again) {
      await steps.call('copy-to-staging', group);
      const counts = await steps.call('validate-staging', group);
      await steps.call('merge-into-target', { ...group, counts });
    }
    expect(await steps.twin.history('partition, outcome, inserted')).toEqual([
      [HOUR, 'loaded', 1],
      [NEXT, 'loaded', 1],
    ]);
    expect(await steps.twin.stagingTables()).toEqual([]);
  });

  test('of which no single hour is to blame fails as a whole, in one batch', async () => {
    const role = new LoadError('RoleNotAssumable', 'no such role', 'Attach it.');
    const Cause = JSON.stringify({ errorType: role.name, errorMessage: role.message });
    const { ends, again } = await diagnosed({
      ...(await steps.validated(both)),
      error: { Error: role.name, Cause },
    });
    expect(again).toEqual([]);
    expect(ends).toMatchObject([
      { partition: HOUR, outcome: 'failed', group: `${HOUR}+1`, diagnosis: { error: 'RoleNotAssumable' } },
      { partition: NEXT, outcome: 'failed', group: `${HOUR}+1`, diagnosis: { error: 'RoleNotAssumable' } },
    ]);
    expect(await steps.twin.history('partition, outcome, staged, cause, rerun')).toEqual([
      [HOUR, 'failed', 1, 'no such role', JSON.stringify({ partition: HOUR })],
      [NEXT, 'failed', 1, 'no such role', JSON.stringify({ partition: NEXT })],
    ]);
    expect(await steps.twin.stagingTables()).toEqual([]);
  });

  test('whose statement may still run is not split, and no hour says that its files are to blame', async () => {
    const load = { ...(await steps.copied(both)), error };
    const fault = { type: 'drop', when: 'before' } as const;
    steps.twin.twin.faults.set([
      { service: 'redshift-data', operation: 'ListStatements', times: 10_000, fault },
    ]);
    // The last attempt, which throws nothing any more.
    const { ends, again } = await steps
      .call<GroupEnd>('diagnose-failure', { load, attempt: 3 })
      .finally(() => steps.twin.twin.faults.clear());
    expect(again).toEqual([]);
    expect(ends).toMatchObject([
      { partition: HOUR, outcome: 'failed', diagnosis: { error: name } },
      { partition: NEXT, outcome: 'failed', diagnosis: { error: name } },
    ]);
    expect(ends.map(({ listed }) => listed)).toEqual([undefined, undefined]);
    expect(await steps.twin.history('outcome, fingerprint')).toEqual([
      ['failed', null],
      ['failed', null],
    ]);
  });

  test('that has failed before is split, whatever the error', async () => {
    const validated = await steps.validated(both);
    const partitions = validated.partitions.map((each, index) => ({ ...each, failures: index }));
    const busy = { Error: 'ServiceUnavailable', Cause: '' };
    const { again } = await diagnosed({ ...validated, partitions, error: busy });
    expect(again.flatMap((group) => group.partitions)).toMatchObject([
      { partition: HOUR, tried_with: { group: `${HOUR}+1`, error: 'ServiceUnavailable' } },
      { partition: NEXT, tried_with: { group: `${HOUR}+1` } },
    ]);
  });

  test('whose merge was committed although its answer was lost has loaded each hour', async () => {
    const load = await steps.validated(both);
    await steps.call('merge-into-target', load);
    const { ends, again } = await diagnosed({ ...load, error });
    expect(again).toEqual([]);
    expect(ends).toMatchObject([
      { partition: HOUR, outcome: 'loaded', merged: { inserted: 1 } },
      { partition: NEXT, outcome: 'loaded', merged: { inserted: 1 } },
    ]);
    expect(await steps.twin.history('outcome')).toEqual([['loaded'], ['loaded']]);
  });
});
