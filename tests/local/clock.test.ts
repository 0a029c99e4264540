import { setTimeout as delay } from 'node:timers/promises';
import { compressedClock } from '../../local/clock';

const HOUR = 3_600_000;
const { signal } = new AbortController();

test('an hour passes at once, and the clock shows it', async () => {
  let ahead = 0;
  const clock = compressedClock({ sleeping: 1e-5, onSkip: (ms) => (ahead += ms) });
  const before = { shown: clock.now().getTime(), real: Date.now() };
  await clock.sleep(HOUR, signal);
  const real = Date.now() - before.real;
  expect(real).toBeLessThan(HOUR / 10);
  expect(clock.now().getTime() - before.shown).toBeGreaterThanOrEqual(HOUR);
  expect(ahead + real).toBeGreaterThanOrEqual(HOUR - 10);
  expect(ahead).toBeLessThanOrEqual(HOUR);
});

test('a long sleep ends after all the short ones that it takes, one after the other', async () => {
  const clock = compressedClock({ sleeping: 1e-4 });
  let isOver = false;
  const long = clock.sleep(HOUR, signal).then(() => (isOver = true));
  let passed = 0;
  for (; !isOver; passed += 1) await clock.sleep(HOUR / 60, signal);
  await long;
  // What the machine needs between the sleeps passes, too.
  expect(passed).toBeGreaterThan(50);
  expect(passed).toBeLessThanOrEqual(61);
});

test('no sleep is shortened while work goes on', async () => {
  const clock = compressedClock({ sleeping: 1e-6 });
  let isOver = false;
  const sleeping = clock.sleep(HOUR, signal).then(() => (isOver = true));
  const seen = await clock.during(async () => {
    await delay(50);
    return isOver;
  });
  expect(seen).toBe(false);
  await sleeping;
  expect(isOver).toBe(true);
});

test('a sleep that is aborted is over, and skips nothing', async () => {
  const clock = compressedClock({ sleeping: 1 });
  const over = new AbortController();
  const before = clock.now().getTime();
  const sleeping = clock.sleep(HOUR, over.signal);
  over.abort(new Error('enough'));
  await expect(sleeping).rejects.toThrow('enough');
  await expect(clock.sleep(HOUR, over.signal)).rejects.toThrow('enough');
  expect(clock.now().getTime() - before).toBeLessThan(HOUR);
});
