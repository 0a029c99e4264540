import { transformBufferMegabytes } from '../../core/transform-buffer';
import type { AnsweredRecord } from '../../functions/shared/transform-batch';
import { handler } from '../../functions/transform-records';
import { readDatasets } from '../../service/datasets';
import { ROOT } from '../../testkit/root';
import { bareTransform, batchOf } from './batch';

export interface TransformOrder {
  readonly rounds: number;
  /** Batches of each side in a round. */
  readonly batches: number;
  /** Small batches, between which the memory is read. */
  readonly small: number;
}

export interface TransformResult {
  readonly records: number;
  /** Seconds of each round. */
  readonly transform: readonly number[];
  readonly bare: readonly number[];
  /** Bytes in use after a tenth of the small batches and after all, each time after a collection. */
  readonly heap: readonly [number, number];
}

const STREAM = 'arn:aws:firehose:us-east-1:000000000000:deliverystream/sluice-local-trips';
const SMALL_BYTES = 8 * 1_024;

async function measure({ rounds, batches, small }: TransformOrder): Promise<TransformResult> {
  const dataset = readDatasets(ROOT).find(({ name }) => name === 'trips')!;
  const records = batchOf(transformBufferMegabytes(dataset) * 2 ** 20, 1);
  const transformed = async (batch = records) =>
    (await handler({ invocationId: 'bench', deliveryStreamArn: STREAM, records: batch })).records;
  const bare = () => Promise.resolve(bareTransform(records));

  assertAccepted(await transformed());
  await bare();
  const times: { transform: number[]; bare: number[] } = { transform: [], bare: [] };
  for (let round = 0; round < rounds; round += 1) {
    times.transform.push(await secondsOf(batches, transformed));
    times.bare.push(await secondsOf(batches, bare));
  }

  const smallBatches = Array.from({ length: 10 }, (_, seed) => batchOf(SMALL_BYTES, seed));
  const transformSmall = (count: number) => {
    let turn = 0;
    return secondsOf(count, () => transformed(smallBatches[turn++ % smallBatches.length]));
  };
  await transformSmall(small / 10);
  const early = heapUsed();
  await transformSmall(small - small / 10);
  return { records: records.length, ...times, heap: [early, heapUsed()] };
}

async function secondsOf(count: number, run: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  for (let each = 0; each < count; each += 1) await run();
  return (performance.now() - started) / 1_000;
}

function heapUsed(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

/** A refused event costs less. */
function assertAccepted(records: readonly AnsweredRecord[]): void {
  const refused = records.filter(({ result }) => result !== 'Ok').length;
  if (refused > 0) throw new Error(`the transform refused ${refused} of ${records.length} events`);
}

void measure(JSON.parse(process.argv[2]!) as TransformOrder).then((result) => process.send?.(result));
