import { ROOT } from '../testkit/root';
import { atLeast, atMost, figure, type Bench, type Measured } from './bench';
import { answerOf } from './fork';
import type { TransformOrder, TransformResult } from './transform/process';

const LEAST_SHARE = 0.6;
const MOST_GROWTH_MEBIBYTES = 1;
const BATCHES = 10;
const SMALL_BATCHES = 10_000;

const ABOUT = `Calls the handler of transform-records with a batch of trips that fills the stream’s buffer, one event in each record, and in turn the bare work on the same batch: decode base64, JSON.parse, JSON.stringify, encode base64, which checks nothing and would round long numbers. A round is 10 batches of each, in one process. Then it calls the handler ${SMALL_BATCHES.toLocaleString('en')} times with small batches of 8 KiB of events, and reads the memory after a tenth of them and at the end, each time after a collection.`;

const SHARE = 'the transform’s share of the bare speed';
const GROWTH = `memory after ${SMALL_BATCHES.toLocaleString('en')} batches, beyond that after a tenth`;

export const transform: Bench = {
  name: 'transform',
  title: 'The transform of a stream',
  about: ABOUT,
  heldBack: {
    [SHARE]:
      'The checks. JSON.parse takes an event of trips in 1.9 µs and core/json-reader.ts, which keeps all digits, in 3.0 µs; JSON.stringify takes 3.4 µs. About 10 µs of the 17 µs of core/transform.ts are for its eight values: three times, a decimal, a key that must not end with a blank, text that must fit. A profile shows no single place: a sixth is the collection of what they allocate.',
  },
  rounds: 7,
  async run({ rounds, note }) {
    note(`${rounds} rounds of ${BATCHES} batches, then ${SMALL_BATCHES} small ones`);
    return measuredTransform(await runTransform({ rounds, batches: BATCHES, small: SMALL_BATCHES }), BATCHES);
  },
};

/** @throws Error if the transform refuses an event. */
export const runTransform = (order: TransformOrder): Promise<TransformResult> =>
  answerOf('transform/process.ts', order, {
    execArgv: ['--expose-gc', '--require', 'tsx/cjs'],
    env: { LAMBDA_TASK_ROOT: ROOT, POWERTOOLS_LOG_LEVEL: 'SILENT', POWERTOOLS_METRICS_DISABLED: 'true' },
  });

function measuredTransform({ records, transform, bare, heap }: TransformResult, batches: number): Measured {
  const speed = (name: string, times: readonly number[]) =>
    figure(
      name,
      'records/s',
      times.map((seconds) => (records * batches) / seconds),
    );
  const share = figure(
    SHARE,
    '×',
    transform.map((seconds, round) => (bare[round] ?? NaN) / seconds),
  );
  const growth = figure(GROWTH, 'MiB', [(heap[1] - heap[0]) / 2 ** 20]);
  return {
    figures: [
      figure('records of a batch', 'records', [records]),
      speed('the transform', transform),
      speed('the bare work', bare),
      share,
      growth,
    ],
    aims: [atLeast(SHARE, LEAST_SHARE, share), atMost(GROWTH, MOST_GROWTH_MEBIBYTES, growth)],
    charts: [],
  };
}
