import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prefixOfHour } from '../core/prefix';
import type { Inspection, PartitionState } from '../core/states';
import { readDatasets } from '../service/datasets';
import { ROOT } from '../testkit/root';
import { atMost, figure, type Bench, type Measured } from './bench';
import { answerOf } from './fork';
import { startSparseS3, type Reads } from './inspect/sparse-s3';
import { makeHour } from './load/make-hour';
import { packagedHandlers } from './packaged-handlers';

const HOUR = '2026-11-20T08';
const FILES = 1_000;
const FILE_BYTES = 100_000_000;
/** Rows of the file of which all files have the end. */
const ROWS = 1_000_000;

const MOST_REQUESTS = 2;
const MOST_KIBIBYTES = 128;
const MOST_AT_ONCE = 64;
const MOST_MEBIBYTES = 256;

const ABOUT = `Calls the packaged function inspect-files once, in a process of its own, for an hour of ${FILES.toLocaleString('en')} Parquet files of 100 MB. S3 is a small server of the bench on loopback: it lists the files, and each ends with the last bytes of a Parquet file that DuckDB wrote, with a footer for a million rows. It counts what is read of each file, and how many reads are open at once. The seconds say nothing about S3, which needs tens of milliseconds for a read. The memory is the peak of the whole process, with Node.js itself.`;

const REQUESTS = 'the most requests for one file';
const BYTES = 'the most bytes that are read of one file';
const AT_ONCE = 'the most reads at once';
const MEMORY = 'peak memory of the function';

export const inspect: Bench = {
  name: 'inspect',
  title: 'The inspection of an hour of many files',
  about: ABOUT,
  heldBack: {},
  rounds: 3,
  async run({ rounds, note }) {
    return measuredRounds(await inspectRounds(FILES, ROWS, rounds, note));
  },
};

export interface InspectRound {
  readonly reads: Reads;
  readonly result: Inspection;
  readonly seconds: number;
  readonly peakBytes: number;
}

/** Inspects so many files round by round. @param rows of each file, as its footer says. */
export async function inspectRounds(
  files: number,
  rows: number,
  rounds: number,
  note: (text: string) => void,
): Promise<readonly InspectRound[]> {
  const directory = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
  const dataset = readDatasets(ROOT).find(({ name }) => name === 'trips')!;
  const [path = ''] = await makeHour(directory, rows, 1);
  const s3 = await startSparseS3({
    ...{ bucket: 'sluice-bench', prefix: prefixOfHour(dataset.source.prefix, HOUR) },
    ...{ count: files, size: FILE_BYTES, end: endOf(path) },
  });
  try {
    note('packaging the service');
    const handlers = await packagedHandlers(directory, s3.endpoint);
    const { file, env } = handlers.find(({ name }) => name === 'inspect-files')!;
    const found: InspectRound[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      note(`round ${round} of ${rounds}`);
      const order = { file, event: stateOf(`bench-${round}`) };
      const options = { execArgv: [], env: { ...env, LAKE_BUCKET: 'sluice-bench', ...QUIET } };
      const answer = await answerOf<Omit<InspectRound, 'reads'>>('inspect/call-handler.cjs', order, options);
      found.push({ ...answer, reads: s3.takeReads() });
    }
    return found;
  } finally {
    s3.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

const QUIET = { POWERTOOLS_LOG_LEVEL: 'SILENT', POWERTOOLS_METRICS_DISABLED: 'true' };

/** The footer of a file and what follows it. */
function endOf(path: string): Buffer {
  const bytes = readFileSync(path);
  return bytes.subarray(bytes.length - 8 - bytes.readUInt32LE(bytes.length - 8));
}

/** What ListPartitions returns for a partition that was never loaded. */
const stateOf = (execution: string): PartitionState => ({
  ...{ partition: HOUR, reason: 'new', files: 0, built_on: 0, failures: 0 },
  ...{ dataset: 'trips', execution, diagnosis_bytes: 1_000, most_further_copies: 5 },
});

function measuredRounds(rounds: readonly InspectRound[]): Measured {
  const of = (name: string, unit: string, value: (round: InspectRound) => number) =>
    figure(name, unit, rounds.map(value));
  const most = (round: InspectRound, value: (read: { requests: number; bytes: number }) => number) =>
    Math.max(...[...round.reads.byKey.values()].map(value));
  const requests = of(REQUESTS, 'requests', (round) => most(round, (read) => read.requests));
  const bytes = of(BYTES, 'KiB', (round) => most(round, (read) => read.bytes / 1_024));
  const atOnce = of(AT_ONCE, 'reads', ({ reads }) => reads.atOnce);
  const memory = of(MEMORY, 'MiB', ({ peakBytes }) => peakBytes / 2 ** 20);
  return {
    figures: [
      of('files', 'files', ({ result }) => result.files),
      of('seconds', 's', ({ seconds }) => seconds),
      ...[requests, bytes, atOnce, memory],
    ],
    aims: [
      atMost(REQUESTS, MOST_REQUESTS, requests),
      atMost(BYTES, MOST_KIBIBYTES, bytes),
      atMost(AT_ONCE, MOST_AT_ONCE, atOnce),
      atMost(MEMORY, MOST_MEBIBYTES, memory),
    ],
    charts: [],
  };
}
