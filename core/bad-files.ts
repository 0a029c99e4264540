import * as z from 'zod';
import { compareColumns, differencesText } from './columns';
import { derivedAtMerge, requiredColumns, type Dataset } from './dataset';
import { firstBytes, unwrapped, type Diagnosis } from './diagnosis';
import { LoadError, type ErrorName } from './errors';
import { lakeFile, type LakeFile } from './files';
import type { Footer } from './footer';
import type { Hour } from './hour';
import { oneLine } from './one-line';
import { timeProblem } from './time-range';

/** Errors that one file causes. The other files of its partition can be loaded without it. */
export const BAD_FILE_ERRORS = [
  'ColumnMismatch',
  'NullKeys',
  'UnreadableFile',
  'ValueInvalid',
  'ValueTooLong',
] as const satisfies readonly ErrorName[];
export type BadFileError = (typeof BAD_FILE_ERRORS)[number];

/** Why one file cannot be loaded. */
export const fileProblem = z.object({
  error: z.enum(BAD_FILE_ERRORS),
  /** What is wrong with the file. Messages write it after the file's name. */
  reason: z.string(),
});
export type FileProblem = Readonly<z.infer<typeof fileProblem>>;

export const badFile = lakeFile.extend(fileProblem.shape);
export type BadFile = Readonly<z.infer<typeof badFile>>;

/** @returns why the footer shows that a file cannot be loaded into the dataset; undefined if it shows nothing wrong. */
export function footerProblem(dataset: Dataset, partition: Hour, footer: Footer): FileProblem | undefined {
  const comparison = compareColumns(dataset.columns, footer.fields, partition);
  if (!comparison.matches) {
    return {
      error: 'ColumnMismatch',
      reason:
        `table columns: ${dataset.columns.length}, data columns: ${footer.fields.length}; ` +
        differencesText(comparison.differences),
    };
  }
  const nulls = requiredColumns(dataset).filter((name) => (footer.nulls.get(name) ?? 0) > 0);
  if (nulls.length > 0) {
    return {
      error: 'NullKeys',
      reason: `required columns are null: ${nulls.map((name) => `${name} in ${footer.nulls.get(name)} of ${footer.rows} rows`).join(', ')}`,
    };
  }
  const columns = new Map(dataset.columns.map((column) => [column.name, column.type]));
  const years = derivedAtMerge(dataset).includes('year') ? dataset.target.event_time : undefined;
  const times = [...footer.times].flatMap(([name, range]) => {
    const type = columns.get(name);
    const problem = type && timeProblem(type, range, name === years);
    return problem === undefined ? [] : [`column ${name} ${problem}`];
  });
  return times.length > 0 ? { error: 'ValueInvalid', reason: times.join('; ') } : undefined;
}

export function isBadFileError(error: string): error is BadFileError {
  return BAD_FILE_ERRORS.some((each) => each === error);
}

type Keyed = Pick<LakeFile, 'key'>;

/**
 * Finds the file that an error of the warehouse names by its key, either plain or encoded as in a URL. Redshift may have cut
 * the name: then it must be the beginning of one key alone.
 * @returns undefined if the text names none of the files, or may mean several.
 */
export function fileNamedIn<File extends Keyed>(text: string, files: readonly File[]): File | undefined {
  const cut = cutNames(text, files);
  const rest = cut.reduce(
    (left, { from, to }) => left.slice(0, from) + ' '.repeat(to - from) + left.slice(to),
    text,
  );
  const whole = files
    .filter((file) => spellings(file).some((spelling) => isNamed(rest, spelling)))
    // A key may be the end of a longer key.
    .sort((left, right) => right.key.length - left.key.length);
  return whole[0] ?? cut.find(({ candidates }) => candidates.length === 1)?.candidates[0];
}

/** A key as an error shows it. */
function spellings({ key }: Keyed): readonly string[] {
  return [key, encodeURI(key), key.split('/').map(encodeURIComponent).join('/')].map((spelling) =>
    oneLine(unwrapped(spelling)),
  );
}

function isNamed(text: string, spelling: string): boolean {
  for (let at = text.indexOf(spelling); at >= 0; at = text.indexOf(spelling, at + 1)) {
    const before = text.charAt(at - 1);
    const after = text.charAt(at + spelling.length);
    if (before === '/' && !/[\w\-/%=+~]/.test(after) && !/^\.\w/.test(text.slice(at + spelling.length)))
      return true;
  }
  return false;
}

