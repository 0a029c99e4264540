import type { Dataset } from '../../core/dataset';
import { inParallel } from '../../functions/shared/in-parallel';
import { isRefusedKey } from '../delivery/refused-key';
import { displayText, renderTable } from '../shared/table';
import { bytesText, createdByText, plural } from '../shared/text';
import { compareWithDataset, type DatasetComparison } from './dataset-of';
import { fieldDifferences, fieldDifferencesText, type FieldDifferences } from './field-differences';
import type { LakeFileSource, Target } from './lake-file';
import { readParquetFooter, UnreadableFile, type ParquetFooter } from './parquet-file';

/** The document of `--json`: scripts rely on it. */
export interface FilesDocument {
  readonly kind: 'files';
  readonly path: string;
  readonly files: readonly FileLine[];
  readonly total: {
    readonly files: number;
    readonly rows: number;
    /** Bytes. */
    readonly size: number;
    readonly unreadable: number;
    /** Files whose columns differ from the first file's. */
    readonly different: number;
    /** Files that do not have the columns of their dataset. */
    readonly mismatched: number;
    /** Files that no load reads, because they belong to no hour of their dataset. */
    readonly no_hour: number;
    /** Files that no load reads, because their name marks them as hidden: see isDataFile in core/files.ts. */
    readonly hidden: number;
  };
}

/** Kinds: `parquet`; `refused-events` for an object under Firehose's error prefix; `unreadable`, with its `problem`. */
interface FileLine {
  readonly path: string;
  readonly kind: 'parquet' | 'refused-events' | 'unreadable';
  readonly size: number;
  readonly rows: number | null;
  readonly columns: number | null;
  readonly created_by: string | null;
  /** Differences from the first readable file; null if there are none. */
  readonly differences: FieldDifferences | null;
  readonly dataset: DatasetComparison | null;
  /** Why the file belongs to no hour of its dataset; null if that is not so. */
  readonly no_hour: string | null;
  /** Why COPY does not read the file although it can be read here; null if that is not so. */
  readonly copy_problem: string | null;
  readonly problem: string | null;
}

/** Footers that are read at the same time, with two small reads each. */
const CONCURRENT_FOOTERS = 32;

/** Reads the footer of every file, and nothing else. */
export async function inspectFiles(
  target: Extract<Target, { kind: 'files' }>,
  datasetOf: (file: LakeFileSource) => Dataset | undefined,
  noHourOf: (file: LakeFileSource) => string | null,
): Promise<FilesDocument> {
  const footers = await inParallel(target.files, CONCURRENT_FOOTERS, footerOrProblem);
  const first = footers.find((footer): footer is ParquetFooter => footer !== undefined && 'fields' in footer);
  const files = target.files.map((file, index): FileLine => ({
    ...lineOf(file, footers[index], first, datasetOf(file)),
    no_hour: noHourOf(file),
  }));
  const count = (test: (file: FileLine) => boolean) => files.filter(test).length;
  return {
    kind: 'files',
    path: target.prefix,
    files,
    total: {
      files: files.length,
      rows: files.reduce((sum, { rows }) => sum + (rows ?? 0), 0),
      size: files.reduce((sum, { size }) => sum + size, 0),
      unreadable: count(({ kind }) => kind === 'unreadable'),
      different: count(({ differences }) => differences !== null),
      mismatched: count(({ dataset }) => dataset?.matches === false),
      no_hour: count(({ no_hour: noHour }) => noHour !== null),
      hidden: target.hidden,
    },
  };
}

type FooterOrProblem = ParquetFooter | { readonly problem: string } | undefined;

async function footerOrProblem(file: LakeFileSource): Promise<FooterOrProblem> {
  if (isRefusedKey(file.key)) return undefined;
  try {
    return await readParquetFooter(file);
  } catch (error) {
    if (error instanceof UnreadableFile) return { problem: error.message };
    throw error;
  }
}

