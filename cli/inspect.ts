import type { S3Client } from '@aws-sdk/client-s3';
import { createRequire } from 'node:module';
import { isRefusedKey } from './delivery/refused-key';
import { datasetOfKey, datasetOfRefused, strayReader } from './inspect/dataset-of';
import { fileText, inspectFile } from './inspect/inspect-file';
import { filesText, inspectFiles } from './inspect/inspect-files';
import { eventLines, inspectRefused, refusedText, type RefusedDocument } from './inspect/inspect-refused';
import type { Target } from './inspect/lake-file';
import { localTarget } from './inspect/local-target';
import { isS3Url } from './inspect/s3-url';
import type { Connection } from './shared/connection';
import { UsageError, type Output } from './shared/output';
import { plural } from './shared/text';

/** See main.ts: a local file needs no S3 client. */
const load = createRequire(__filename);

export interface InspectOptions {
  /** A file, a directory, `s3://bucket/key` or `s3://bucket/prefix/`. */
  readonly target: string;
  /** Number of rows to show of a single file. */
  readonly rows: number;
  /** The dataset to compare with. Default: the dataset to whose prefix the file's path belongs. */
  readonly dataset?: string;
  /** Whether to print only the events that Firehose kept, one a line, for `sluice stream`. */
  readonly events?: boolean;
  /** Characters in a line. Default: the terminal's width. */
  readonly width?: number;
}

/**
 * Shows what a Parquet file contains, which files under a prefix have other columns, or why events were refused.
 * @param connection without `s3`, only local paths can be read.
 * @returns the exit code: 1 if a file cannot be read.
 * @throws UsageError if there is nothing at the path.
 */
export async function runInspect(
  { s3, datasets }: Pick<Connection, 'datasets'> & Partial<Pick<Connection, 's3'>>,
  output: Output,
  { target: path, rows, dataset, width, events }: InspectOptions,
): Promise<number> {
  if (events && output.json)
    throw new UsageError('--events prints lines, --json a document: give one of them.');
  const target = await targetOf(s3, path);
  if (events && !(target.kind === 'file' && isRefusedKey(target.file.key)))
    throw new UsageError('--events is for one object under an error prefix of Firehose.');
  // A directory of this machine has no hours that a load could miss.
  const noHourOf = isS3Url(path) ? strayReader(datasets, dataset) : () => null;

  if (target.kind === 'files') {
    const document = await inspectFiles(
      target,
      (file) => datasetOfKey(datasets, file.key, dataset),
      noHourOf,
    );
    output.document(document);
    if (!output.json) output.say(filesText(document, width));
    return document.total.unreadable > 0 ? 1 : 0;
  }
  if (isRefusedKey(target.file.key)) {
    const document = await inspectRefused(target.file, datasetOfRefused(datasets, target.file.key, dataset));
    if (events) return sayEvents(document, output);
    output.document(document);
    if (!output.json) output.say(refusedText(document, rows));
    return document.unreadable > 0 ? 1 : 0;
  }
  const { key } = target.file;
  const document = await inspectFile(
    target.file,
    datasetOfKey(datasets, key, dataset),
    noHourOf(target.file),
    rows,
  );
  output.document(document);
  if (!output.json) output.say(fileText(document, width));
  return document.problem === null ? 0 : 1;
}

function sayEvents(document: RefusedDocument, output: Output): number {
  const { lines, left } = eventLines(document);
  for (const line of lines) output.say(line);
  if (left > 0)
    output.note(
      `${plural(left, 'record')} cannot be printed unchanged as lines of text: without --events, it says why.`,
    );
  return left > 0 ? 1 : 0;
}

function targetOf(s3: S3Client | undefined, path: string): Promise<Target> {
  if (s3 === undefined || !isS3Url(path)) return localTarget(path);
  const { s3Target } = load('./inspect/s3-target') as typeof import('./inspect/s3-target');
  return s3Target(s3, path);
}