/** Redshift cuts an error's context, and a file's name in SYS_LOAD_ERROR_DETAIL, after 256 characters. */
const CUT_CHARACTERS = 256;
/** Blanks at a cut are lost. */
const CUT_SLACK = 8;
/** What stands before the name of a file that SYS_LOAD_ERROR_DETAIL holds. The name ends the text. */
export const DETAIL_MARK = '; SYS_LOAD_ERROR_DETAIL: ';

interface CutName<File> {
  /** Where the name stands in the text. */
  readonly from: number;
  readonly to: number;
  /** The files whose keys begin so. */
  readonly candidates: readonly File[];
}

/** The names at the end of a part of the text that Redshift may have cut. */
function cutNames<File extends Keyed>(text: string, files: readonly File[]): readonly CutName<File>[] {
  return cutParts(text).flatMap(([start, end]) => {
    const part = text.slice(start, end);
    if (new TextEncoder().encode(part).length < CUT_CHARACTERS - CUT_SLACK) return [];
    return [...part.matchAll(/(?:s3:\/\/|https:\/\/s3[^/]*\/)[^/]+\//gi)].flatMap(({ 0: bucket, index }) => {
      const begun = part.slice(index + bucket.length).replace(/\uFFFD+$/, '');
      const candidates = files.filter((file) => spellings(file).some((each) => each.startsWith(begun)));
      return candidates.length > 0 ? [{ from: start + index, to: end, candidates }] : [];
    });
  });
}

/** From where to where: the name that SYS_LOAD_ERROR_DETAIL holds, then the context of the error. */
function cutParts(text: string): readonly (readonly [number, number])[] {
  const mark = text.lastIndexOf(DETAIL_MARK);
  const context = /context:\s+(.*)\s+query:\s+-?\d+\s+location:/dis.exec(text)?.indices?.[1];
  return [
    ...(mark < 0 ? [] : [[mark + DETAIL_MARK.length, text.length] as const]),
    ...(context ? [context] : []),
  ];
}

const FIXES: Readonly<Record<BadFileError, (dataset: Dataset) => string>> = {
  ColumnMismatch: ({ columns }) =>
    `Write the files again with the columns ${columns.map(({ name }) => name).join(', ')}, or change "columns" in the dataset file. If older files lack a column that was added later, give that column since.`,
  NullKeys: () =>
    'Fix what writes the files (the transform refuses events without a required column) and write them again.',
  UnreadableFile: () =>
    'Write the files again or delete them. Files whose name starts with _ or . or ends with .crc or _$folder$ are ignored.',
  ValueInvalid: () =>
    'Correct the values, or change the columns’ types in the dataset file and in the target.',
  ValueTooLong: () =>
    'Widen the columns in the dataset file and in the target, or shorten the texts in the transform.',
};

const FILES_SHOWN = 10;
/** The longest reason that a message shows for one file. */
const REASON_BYTES = 700;

/** The error with which a partition fails that has bad files. `bad` is not empty. */
export function badFilesError(
  dataset: Dataset,
  bucket: string,
  bad: readonly BadFile[],
  files: number,
  remark = '',
): LoadError {
  return new LoadError(
    bad[0]?.error ?? 'UnreadableFile',
    [
      `${bad.length} of ${files} files cannot be loaded into dataset ${dataset.name}${remark}:`,
      ...named(bucket, bad),
    ],
    `${fixesOf(dataset, bad)} Then load the partition again.`,
  );
}

/**
 * The diagnosis of a partition that was loaded without its bad files.
 * @param bad not empty. @param files the number of files, bad ones included. @param loaded the number of loaded files.
 */
export function quarantineDiagnosis(
  dataset: Dataset,
  bucket: string,
  bad: readonly BadFile[],
  files: number,
  loaded: number,
): Diagnosis {
  return {
    error: 'FilesQuarantined',
    cause: [
      `${bad.length} of ${files} files were left out${loaded > 0 ? ', the others loaded' : ''}:`,
      ...named(bucket, bad),
    ].join('\n'),
    fix: `${fixesOf(dataset, bad)} The next scheduled execution loads a file that was written again. After a change of the columns in the dataset file it tries all of them again.`,
  };
}

function named(bucket: string, bad: readonly BadFile[]): readonly string[] {
  const lines = bad
    .slice(0, FILES_SHOWN)
    .map(
      ({ key, error, reason }) =>
        oneLine(`s3://${bucket}/${key}: ${error}: `) + firstBytes(oneLine(reason), REASON_BYTES),
    );
  if (bad.length > FILES_SHOWN)
    lines.push(`… and ${bad.length - FILES_SHOWN} more files; the plan in the lake names them all`);
  return lines;
}

function fixesOf(dataset: Dataset, bad: readonly BadFile[]): string {
  return [...new Set(bad.map(({ error }) => error))].map((error) => FIXES[error](dataset)).join(' ');
}
