import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import { setTimeout as sleep } from 'node:timers/promises';
import { ledgerOf } from '../../../cli/ledger/ledger-of';
import type { LoadDocument } from '../../../cli/load/document';
import { runRuns, type RunsDocument } from '../../../cli/runs';
import { inputWords } from '../../../cli/runs/input-words';
import { runOneRun, type RunDocument } from '../../../cli/runs/one';
import { stateTimes } from '../../../cli/runs/state-times';
import { goingOn } from '../../../cli/shared/going-on';
import { runStop, type StopDocument } from '../../../cli/stop';
import { runWatch } from '../../../cli/watch';
import { addHours, hourOf } from '../../../core/hour';
import { CapturedOutput } from '../../../testkit/captured-output';
import { TestTwin } from '../../../testkit/test-twin';

const HOUR = addHours(hourOf(new Date()), -5);
let twin: TestTwin;
beforeAll(async () => {
  twin = await TestTwin.shared();
});
afterEach(() => twin.reset());
afterAll(() => twin.remove());

async function start(input: object): Promise<string> {
  const name = `runs-test-${Math.random().toString(16).slice(2, 10)}`;
  const { stateMachineArn } = twin.connection;
  const request = { stateMachineArn, name, input: JSON.stringify(input) };
  await twin.connection.stepFunctions.send(new StartExecutionCommand(request));
  return name;
}

const texts = async (run: (output: CapturedOutput['output']) => Promise<number>) => {
  const captured = new CapturedOutput(false);
  return { code: await run(captured.output), text: captured.stdout };
};

test('executions are listed and shown with what they loaded, and nobody asks the warehouse', async () => {
  await twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
  const { execution: good } = await twin.load({ partition: HOUR });
  await twin.put(twin.keyOf(HOUR, 'bad.parquet'), 'this is no Parquet');
  const { execution: bad } = await twin.load({ partition: HOUR });
  let statements = 0;
  twin.twin.faults.observe(({ service }) => {
    if (service === 'redshift-data') statements += 1;
  });
  const { connection } = twin;
  const listed = new CapturedOutput(true);
  expect(await runRuns(connection, listed.output, { limit: 2 })).toBe(0);
  expect(listed.document<RunsDocument>().executions).toMatchObject([
    { name: bad, status: 'FAILED', error: 'UnreadableFile', partitions: null },
    { name: good, status: 'SUCCEEDED', partitions: 1, failed: 0, rows_inserted: 1, error: null },
  ]);
  const list = await texts((output) => runRuns(connection, output, { limit: 2, width: 80, colour: false }));
  expect(list.text).toContain(`npx sluice runs ${bad} --state-dir ${twin.stateDirectory}`);
  expect(list.text.split('\n').filter((line) => line.length > 80 && !line.startsWith('npx'))).toEqual([]);

  // The end of a name is enough, and it is what the list shows.
  const one = new CapturedOutput(true);
  expect(await runOneRun(connection, one.output, good.slice(-8))).toBe(0);
  const { name, states, report } = one.document<RunDocument>();
  expect(name).toBe(good);
  expect(report?.partitions).toMatchObject([{ partition: HOUR, outcome: 'loaded' }]);
  expect(states.map(({ state }) => state)).toEqual(
    expect.arrayContaining(['ListPartitions', 'LoadPartitions', 'MergeIntoTarget', 'ReportLoad']),
  );
  const failed = await texts((output) => runOneRun(connection, output, bad));
  expect(failed.code).toBe(1);
  expect(failed.text).toContain(`\nAgain: npx sluice load ${HOUR} --state-dir `);
  expect(failed.text).toContain(`or with the input {"partition":"${HOUR}"}`);
  twin.twin.faults.observe(undefined);
  expect(statements).toBe(0);

  await expect(runOneRun(connection, one.output, 'nothing-like-it')).rejects.toThrow(
    'No execution is called',
  );
  await expect(runOneRun(connection, one.output, 'trips-')).rejects.toThrow(
    /executions have "trips-" in their/,
  );
});

