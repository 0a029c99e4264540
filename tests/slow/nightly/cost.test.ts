import { figuresOf } from '../../../bench/cost/counted';
import { runDesign, type Uses } from '../../../bench/cost/run';
import { SCENARIOS, type Scenario, type ScenarioName } from '../../../bench/cost/scenarios';

/** A month. */
const IDLE_HOURS = 730;

/** The scenarios of `npm run bench:cost`, with fewer hours and files. */
const SHORT = Object.fromEntries(
  Object.entries<Scenario>(SCENARIOS).map(([name, scenario]) => [
    name,
    {
      ...scenario,
      hours: name === 'idle' ? IDLE_HOURS : Math.min(scenario.hours, 2),
      textbookHours: Math.min(scenario.hours, 2),
      files: Math.min(scenario.files, 3),
      ...(scenario.together === undefined ? {} : { together: Math.min(scenario.together, 20) }),
    },
  ]),
) as unknown as Readonly<Record<ScenarioName, Scenario>>;

let sluice: Uses;
let textbook: Uses;
beforeAll(async () => {
  sluice = await runDesign('Sluice', undefined, SHORT);
  textbook = await runDesign('textbook', undefined, SHORT);
}, 1_200_000);

const inAnHour = (uses: Uses, name: ScenarioName) => figuresOf(uses[name], { of: 'hour' });

test('an idle month has no statement at all, and the warehouse sleeps', () => {
  expect(sluice.idle).toHaveLength(IDLE_HOURS);
  for (const { counts, warehouse } of [...sluice.idle, ...sluice.threeIdle]) {
    expect(counts.data_api).toBeUndefined();
    expect(warehouse).toMatchObject({ wake_ups: 0, billed_rpu_seconds: 0 });
    expect(counts.transitions).toBeGreaterThan(0);
  }
  expect(inAnHour(textbook, 'idle')).toMatchObject({ submits: 1, wake_ups: 1, warehouse_seconds: 60 });
});

test('datasets of the same minute share one window', () => {
  for (const { counts, warehouse } of sluice.three) {
    expect(warehouse.wake_ups).toBe(1);
    expect(counts.executions).toEqual({ 'sluice-local-load': 3 });
  }
});

test('ten minutes of a COPY pass in the meter’s time: in the window, and in the function that awaits it', () => {
  const [one, slow] = [inAnHour(sluice, 'one'), inAnHour(sluice, 'slow')];
  expect(slow.warehouse_seconds).toBeGreaterThanOrEqual(600);
  expect(slow.warehouse_seconds).toBeLessThan(660);
  expect(slow.wake_ups).toBe(1);
  // The function has half a gigabyte, and waits nearly all of the time.
  expect(slow.gb_seconds - one.gb_seconds).toBeGreaterThan(250);
  expect(slow.submits).toBe(one.submits);
});

test('the textbook design asks every ten seconds of it', () => {
  const [one, slow] = [inAnHour(textbook, 'one'), inAnHour(textbook, 'slow')];
  expect(slow.warehouse_seconds).toBeGreaterThanOrEqual(600);
  const polls = (slow.transitions - one.transitions) / 3;
  expect(slow.other_data_api_calls - one.other_data_api_calls).toBe(polls);
  // It polls once more or less if the machine is slow.
  expect(polls).toBeGreaterThanOrEqual(57);
  expect(polls).toBeLessThanOrEqual(60);
});
