import type { BadFile } from './bad-files';
import { columnsDigest, compareColumns } from './columns';
import type { Dataset } from './dataset';
import type { Diagnosis } from './diagnosis';
import { LoadError } from './errors';
import { filesBeyond, fingerprintOf, type LakeFile } from './files';
import type { Hour } from './hour';
import type { ParquetField } from './parquet-types';

/** What a Parquet footer says. */
export interface Footer {
  readonly rows: number;
  readonly fields: readonly ParquetField[];
  /** Nulls by column, for the columns whose statistics count them in every row group. */
  readonly nulls: ReadonlyMap<string, number>;
}

export interface InspectedFile extends LakeFile {
  readonly rows: number;
}

/** Files whose columns stand in one order, and so can share a COPY. */
export interface CopyGroup {
  readonly manifest_key: string;
  /** Column names in file order. */
  readonly columns: readonly string[];
  readonly files: readonly InspectedFile[];
}

/** What S3 holds of a partition. */
export interface PartitionFiles {
  /** The data files. */
  readonly present: readonly LakeFile[];
  /** Objects with records that Firehose could not deliver. */
  readonly errors: readonly LakeFile[];
  /** Records in `errors`; null where they were too many bytes to count. */
  readonly error_records: number | null;
}

/**
 * What one load of one partition does: written to S3 before anything is loaded, and pointed to by the load history,
 * so that a later run knows which files the target holds.
 */
export interface PartitionPlan {
  readonly dataset: string;
  readonly partition: Hour;
  readonly execution: string;
  readonly copies: readonly CopyGroup[];
  readonly rows: number;
  /** Every file of this partition that is in S3 and whose rows the target holds once the load is done. */
  readonly loaded: readonly LakeFile[];
  /**
   * Digest of all that S3 holds of the partition and, where files were left out, of the columns by which they were: as long
   * as it stays, there is nothing new.
   */
  readonly fingerprint: string;
  /** Keys of files that were loaded before and are gone from S3 since; their rows stay in the target. */
  readonly vanished: readonly string[];
  /** Keys of files that were loaded before and have other content since; rows that only the old content had stay. */
  readonly overwritten: readonly string[];
  /** Files that were left out, and why. */
  readonly quarantined: readonly BadFile[];
  /** Digest of the columns that files were judged by. */
  readonly columns_digest: string;
  /** What is said of the files that were left out and not told of before. */
  readonly diagnosis?: Diagnosis;
  /** Objects with records that Firehose could not deliver, and the records in them (null: not counted). */
  readonly error_objects: number;
  readonly error_records: number | null;
}

/** COPYs that fit into one batch beside its other statements (BatchExecuteStatement takes 40). */
const MAXIMUM_COPIES = 35;

/**
 * Which files of a partition are loaded now.
 * @param present the files in S3. @param before those that the target holds already; empty for a whole reload.
 */
export function filesToLoad(present: readonly LakeFile[], before: readonly LakeFile[]): LakeFile[] {
  return filesBeyond(present, before);
}

/**
 * Plans the load of the given files.
 * @param found what S3 holds. @param before the files that the target holds by the plan of the last load.
 * @param files those that are loaded, with their footers. @param quarantined those that are left out.
 * @throws LoadError TooManyColumnOrders
 */
export function planPartition(
  dataset: Dataset,
  load: { partition: Hour; execution: string; keys: { plan: string } },
  found: PartitionFiles,
  before: readonly LakeFile[],
  files: readonly (LakeFile & { readonly footer: Footer })[],
  quarantined: readonly BadFile[],
): PartitionPlan {
  const groups = new Map<string, { columns: readonly string[]; files: InspectedFile[] }>();
  for (const { footer, ...file } of files) {
    const columns = columnOrder(dataset, load.partition, footer);
    const order = JSON.stringify(columns);
    const group = groups.get(order) ?? { columns, files: [] };
    group.files.push({ ...file, rows: footer.rows });
    groups.set(order, group);
  }
  if (groups.size > MAXIMUM_COPIES) {
    throw new LoadError(
      'TooManyColumnOrders',
      `The files of partition ${load.partition} hold their columns in ${groups.size} different orders.`,
      `Write the files of one hour with at most ${MAXIMUM_COPIES} column orders, or load them hour by hour from separate prefixes.`,
    );
  }

  const copies = [...groups.values()].map((group, index) => ({
    manifest_key: load.keys.plan.replace(/plan\.json$/, `${index + 1}.manifest`),
    ...group,
  }));
  const digest = columnsDigest(dataset.columns);
  const { present } = found;
  const keys = new Set(present.map(({ key }) => key));
  const changed = filesBeyond(before, present).map(({ key }) => key);
  return {
    dataset: dataset.name,
    partition: load.partition,
    execution: load.execution,
    copies,
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

/** The dataset's column names in the order in which a file holds them. */
function columnOrder(dataset: Dataset, partition: Hour, footer: Footer): readonly string[] {
  const comparison = compareColumns(dataset.columns, footer.fields, partition);
  if (!comparison.matches) throw new RangeError('a file whose columns differ cannot be planned');
  return comparison.order;
}

/** Where all plans and manifests of a dataset are kept. */
export function plansOfDataset(dataset: string): string {
  return `sluice/${dataset}/`;
}

/** Where those of a partition are kept, in a folder for each execution. */
export function plansOfPartition(dataset: string, partition: Hour): string {
  return `${plansOfDataset(dataset)}${partition}/`;
}

/** Where a load keeps its plan; the manifests stand beside it. */
export function planKey(dataset: string, partition: Hour, execution: string): string {
  return `${plansOfPartition(dataset, partition)}${execution}/plan.json`;
}

/**
 * The manifest of one COPY. For Parquet every entry needs its true size, and only `mandatory` makes a file that has
 * vanished an error. Source: Amazon Redshift, "Using a manifest to specify data files".
 */
export function manifestOf(bucket: string, copy: CopyGroup): object {
  return {
    entries: copy.files.map((file) => ({
      url: `s3://${bucket}/${file.key}`,
      mandatory: true,
      meta: { content_length: file.size },
    })),
  };
}
