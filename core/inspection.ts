import { compareColumns, differencesText } from './columns';
import type { Dataset } from './dataset';
import { LoadError } from './errors';
import { filesBeyond, fingerprintOf, type LakeFile } from './files';
import type { Hour } from './hour';
import type { ParquetField } from './parquet-types';

/** What a Parquet footer says. */
export interface Footer {
  readonly rows: number;
  readonly fields: readonly ParquetField[];
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
  /** Digest of `loaded`. */
  readonly fingerprint: string;
  /** Files that were loaded before and are gone from S3 since; their rows stay in the target. */
  readonly vanished: readonly string[];
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
 * @param footers one for each of `files`, in the same order.
 * @throws LoadError ColumnMismatch, naming each file and how it differs; TooManyColumnOrders
 */
export function planPartition(
  dataset: Dataset,
  load: { partition: Hour; execution: string; bucket: string; keys: { plan: string } },
  present: readonly LakeFile[],
  before: readonly LakeFile[],
  files: readonly LakeFile[],
  footers: readonly Footer[],
): PartitionPlan {
  const groups = new Map<string, { columns: readonly string[]; files: InspectedFile[] }>();
  const mismatches: string[] = [];
  files.forEach((file, index) => {
    const footer = footers[index];
    if (!footer) throw new RangeError(`no footer for ${file.key}`);
    const comparison = compareColumns(dataset.columns, footer.fields);
    if (!comparison.matches) {
      mismatches.push(
        `s3://${load.bucket}/${file.key}: table columns: ${dataset.columns.length}, ` +
          `data columns: ${footer.fields.length}; ${differencesText(comparison.differences)}`,
      );
      return;
    }
    const order = JSON.stringify(comparison.order);
    const group = groups.get(order) ?? { columns: comparison.order, files: [] };
    group.files.push({ ...file, rows: footer.rows });
    groups.set(order, group);
  });
  if (mismatches.length > 0) throw columnMismatch(dataset, mismatches, files.length);
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
  const vanished = filesBeyond(before, present)
    .map((file) => file.key)
    .filter((key) => !present.some((file) => file.key === key));
  return {
    dataset: dataset.name,
    partition: load.partition,
    execution: load.execution,
    copies,
    rows: copies.flatMap((copy) => copy.files).reduce((sum, file) => sum + file.rows, 0),
    loaded: present,
    fingerprint: fingerprintOf(present),
    vanished,
  };
}

const MISMATCHES_SHOWN = 10;

function columnMismatch(dataset: Dataset, mismatches: readonly string[], files: number): LoadError {
  const more =
    mismatches.length > MISMATCHES_SHOWN ? [`… and ${mismatches.length - MISMATCHES_SHOWN} more files`] : [];
  return new LoadError(
    'ColumnMismatch',
    `${mismatches.length} of ${files} files do not have the columns of dataset ${dataset.name}:\n` +
      [...mismatches.slice(0, MISMATCHES_SHOWN), ...more].join('\n'),
    `Write the files again with the columns ${dataset.columns.map((column) => column.name).join(', ')}, ` +
      `or change "columns" in the dataset file, then load the partition again.`,
  );
}

/** Where a load keeps its plan; the manifests stand beside it. */
export function planKey(dataset: string, partition: Hour, execution: string): string {
  return `sluice/${dataset}/${partition}/${execution}/plan.json`;
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
