import { estimator } from '../../../cli/load/estimate';
import { runPlan, type PlanDocument } from '../../../cli/load/plan';
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

async function plan(input: object, options: { rows?: boolean } = {}) {
  let statements = 0;
  twin.twin.faults.observe(({ operation }) => {
    if (operation === 'statement') statements += 1;
  });
  const [document, text] = [new CapturedOutput(true), new CapturedOutput(false)];
  const code = await runPlan(twin.connection, document.output, { ...input, plan: true }, options);
  await runPlan(twin.connection, text.output, { ...input, plan: true }, { ...options, width: 80 });
  twin.twin.faults.observe(undefined);
  return { code, statements, ...document.document<PlanDocument>(), text: text.stdout };
}

test('a plan tells reason, files, bytes, rows and what they take, and makes no statement', async () => {
  await twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }, { trip_id: 'b' }]);
  expect(await plan({})).toMatchObject({
    ...{ code: 0, statements: 0 },
    partitions: [{ partition: HOUR, reason: 'new', files: 1, rows: 2 }],
  });
  await twin.load();
  await twin.putTrips(HOUR, 'b.parquet', [{ trip_id: 'c' }]);
  await twin.put(twin.keyOf(addHours(HOUR, 1), 'bad.parquet'), 'this is no Parquet');
  const { text, statements, partitions, estimated_dollars } = await plan({
    from: HOUR,
    to: addHours(HOUR, 1),
  });
  expect(statements).toBe(0);
  expect(partitions).toMatchObject([
    { partition: HOUR, reason: 'requested', rows: 3, seconds: expect.any(Number) as number },
    // Its rows are in no footer.
    { partition: addHours(HOUR, 1), rows: null, seconds: null },
  ]);
  expect(estimated_dollars).toBeNull();
  expect(text).toMatch(/^hour +reason +files +bytes +rows +seconds\n/);
  expect(text).toContain('2 partitions would be loaded.');
  expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
  expect((await plan({ partition: HOUR })).text).toMatch(/run for about \d+ s:\sat least \$0\.05/);
});

test('with --rows it counts what the target holds of the hours, by one statement', async () => {
  await twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }, { trip_id: 'b' }]);
  await twin.putTrips(addHours(HOUR, 2), 'a.parquet', [{ trip_id: 'c' }]);
  await twin.load({ partition: HOUR });
  // The two plans of the document and of the text ask once each.
  expect(await plan({ from: HOUR, to: addHours(HOUR, 2) }, { rows: true })).toMatchObject({
    statements: 2,
    partitions: [
      { partition: HOUR, rows: 2, in_target: 2 },
      { partition: addHours(HOUR, 2), rows: 1, in_target: 0 },
    ],
    text: expect.stringMatching(/^hour +reason +files +bytes +rows +in target +seconds\n/) as string,
  });
});

test('nothing that is due looks like nothing', async () => {
  expect((await plan({})).text).toMatch(/^Nothing would be loaded: no hour is due\.\n/);
});

test('what a load takes is the line that fits the last ones', () => {
  expect(estimator([])).toBeUndefined();
  expect(estimator([{ rows: 100, seconds: 2 }])?.(1_000)).toBe(2);
  const line = estimator([10, 20, 30].map((rows) => ({ rows, seconds: 5 + rows / 10 })));
  expect(line?.(100)).toBeCloseTo(15);
  // More rows never take less time, and no number of rows takes less than none.
  expect(
    estimator([
      { rows: 1, seconds: 9 },
      { rows: 3, seconds: 1 },
    ])?.(100),
  ).toBe(5);
  expect(
    estimator([
      { rows: 10, seconds: 1 },
      { rows: 20, seconds: 4 },
    ])?.(1),
  ).toBeGreaterThan(0);
});
