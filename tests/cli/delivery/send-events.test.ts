import { join } from 'node:path';
import { sendEvents } from '../../../cli/delivery/send-events';
import type { Dataset } from '../../../core/dataset';
import { readDatasets } from '../../../service/datasets';
import { ScriptedFirehose, type PutCall } from './scripted-firehose';

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

/** The number of batches that are sent at the same time. */
const IN_FLIGHT = 4;

/** Answers no call of an hour before as many are in as may be in flight. */
function answersTogether(): (call: PutCall) => Promise<{ failing: Record<number, string> }> {
  const waiting: (() => void)[] = [];
  return async ({ arrival }) => {
    const calls = firehose.calls.filter((call) => call.arrival === arrival).length;
    if (calls < IN_FLIGHT) await new Promise<void>((resolve) => waiting.push(resolve));
    else for (const letGo of waiting.splice(0)) letGo();
    return { failing: {} };
  };
}

test('sends every event once, the batches of an hour in parallel, the hours in order', async () => {
  firehose = await ScriptedFirehose.start(answersTogether());
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
  expect(Math.max(...firehose.calls.map(({ besides }) => besides))).toBe(IN_FLIGHT - 1);
  // No call of the hour before is in flight at the first call of an hour.
  expect([0, 6, 12].map((index) => firehose.calls[index]?.besides)).toEqual([0, 0, 0]);
  expect(progress.at(-1)).toBe(9_000);
  expect(progress).toEqual([...progress].sort((left, right) => left - right));
});

test('the source is read no faster than Firehose accepts records', async () => {
  let [read, answered, furthest] = [0, 0, 0];
  const together = answersTogether();
  firehose = await ScriptedFirehose.start(async (call) => {
    const answer = await together(call);
    answered += call.records.length;
    return answer;
  });
  const counted = function* () {
    for (const each of events(['2026-11-23T08'], 40)) {
      read += 1;
      furthest = Math.max(furthest, read - answered);
      yield each;
    }
  };
  expect(await sendEvents(connection(), dataset, counted())).toMatchObject({ records: 20_000 });
  // The batches in flight, the next one, and the event that ends it.
  expect(furthest).toBeLessThanOrEqual((IN_FLIGHT + 1) * 500 + 1);
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
  expect(calls).toBeLessThan(20);
  // A batch that is sent now is the next call.
  await sendEvents(connection(), dataset, events(['2026-11-24T08'], 1));
  expect(firehose.calls.slice(calls).map(({ arrival }) => arrival)).toEqual(['2026-11-24T08']);
});
