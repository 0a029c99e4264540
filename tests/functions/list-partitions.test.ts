import { RedshiftDataClient } from '@aws-sdk/client-redshift-data';
import { HOUR, Steps } from './steps';

let steps: Steps;
beforeAll(async () => {
  steps = await Steps.start();
});
afterEach(() => steps.twin.reset());
afterAll(() => steps.twin.remove());

const state_machine = 'arn:aws:states:us-east-1:000000000000:stateMachine:sluice-local-load';

test('returns for each partition what later steps need, and makes no statement', async () => {
  const asked = jest.spyOn(RedshiftDataClient.prototype, 'send');
  await steps.twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
  const event = { input: { partition: HOUR }, execution: 'by-hand', state_machine };
  expect(await steps.call('list-partitions', event)).toEqual({
    dataset: 'trips',
    several: false,
    plan: false,
    loads: true,
    newest_loaded: '2026-11-20T07',
    partitions: [
      {
        dataset: 'trips',
        execution: 'by-hand',
        partition: HOUR,
        reason: 'requested',
        files: 1,
        diagnosis_bytes: 100_000,
        most_further_copies: 20,
        built_on: 0,
        failures: 0,
        listed: expect.any(String) as string,
      },
    ],
    unsettled: [],
    unsettled_count: 0,
    unsettled_known: true,
    waiting: 0,
    scheduled: false,
    sweep: false,
    staging: [],
    strays: { count: 0, complete: true, keys: [] },
    next: null,
    max_concurrency: 4,
  });
  expect(asked).not.toHaveBeenCalled();
  asked.mockRestore();
});

test('throws an error with a name that Retry and Catch match', async () => {
  const event = { input: { hour: 8 }, execution: 'x', state_machine };
  await expect(steps.call('list-partitions', event)).rejects.toMatchObject({ name: 'InvalidInput' });
  const deep: unknown = JSON.parse(`{"partition": ${'['.repeat(50_000)}${']'.repeat(50_000)}}`);
  await expect(
    steps.call('list-partitions', { ...event, input: deep, execution: 'deeper than the logger goes' }),
  ).rejects.toMatchObject({ name: 'InvalidInput' });
  await expect(steps.call('list-partitions', {})).rejects.toMatchObject({ name: 'ConfigurationError' });
});

test('refuses a COPY role of another account, which Redshift cannot assume', async () => {
  const event = {
    input: {},
    execution: 'x',
    state_machine: state_machine.replace('000000000000', '111122223333'),
  };
  await expect(steps.call('list-partitions', event)).rejects.toMatchObject({
    name: 'RoleNotAssumable',
    message: expect.stringMatching(
      /sluice-local-copy belongs to account 000000000000, the warehouse to account 111122223333[^]*COPY_ROLE_ARN/,
    ) as string,
  });
});
