import { GetExecutionHistoryCommand } from '@aws-sdk/client-sfn';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hourOf } from '../../../core/hour';
import { ROOT } from '../../../testkit/root';
import { ServiceTwin } from '../../../testkit/service-twin';

const HOURS = 16;
/** Milliseconds between two status requests. */
const POLL_INTERVAL = 1_000;
const hoursAgo = (hours: number) => hourOf(new Date(Date.now() - hours * 3_600_000));

/** How often Lambda throttled the execution. */
async function throttles({ twin }: ServiceTwin, execution: string): Promise<number> {
  const executionArn = `${twin.connection.stateMachineArn.replace(':stateMachine:', ':execution:')}:${execution}`;
  let count = 0;
  let nextToken: string | undefined;
  do {
    const page = await twin.connection.stepFunctions.send(
      new GetExecutionHistoryCommand({ executionArn, nextToken, maxResults: 1_000 }),
    );
    count += JSON.stringify(page.events).split('"error":"Lambda.TooManyRequestsException"').length - 1;
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return count;
}

/** An account that runs so many functions at a time. Waits and retries take as long as on AWS. */
async function withHours(
  functionsAtATime: number,
  partitionsAtATime: number,
  check: (deployed: ServiceTwin) => Promise<void>,
) {
  const trips = readFileSync(join(ROOT, 'datasets/trips.yml'), 'utf8');
  expect(trips).toContain('max_concurrency: 4\n');
  const deployed = await ServiceTwin.start(
    { 'trips.yml': trips.replace('max_concurrency: 4\n', `max_concurrency: ${partitionsAtATime}\n`) },
    {},
    { lambdaConcurrency: functionsAtATime, environmentsPerFunction: functionsAtATime, speed: 1 },
  );
  try {
    for (let hour = 3; hour < 3 + HOURS; hour += 1) {
      await deployed.twin.putTrips(hoursAgo(hour), 'a.parquet', [{ trip_id: `trip-${hour}` }]);
    }
    await check(deployed);
    expect((await deployed.twin.sql('SELECT COUNT(*) FROM public.trips')).rows).toEqual([[HOURS]]);
  } finally {
    await deployed.remove();
  }
}

/** A new account runs 10 functions at a time. */
test.each([4, 8])('%i partitions at a time need no more than a new account has', async (partitions) => {
  await withHours(10, partitions, async (deployed) => {
    const { status, execution } = await deployed.twin.load({}, POLL_INTERVAL);
    expect({ status, throttles: await throttles(deployed, execution) }).toEqual({
      status: 'SUCCEEDED',
      throttles: 0,
    });
  });
});

test('more partitions than functions are throttled and retried, and what fails for it is loaded by the next executions', async () => {
  await withHours(4, 8, async (deployed) => {
    const first = await deployed.twin.load({}, POLL_INTERVAL);
    expect(await throttles(deployed, first.execution)).toBeGreaterThan(0);
    let last = first;
    for (let more = 0; last.status !== 'SUCCEEDED' && more < 5; more += 1) {
      const failed = (last.partitions ?? []).filter(({ outcome }) => outcome !== 'loaded');
      expect(new Set(failed.map(({ error }) => error))).toEqual(new Set(['Lambda.TooManyRequestsException']));
      last = await deployed.twin.load({}, POLL_INTERVAL);
    }
    expect(last.status).toBe('SUCCEEDED');
  });
});
