import type { S3Client } from '@aws-sdk/client-s3';
import { createRequire } from 'node:module';
import type { Dataset } from '../core/dataset';
import { isRefusedKey } from './delivery/refused-key';
import { datasetOfKey, datasetOfRefused, leadsToRefused, strayReader } from './inspect/dataset-of';
import { fileText, inspectFile } from './inspect/inspect-file';
import { filesText, inspectFiles } from './inspect/inspect-files';
import { inspectRefused, refusedText } from './inspect/inspect-refused';
import { inspectRefusedPrefix, refusedPrefixText } from './inspect/inspect-refused-prefix';
import type { LakeFileSource, Target } from './inspect/lake-file';
import { localTarget } from './inspect/local-target';
import { isS3Url, parseS3Url } from './inspect/s3-url';
import { eventLine } from './refused/event-line';
import { keptEvents } from './refused/kept-event';
import { openObjects, UnreadableObject } from './refused/open-objects';
import type { CommonOptions } from './run';
import type { Connection } from './shared/connection';
import { connectionFlags, shellWord } from './shared/hint';
import { UsageError, type Output } from './shared/output';
import { displayText } from './shared/table';

/** See main.ts: a local file needs no S3 client. */
const load = createRequire(__filename);

export interface InspectOptions extends Partial<CommonOptions> {
  /** A file, a directory, `s3://bucket/key` or `s3://bucket/prefix/`. */
  readonly target: string;
  /** Number of rows to show of a single file, or of examples of a reason. */
  readonly rows?: number;
  /** Whether to print only the events that Firehose kept, one a line, for `sluice stream`. */
  readonly events?: boolean;
  /** Characters in a line. Default: the terminal's width. */
  readonly width?: number;
}

const ROWS = 5;
const EXAMPLES = 2;

/**
 * Shows what a Parquet file contains, which files under a prefix have other columns, or why events were refused.
 * @param connection without `s3`, only local paths can be read.
 * @returns the exit code: 1 if a file cannot be read.
 * @throws UsageError if there is nothing at the path.
 */
export async function runInspect(
  { s3, datasets }: Pick<Connection, 'datasets'> & Partial<Pick<Connection, 's3'>>,
  output: Output,
  options: InspectOptions,
): Promise<number> {
  const { target: path, rows = ROWS, dataset, width, events } = options;
  if (events && output.json)
    throw new UsageError('--events prints lines, --json a document: give one of them.');
  const target = await targetOf(s3, path);
  const refused = refusedFiles(target, datasets, path);
  if (refused === 'none') throw new UsageError(`There is no object at ${path}, and no key starts with it.`);
  if (events && !refused) throw new UsageError('--events is for objects under an error prefix of Firehose.');
  if (events && refused) return sayEvents(refused, output);

  if (target.kind === 'files' && refused) {
    const datasetOf = ({ key }: LakeFileSource) => datasetOfRefused(datasets, key, dataset);
    const document = await inspectRefusedPrefix(target, datasetOf, options.rows ?? EXAMPLES, output);
    output.document(document);
    if (!output.json) output.say(refusedPrefixText(document, width));
    if (document.total.events > 0) sayReplay(output, options);
    return document.total.unreadable + document.total.unreadable_objects > 0 ? 1 : 0;
  }
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
  if (refused) {
    const document = await inspectRefused(target.file, datasetOfRefused(datasets, target.file.key, dataset));
    output.document(document);
    if (!output.json) output.say(refusedText(document, rows, width));
    if (document.events.length > 0) sayReplay(output, options);
    return document.unreadable > 0 || document.problem !== null ? 1 : 0;
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

/**
 * The files of a target that is nothing but objects under an error prefix, undefined for any other target. Under an error
 * prefix of a dataset there may be no object, which is good; elsewhere that is `none`.
 */
function refusedFiles(
  target: Target,
  datasets: readonly Dataset[],
  path: string,
): readonly LakeFileSource[] | 'none' | undefined {
  const files = target.kind === 'file' ? [target.file] : target.files;
  if (files.length === 0) return leadsToRefused(datasets, parseS3Url(path).key) ? files : 'none';
  return files.every(({ key }) => isRefusedKey(key)) ? files : undefined;
}

/** How to send refused events again. */
function sayReplay(output: Output, options: InspectOptions): void {
  if (output.json || !isS3Url(options.target)) return;
  output.say(
    `\nTo send them again: npx sluice replay ${shellWord(options.target)}${connectionFlags(options)} --dry-run`,
  );
}

/** Prints the kept events of objects, each as a line of its own. @returns the exit code. */
async function sayEvents(files: readonly LakeFileSource[], output: Output): Promise<number> {
  let left = 0;
  for await (const { file, lines } of openObjects(files)) {
    try {
      for await (const { record } of lines()) {
        const printed = record
          ? keptEvents(record, undefined).map(({ data }) => eventLine(data))
          : [undefined];
        for (const line of printed) {
          if (line === undefined) left += 1;
          else output.say(line);
        }
      }
    } catch (error) {
      if (!(error instanceof UnreadableObject)) throw error;
      left += 1;
      output.note(`${displayText(file.name, Infinity)} is not readable: ${error.message}.`);
    }
  }
  if (left > 0)
    output.note(
      `${left.toLocaleString('en')} ${left === 1 ? 'event or line' : 'events or lines'} cannot be printed unchanged as lines of text: without --events, it says why. \`sluice replay\` sends any event unchanged.`,
    );
  return left > 0 ? 1 : 0;
}

function targetOf(s3: S3Client | undefined, path: string): Promise<Target> {
  if (s3 === undefined || !isS3Url(path)) return localTarget(path);
  const { s3Target } = load('./inspect/s3-target') as typeof import('./inspect/s3-target');
  return s3Target(s3, path);
}
