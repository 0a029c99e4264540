import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { sendEvents } from '../../../cli/delivery/send-events';
import type { Dataset } from '../../../core/dataset';
import { readDatasets } from '../../../service/datasets';
import { ScriptedFirehose } from './scripted-firehose';

const dataset = readDatasets(join(__dirname, '../../..')).find(({ name }) => name === 'trips')!;

let firehose: ScriptedFirehose;
afterEach(() => firehose.stop());

const connection = () => ({
  firehose: firehose.client,
  streamOf: ({ name }: Dataset) => `stream-of-${name}`,
});

/** Events that fill `batches` batches in each hour. */
function* events(hours: readonly string[], batches: number) {
  for (const arrival of hours)
    for (let n = 0; n < batches * 500; n += 1) yield { arrival, event: { arrival, n } };
}

test('sends every event once, the batches of an hour in parallel, the hours in order', async () => {
  firehose = await ScriptedFirehose.start(async () => {
    await pause(20);
    return { failing: {} };
  });
  const progress: number[] = [];
  const sent = await sendEvents(
    connection(),
    dataset,
    events(['2026-11-23T08', '2026-11-23T09', '2026-11-23T10'], 6),
    {
      onProgress: (records) => progress.push(records),
    },
  );
  expect(sent).toEqual({ records: 9_000, batches: 18, oversize: [] });
  expect(new Set(firehose.calls.flatMap(({ records }) => records)).size).toBe(9_000);
  expect(firehose.calls.map(({ arrival }) => arrival)).toEqual(
    ['2026-11-23T08', '2026-11-23T09', '2026-11-23T10'].flatMap((hour) => Array<string>(6).fill(hour)),
  );
  expect(Math.max(...firehose.calls.map(({ besides }) => besides))).toBe(3);
  // No call of the hour before is in flight at the first call of an hour.
  expect([0, 6, 12].map((index) => firehose.calls[index]?.besides)).toEqual([0, 0, 0]);
  expect(progress.at(-1)).toBe(9_000);
  expect(progress).toEqual([...progress].sort((left, right) => left - right));
});

test('the source is read no faster than Firehose accepts records', async () => {
  let read = 0;
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  firehose = await ScriptedFirehose.start(async () => {
    await held;
    return { failing: {} };
  });
  const counted = function* () {
    for (const each of events(['2026-11-23T08'], 40)) {
      read += 1;
      yield each;
    }
  };
  const sending = sendEvents(connection(), dataset, counted());
  while (firehose.calls.length < 4) await pause(5);
  await pause(50);
  expect(read).toBeLessThanOrEqual(5 * 500 + 1);
  release();
  expect(await sending).toMatchObject({ records: 20_000 });
});

test('an error ends the sending after the sends in flight, and closes the source', async () => {
  let closed = false;
  firehose = await ScriptedFirehose.start((_call, number) =>
    number === 3 ? { status: 400, code: 'ResourceNotFoundException' } : { failing: {} },
  );
  const source = function* () {
    try {
      yield* events(['2026-11-23T08', '2026-11-23T09'], 10);
    } finally {
      closed = true;
    }
  };
  await expect(sendEvents(connection(), dataset, source())).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
  expect(closed).toBe(true);
  const calls = firehose.calls.length;
  await pause(50);
  expect(firehose.calls).toHaveLength(calls);
  expect(calls).toBeLessThan(20);
});
