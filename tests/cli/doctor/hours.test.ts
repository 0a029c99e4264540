import { runDoctor, type DoctorDocument } from '../../../cli/doctor';
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

async function wrong() {
  const captured = new CapturedOutput(true);
  const code = await runDoctor(twin.connection, captured.output);
  const { findings } = captured.document<DoctorDocument>();
  return { code, findings: findings.filter(({ ok }) => !ok) };
}

async function text(options: { verbose?: boolean } = {}): Promise<string> {
  const captured = new CapturedOutput(false);
  await runDoctor(twin.connection, captured.output, { width: 80, ...options });
  return captured.stdout;
}

test('hours that fail and an execution that failed are found, named first, and put right by the printed command', async () => {
  await twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
  await twin.load();
  expect(await wrong()).toEqual({ code: 0, findings: [] });
  expect(await text()).toMatch(/^✔ \d+ things checked, nothing to fix [^]*\n✔ Hours +3 checked\n/);

  const bad = addHours(HOUR, 1);
  const key = twin.keyOf(bad, 'bad.parquet');
  await twin.put(key, 'this is no Parquet');
  const { execution } = await twin.load();
  expect(await wrong()).toEqual({
    code: 1,
    findings: [
      expect.objectContaining({
        check: 'the last execution succeeded',
        text: expect.stringContaining(`${execution} ended FAILED`) as string,
        fix: expect.stringContaining(`npx sluice runs ${execution}`) as string,
      }),
      expect.objectContaining({
        check: 'every hour is loaded',
        subject: `dataset trips, ${bad}`,
        text: expect.stringContaining('it failed: UnreadableFile: ') as string,
        fix: expect.stringContaining(`npx sluice load ${bad} --state-dir ${twin.stateDirectory}`) as string,
      }),
    ],
  });
  const shown = await text();
  expect(shown).toMatch(/^✗ \d+ things checked, 2 to fix /);
  expect(shown).toMatch(/\n✗ Hours +3 checked, 2 to fix\n/);
  expect(shown).not.toContain('COPY role trusts Redshift');
  expect(await text({ verbose: true })).toContain('\n  ✔ COPY role trusts Redshift: ');

  await twin.putTrips(bad, 'bad.parquet', [{ trip_id: 'b' }]);
  await twin.load({ partition: bad });
  expect(await wrong()).toEqual({ code: 0, findings: [] });
});

test('a dataset that has begun and gets nothing any more is found', async () => {
  await twin.putTrips(addHours(HOUR, -24 * 5), 'a.parquet', [{ trip_id: 'a' }]);
  await twin.load({ partition: addHours(HOUR, -24 * 5) });
  expect(await wrong()).toMatchObject({
    code: 1,
    findings: [{ check: 'files arrive', text: 'nothing has arrived in the last 48 hours' }],
  });
});
