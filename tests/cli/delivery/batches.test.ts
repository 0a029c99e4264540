import {
  BATCH_LIMITS,
  batchesOf,
  RECORD_BYTES,
  type Batch,
  type OversizeRecord,
} from '../../../cli/delivery/batches';
import type { Arrival } from '../../../cli/trips/arrival';

const line = (number: number, bytes: number, arrival?: string): Arrival => ({
  arrival,
  line: number,
  bytes,
  data: Buffer.alloc(bytes, 'x'),
});

async function pack(arrivals: readonly Arrival[]): Promise<{ batches: Batch[]; oversize: OversizeRecord[] }> {
  const batches: Batch[] = [];
  const oversize: OversizeRecord[] = [];
  for await (const batch of batchesOf(arrivals, (record) => oversize.push(record))) batches.push(batch);
  return { batches, oversize };
}

test('a batch holds at most 500 records', async () => {
  const { batches } = await pack(Array.from({ length: 1_001 }, (_, index) => line(index + 1, 1)));
  expect(batches.map(({ records }) => records.length)).toEqual([500, 500, 1]);
});

test('a batch holds at most 4 MiB, to the byte', async () => {
  const quarter = BATCH_LIMITS.bytes / 8;
  const { batches } = await pack([
    ...Array.from({ length: 8 }, (_, index) => line(index + 1, quarter)),
    line(9, 1),
  ]);
  expect(batches.map(({ records }) => records.length)).toEqual([8, 1]);
  const { batches: over } = await pack([
    ...Array.from({ length: 7 }, (_, index) => line(index + 1, quarter)),
    line(8, quarter + 1),
  ]);
  expect(over.map(({ records }) => records.length)).toEqual([7, 1]);
});

test('a batch holds one hour of arrival, in order', async () => {
  const events = ['08', '08', '09', '08'].map((hour, n) => ({ arrival: `2026-11-23T${hour}`, event: { n } }));
  const { batches } = await pack(events);
  expect(
    batches.map(({ arrival, records }) => [arrival, records.map((record) => Buffer.from(record).toString())]),
  ).toEqual([
    ['2026-11-23T08', ['{"n":0}', '{"n":1}']],
    ['2026-11-23T09', ['{"n":2}']],
    ['2026-11-23T08', ['{"n":3}']],
  ]);
});

test('a record of 1,000 KiB is sent; a larger one is reported and does not stop the others', async () => {
  const { batches, oversize } = await pack([
    line(1, RECORD_BYTES),
    line(2, RECORD_BYTES + 1),
    { line: 3, bytes: 9_000_000 },
    { arrival: '2026-11-23T08', event: { text: 'x'.repeat(RECORD_BYTES) } },
    line(5, 1),
  ]);
  expect(batches.flatMap(({ records }) => records.map((record) => record.length))).toEqual([RECORD_BYTES, 1]);
  expect(oversize).toEqual([
    { line: 2, bytes: RECORD_BYTES + 1 },
    { line: 3, bytes: 9_000_000 },
    { line: null, bytes: RECORD_BYTES + '{"text":""}'.length },
  ]);
});

test('no arrivals give no batch', async () => {
  expect(await pack([])).toEqual({ batches: [], oversize: [] });
});

test('a batch does not wait for a source that lets wait, and the rest comes later', async () => {
  let goOn = () => {};
  const waits = new Promise<void>((resolve) => (goOn = resolve));
  const source = async function* () {
    yield line(1, 1);
    yield line(2, 1);
    await waits;
    yield line(3, 1);
  };
  const sizes: number[] = [];
  for await (const { records } of batchesOf(source(), () => {}, 5)) {
    sizes.push(records.length);
    goOn();
  }
  expect(sizes).toEqual([2, 1]);
});

test('whoever stops taking batches does not wait for a source that lets wait', async () => {
  let closed = false;
  const source = async function* () {
    try {
      yield line(1, 1);
      await new Promise(() => {});
    } finally {
      closed = true;
    }
  };
  const batches = batchesOf(source(), () => {}, 5);
  expect((await batches.next()).value).toMatchObject({ records: { length: 1 } });
  await batches.return(undefined);
  // The source is still waiting.
  expect(closed).toBe(false);
});
