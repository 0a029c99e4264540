import { ListStatementsCommand } from '@aws-sdk/client-redshift-data';
import { CANCEL_SECONDS, SHORT_STATEMENT_SECONDS } from '../../functions/shared/warehouse';
import { functionDefinitions } from '../../resources/functions';
import { parseSettings } from '../../resources/settings';
import { HOUR, Steps } from './steps';

let steps: Steps;
beforeAll(async () => {
  steps = await Steps.start();
});
afterEach(() => steps.twin.reset());
afterAll(() => steps.twin.remove());

test('a statement that waits for too long is cancelled before Lambda ends the function, and the step is retried', async () => {
  const seconds = CANCEL_SECONDS + 2;
  const listing = await steps.listing();
  steps.twin.twin.faults.set([
    { service: 'redshift-data', operation: 'statement', fault: { type: 'statement', status: 'STARTED' } },
  ]);
  await expect(steps.prepared({ partition: HOUR }, listing, seconds)).rejects.toMatchObject({
    name: 'WarehouseBusy',
    message: expect.stringMatching(/after [12] seconds and was cancelled; it changed nothing/) as string,
  });
  const { Statements = [] } = await steps.twin.connection.redshiftData.send(
    new ListStatementsCommand({ Status: 'ALL', MaxResults: 1 }),
  );
  expect(Statements).toMatchObject([
    { StatementName: `trips ${steps.execution} PrepareWarehouse`, Status: 'ABORTED' },
  ]);
});

test('an invocation has its own time, however little the one before in its environment had', async () => {
  const listing = await steps.listing();
  const prepare = (seconds: number) => steps.prepared({ partition: HOUR }, listing, seconds);
  await prepare(CANCEL_SECONDS + 2);
  steps.twin.twin.faults.set([
    { service: 'redshift-data', operation: 'statement', fault: { type: 'delay', ms: 4_000 } },
  ]);
  expect(await prepare(900)).toMatchObject({ listing: { dataset: 'trips' } });
});

/** Statements that a function waits for, one after the other. */
test.each([
  ['prepareWarehouse', 4],
  ['recordEmpty', 1],
  ['mergeIntoTarget', 1],
  ['diagnoseFailure', 3],
  ['sweepLeftovers', 1],
])('%s has time for its %i short statements, each of 150 seconds and cancelled', (name, statements) => {
  expect(SHORT_STATEMENT_SECONDS).toBe(150);
  const { timeout } = functionDefinitions(parseSettings('sluice', 'dev', 'us-east-1', {}, String))[name]!;
  expect(timeout).toBeGreaterThanOrEqual(statements * (SHORT_STATEMENT_SECONDS + CANCEL_SECONDS));
});
