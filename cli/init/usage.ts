import { UsageError } from '../shared/output';

export interface InitOptions {
  /** The sample: NDJSON or Parquet; `-` for NDJSON on standard input. */
  readonly file: string;
  /** The name of the dataset. Default: that of the file to write or of the sample. */
  readonly name?: string;
  /** Columns, separated by commas. */
  readonly key?: string;
  readonly versionColumn?: string;
  readonly eventTime?: string;
  /** The dataset file to write. Default: stdout. */
  readonly out?: string;
  /** Whether `out` may exist. */
  readonly force?: boolean;
  readonly check?: boolean;
  /** The dataset to compare the sample with. */
  readonly dataset?: string;
  readonly stage?: string;
}

/** Options that make a dataset file, and so do not go with --check. */
const OF_MAKING = [
  ['name', '--name'],
  ['key', '--key'],
  ['versionColumn', '--version-column'],
  ['eventTime', '--event-time'],
  ['out', '--out'],
  ['force', '--force'],
] as const;

/** @throws UsageError */
export function checkInit(options: InitOptions): void {
  if (options.stage !== undefined) {
    throw new UsageError('This command reads a file and needs no deployment: it has no --stage.');
  }
  if (options.check) {
    const given = OF_MAKING.find(([name]) => options[name] !== undefined);
    if (given)
      throw new UsageError(`--check compares, and writes no dataset file: it does not go with ${given[1]}.`);
    return;
  }
  if (options.dataset !== undefined) {
    throw new UsageError('--dataset names what --check compares with. The name of a new dataset is --name.');
  }
  if (options.force && options.out === undefined) {
    throw new UsageError('--force is for the file that --out names: without --out nothing is written over.');
  }
}