function lineOf(
  file: LakeFileSource,
  footer: FooterOrProblem,
  first: ParquetFooter | undefined,
  dataset: Dataset | undefined,
): Omit<FileLine, 'no_hour'> {
  const common = { path: file.name, size: file.size, rows: null, columns: null, created_by: null };
  const unknown = { ...common, differences: null, dataset: null, copy_problem: null };
  if (!footer) return { ...unknown, kind: 'refused-events', problem: null };
  if ('problem' in footer) return { ...unknown, kind: 'unreadable', problem: footer.problem };
  return {
    ...common,
    kind: 'parquet',
    rows: footer.rows,
    columns: footer.fields.length,
    created_by: footer.createdBy,
    differences: (first && fieldDifferences(first.fields, footer.fields)) ?? null,
    dataset: dataset ? compareWithDataset(dataset, file.key, footer.fields) : null,
    copy_problem: footer.copyProblem,
    problem: null,
  };
}

/** Beyond this number, only files with a remark are shown. */
const FILES_SHOWN = 100;

export function filesText({ path, files, total }: FilesDocument, width?: number): string {
  const nameOf = (file: FileLine) => file.path.slice(path.length);
  const shown = files.filter((file, index) => index < FILES_SHOWN || remarkOf(file) !== '');
  const table = renderTable(
    ['file', 'size', 'rows', 'columns', 'written by'],
    shown.map((file) => [
      nameOf(file),
      bytesText(file.size),
      file.rows ?? '',
      file.columns ?? '',
      file.created_by === null ? '' : createdByText(file.created_by),
    ]),
    { width, lengths: [300], numeric: new Set([1, 2, 3]) },
  );
  const remarks = shown
    .filter((file) => remarkOf(file) !== '')
    .map((file) => `${displayText(nameOf(file), 300)}: ${displayText(remarkOf(file), Infinity)}`);
  remarks.push(...noHourRemarks(files, nameOf), ...refusedRemarks(files));
  return [
    displayText(path, Infinity),
    table,
    ...(shown.length < files.length ? [`… and ${files.length - shown.length} more without differences`] : []),
    `${plural(total.files, 'file')}, ${plural(total.rows, 'row')}, ${bytesText(total.size)}${notesOf(total)}`,
    ...(remarks.length > 0 ? ['', ...remarks] : []),
  ].join('\n');
}

function remarkOf({ kind, problem, differences, dataset, copy_problem: copyProblem }: FileLine): string {
  // Of all of them together, one remark says what to do.
  if (kind === 'refused-events') return '';
  if (problem !== null) return `not readable: ${problem}`;
  return [
    ...(copyProblem === null ? [] : [`COPY does not read it: ${copyProblem}`]),
    ...(differences ? [`differs from the first file: ${fieldDifferencesText(differences)}`] : []),
    ...(dataset && !dataset.matches ? [dataset.text] : []),
  ].join('; ');
}

/** One remark for all files of one layout, since there may be many. */
function noHourRemarks(files: readonly FileLine[], nameOf: (file: FileLine) => string): string[] {
  const named = new Map<string, string[]>();
  for (const file of files) {
    if (file.no_hour === null) continue;
    const names = named.get(file.no_hour);
    if (names) names.push(nameOf(file));
    else named.set(file.no_hour, [nameOf(file)]);
  }
  return [...named].map(([text, [first = '', ...others]]) => {
    const names = others.length === 0 ? first : `${first} and ${others.length} more, each`;
    return `${displayText(names, 300)}: ${displayText(text, Infinity)}`;
  });
}

/** One remark for all objects of refused events, with the folder that holds them. */
function refusedRemarks(files: readonly FileLine[]): string[] {
  const [first, ...others] = files.filter(({ kind }) => kind === 'refused-events').map(({ path }) => path);
  if (first === undefined) return [];
  const common = others.reduce((start, path) => commonStart(start, path), first);
  const folder = common.slice(0, common.lastIndexOf('/') + 1);
  return [
    `${plural(others.length + 1, 'file')} of refused events: inspect ${displayText(folder, Infinity)} to see why`,
  ];
}

function commonStart(left: string, right: string): string {
  let length = 0;
  while (length < left.length && left[length] === right[length]) length += 1;
  return left.slice(0, length);
}

function notesOf({
  unreadable,
  different,
  mismatched,
  no_hour: noHour,
  hidden,
}: FilesDocument['total']): string {
  const notes: [number, string][] = [
    [unreadable, 'not readable'],
    [different, 'with other columns than the first'],
    [mismatched, 'without the columns of their dataset'],
    [noHour, 'in no hour'],
    [hidden, 'hidden and left out'],
  ];
  return notes
    .filter(([count]) => count > 0)
    .map(([count, what]) => `; ${count} ${what}`)
    .join('');
}
