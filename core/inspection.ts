import type { BadFile } from './bad-files';
import { columnsDigest, compareColumns } from './columns';
import type { Dataset } from './dataset';
import { LoadError } from './errors';
import { filesBeyond, fingerprintOf, type LakeFile } from './files';
import type { Footer } from './footer';
import type { Hour } from './hour';
import { manifestKey, type InspectedFile, type PartitionPlan, type StagedPart } from './plan';
import { byteLength } from './sql';
import type { StagedColumn } from './staged-columns';
import { stagedPieces, stagingTable, valueChecksByStatement, type StagedPartition } from './staging';
import type { Inspection } from './states';
import { datasetPieces } from './warehouse';

/** What S3 holds of a partition. */
export interface PartitionFiles {
  /** The data files. */
  readonly present: readonly LakeFile[];
  /** Objects with records that Firehose could not deliver. */
  readonly errors: readonly LakeFile[];
  /** The number of records in `errors`; null if these are too large to count. */
  readonly error_records: number | null;
}

/** What BatchExecuteStatement takes. */
const MAXIMUM_STATEMENTS = 40;
/** Statements of a batch that do not belong to a part. */
const OTHER_STATEMENTS = { copy: 1, validation: 3 } as const;
/** The bytes of a statement: a little fewer than the 100,000 of the Data API, for the text around the pieces. */
const MAXIMUM_STATEMENT_BYTES = 98_000;

/**
 * Chooses the files of a partition to load.
 * @param present the files in S3. @param before the files that the target already holds; empty to load all again.
 */
export function filesToLoad(present: readonly LakeFile[], before: readonly LakeFile[]): LakeFile[] {
  return filesBeyond(present, before);
}

/** A file to load, with its footer. */
type GoodFile = LakeFile & { readonly footer: Footer };

/**
 * Plans the load of the given files.
 * @param found what S3 holds. @param before the files that the target holds, from the plan of the last load.
 * @param files the files to load, with their footers. @param quarantined the files to leave out.
 * @throws LoadError TooManyLayouts
 */
export function planPartition(
  dataset: Dataset,
  load: { partition: Hour; execution: string; plan_key: string },
  found: PartitionFiles,
  before: readonly LakeFile[],
  files: readonly GoodFile[],
  quarantined: readonly BadFile[],
): PartitionPlan {
  const digest = columnsDigest(dataset.columns);
  const { present } = found;
  const keys = new Set(present.map(({ key }) => key));
  const changed = filesBeyond(before, present).map(({ key }) => key);
  return {
    dataset: dataset.name,
    partition: load.partition,
    execution: load.execution,
    parts: planParts(dataset, load, files),
    rows: files.reduce((sum, { footer }) => sum + footer.rows, 0),
    loaded: filesBeyond(present, quarantined),
    fingerprint: fingerprintOf([...present, ...found.errors], quarantined.length > 0 ? digest : ''),
    vanished: changed.filter((key) => !keys.has(key)),
    overwritten: changed.filter((key) => keys.has(key)),
    quarantined,
    columns_digest: digest,
    error_objects: found.errors.length,
    error_records: found.error_records,
  };
}

/** A part for the files whose columns have the same types, and in it a COPY for those whose columns have the same order. */
function planParts(
  dataset: Dataset,
  { partition, execution, plan_key }: Parameters<typeof planPartition>[1],
  files: readonly GoodFile[],
): readonly StagedPart[] {
  const parts = new Map<string, { columns: readonly StagedColumn[]; copies: Map<string, CopyDraft> }>();
  for (const { footer, ...file } of files) {
    const inFile = stagedColumns(dataset, partition, footer);
    const columns = dataset.columns.flatMap(({ name }) => inFile.filter((column) => column.name === name));
    const part = entry(parts, columns, { columns, copies: new Map<string, CopyDraft>() });
    const names = inFile.map(({ name }) => name);
    entry(part.copies, names, { columns: names, files: [] }).files.push({ ...file, rows: footer.rows });
  }

  let manifest = 0;
  const planned = [...parts.values()].map(({ columns, copies }, index) => ({
    table: stagingTable(dataset.name, partition, execution, index + 1),
    columns,
    copies: [...copies.values()].map((copy) => {
      manifest += 1;
      return { manifest_key: manifestKey(plan_key, manifest), ...copy };
    }),
  }));
  const staged = { partition, parts: planned };
  const { copy, check, bytes } = statementsOfParts(dataset, staged);
  const isTooMany =
    Math.max(OTHER_STATEMENTS.copy + copy, OTHER_STATEMENTS.validation + check) > MAXIMUM_STATEMENTS;
  // Packaging has checked that the statements of one part are short enough.
  const isTooLong = planned.length > 1 && bytes > bytesForParts(dataset);
  if (isTooMany || isTooLong) {
    throw new LoadError(
      'TooManyLayouts',
      `The files of partition ${partition} have too many layouts (sets of column types: ${planned.length}, orders of columns: ${manifest}). One load takes ${isTooLong || check > 2 * planned.length ? `fewer, because the dataset has ${dataset.columns.length} columns` : 'about 19 sets of types, or 38 orders'}.`,
      'Write the files of one hour with the same types in the same order: cast the columns before they are written.',
    );
  }
  return planned;
}

/** What the parts of a partition add to the batches of a load, and to the longest statement that reads all of them. */
export function statementsOfParts(dataset: Dataset, staged: StagedPartition): Inspection['statements'] {
  const { parts } = staged;
  const { staged: rows, staged_keys: keys, staged_rows: counted } = stagedPieces(dataset, [staged]);
  return {
    copy: parts.reduce((sum, { copies }) => sum + 1 + copies.length, 0),
    check: parts.reduce(
      (sum, part, index) => sum + 1 + valueChecksByStatement(dataset, part, index + 1).length,
      0,
    ),
    bytes: Math.max(...[rows, keys, counted].map((piece) => (piece ? byteLength(piece) : 0))),
  };
}

/** The bytes that parts may add to the longest statement that reads all of them: pick-winners. */
export function bytesForParts(dataset: Dataset): number {
  const pieces = datasetPieces(dataset);
  const around = ['columns', 'columns', 'key', 'key', 'precedence'];
  const bytesOf = (name: string) => (pieces[name] ? byteLength(pieces[name]) : 0);
  return MAXIMUM_STATEMENT_BYTES - around.reduce((sum, name) => sum + bytesOf(name), 0);
}

interface CopyDraft {
  readonly columns: readonly string[];
  readonly files: InspectedFile[];
}

/** The entry of a key that is compared by its content. It is added if it is missing. */
function entry<Value>(map: Map<string, Value>, key: unknown, added: Value): Value {
  const text = JSON.stringify(key);
  const value = map.get(text) ?? added;
  map.set(text, value);
  return value;
}

/** The staging columns of a file, in the file's order. */
function stagedColumns(dataset: Dataset, partition: Hour, footer: Footer): readonly StagedColumn[] {
  const comparison = compareColumns(dataset.columns, footer.fields, partition);
  if (!comparison.matches) throw new RangeError('a file whose columns differ cannot be planned');
  return comparison.columns;
}