test('an execution that runs is watched to its end; one that has ended, and none, are said', async () => {
  await twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
  const name = await start({ partition: HOUR });
  const captured = new CapturedOutput(true);
  expect(await runWatch(twin.connection, captured.output)).toBe(0);
  expect(captured.document<LoadDocument>()).toMatchObject({
    ...{ execution: name, status: 'SUCCEEDED' },
    partitions: [{ partition: HOUR, outcome: 'loaded' }],
  });
  const none = await texts((output) => runWatch(twin.connection, output));
  expect(none.code).toBe(0);
  expect(none.text).toContain('No execution runs. The last one ended SUCCEEDED');
  const ended = await texts((output) => runStop(twin.connection, output, name));
  expect(ended.text).toContain(`${name} has ended already: SUCCEEDED. Nothing was stopped.`);
});

test('an execution is stopped with a command that loads its hours, and the next load makes up for it', async () => {
  await twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
  const fault = { type: 'delay', ms: 3_000 } as const;
  twin.twin.faults.set([
    { service: 'redshift-data', operation: 'statement', match: '^COPY', times: 9, fault },
  ]);
  const name = await start({ partition: HOUR });
  const ledger = ledgerOf(twin.connection, twin.connection.datasets[0]!);
  while ((await ledger.read()).running.length === 0) await sleep(50);
  const captured = new CapturedOutput(true);
  expect(await runStop(twin.connection, captured.output, name)).toBe(0);
  expect(captured.document<StopDocument>()).toEqual({
    ...{ execution: name, status: 'ABORTED', stopped: true },
    hours: [HOUR],
  });
  twin.twin.faults.clear();
  expect(await twin.load()).toMatchObject({ status: 'SUCCEEDED', partitions: [{ partition: HOUR }] });
  expect(await twin.target()).toHaveLength(1);
});

test('Ctrl-C says how to follow and how to end what goes on', () => {
  const connection = { ...twin.connection, followed: new Set(['trips-new-1']) };
  const at = `--state-dir ${twin.stateDirectory}`;
  expect(goingOn(connection, 'on the running twin').message).toBe(
    `Interrupted. Execution trips-new-1 continues on the running twin.\n  npx sluice watch trips-new-1 ${at}\n  npx sluice stop trips-new-1 ${at}`,
  );
  connection.followed.clear();
  expect(goingOn(connection, 'in stage dev').message).toContain('continues there');
});

test.each([
  ['{}', 'what is due'],
  ['{"plan":true}', 'plan of what is due'],
  ['{"partition":"2026-11-23T08"}', '2026-11-23T08'],
  [
    '{"from":"2026-11-23T00","to":"2026-11-23T08","due":true}',
    'what is due of 2026-11-23T00 to 2026-11-23T08',
  ],
  ['{"partition":"\\u001b[31m"}', 'unreadable: {"partition":"\\u001b[31m"}'],
  ['{', 'unreadable: {'],
])('an execution with %s loads %s', (input, words) => {
  expect(inputWords(input)).toBe(words);
});

test('states of branches that run beside each other are told apart', () => {
  const at = (seconds: number) => new Date(seconds * 1_000);
  const entered = (id: number, previousEventId: number, seconds: number, name: string) => ({
    ...{ id, previousEventId, timestamp: at(seconds), type: 'TaskStateEntered' as const },
    stateEnteredEventDetails: { name },
  });
  const exited = (id: number, previousEventId: number, seconds: number, name: string) => ({
    ...{ id, previousEventId, timestamp: at(seconds), type: 'TaskStateExited' as const },
    stateExitedEventDetails: { name },
  });
  const events = [
    entered(1, 0, 0, 'Map'),
    entered(2, 1, 0, 'Copy'),
    entered(3, 1, 1, 'Copy'),
    exited(4, 3, 3, 'Copy'),
    exited(5, 2, 5, 'Copy'),
    entered(6, 5, 5, 'Merge'),
    { id: 7, previousEventId: 6, timestamp: at(9), type: 'TaskScheduled' as const },
  ];
  expect(stateTimes(events)).toEqual([
    // It has not ended.
    { state: 'Map', count: 1, total: 9, longest: 9 },
    { state: 'Copy', count: 2, total: 7, longest: 5 },
    { state: 'Merge', count: 1, total: 4, longest: 4 },
  ]);
});
