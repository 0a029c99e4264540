import { isRefusedKey } from './delivery/refused-key';
import { datasetOfKey, datasetOfRefused } from './inspect/dataset-of';
import { fileText, inspectFile } from './inspect/inspect-file';
import { filesText, inspectFiles } from './inspect/inspect-files';
import { inspectRefused, refusedText } from './inspect/inspect-refused';
import { localTarget } from './inspect/local-target';
import { isS3Url, s3Target } from './inspect/s3-target';
import type { Connection } from './shared/connection';
import type { Output } from './shared/output';

export interface InspectOptions {
  /** A file, a directory, `s3://bucket/key` or `s3://bucket/prefix/`. */
  readonly target: string;
  /** First rows of a file to show. */
  readonly rows: number;
  /** The dataset to compare with; left out, the one in whose hours a file stands. */
  readonly dataset?: string;
  /** Characters of a line; left out, the terminal's. */
  readonly width?: number;
}

/**
 * Shows what is in a Parquet file, in which files of a prefix the columns differ, or why events were refused.
 * @param connection without `s3` only local paths can be read.
 * @returns the exit code: 1 where a file cannot be read.
 * @throws UsageError where there is nothing at the path.
 */
export async function runInspect(
  { s3, datasets }: Pick<Connection, 'datasets'> & Partial<Pick<Connection, 's3'>>,
  output: Output,
  { target: path, rows, dataset, width }: InspectOptions,
): Promise<number> {
  const target = s3 && isS3Url(path) ? await s3Target(s3, path) : await localTarget(path);

  if (target.kind === 'files') {
    const document = await inspectFiles(target, (file) => datasetOfKey(datasets, file.key, dataset));
    output.document(document);
    if (!output.json) output.say(filesText(document, width));
    return document.total.unreadable > 0 ? 1 : 0;
  }
  if (isRefusedKey(target.file.key)) {
    const document = await inspectRefused(target.file, datasetOfRefused(datasets, target.file.key, dataset));
    output.document(document);
    if (!output.json) output.say(refusedText(document, rows));
    return document.unreadable > 0 ? 1 : 0;
  }
  const document = await inspectFile(target.file, datasetOfKey(datasets, target.file.key, dataset), rows);
  output.document(document);
  if (!output.json) output.say(fileText(document, width));
  return document.problem === null ? 0 : 1;
}
