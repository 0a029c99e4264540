import type { BadFile } from './bad-files';
import { columnsDigest, compareColumns } from './columns';
import type { Dataset } from './dataset';
import { LoadError } from './errors';
import { filesBeyond, fingerprintOf, type LakeFile } from './files';
import type { Footer } from './footer';
import type { Hour } from './hour';
import type { InspectedFile, PartitionPlan } from './plan';

/** What S3 holds of a partition. */
export interface PartitionFiles {
  /** The data files. */
  readonly present: readonly LakeFile[];
  /** Objects with records that Firehose could not deliver. */
  readonly errors: readonly LakeFile[];
  /** The number of records in `errors`; null if these are too large to count. */
  readonly error_records: number | null;
}

/** The most COPYs in one batch. BatchExecuteStatement takes 40 statements, and the batch has others too. */
const MAXIMUM_COPIES = 35;

/**
 * Chooses the files of a partition to load.
 * @param present the files in S3. @param before the files that the target already holds; empty to load all again.
 */
export function filesToLoad(present: readonly LakeFile[], before: readonly LakeFile[]): LakeFile[] {
  return filesBeyond(present, before);
}

/**
 * Plans the load of the given files.
 * @param found what S3 holds. @param before the files that the target holds, from the plan of the last load.
 * @param files the files to load, with their footers. @param quarantined the files to leave out.
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

/** The names of a file's columns, in the file's order. */
function columnOrder(dataset: Dataset, partition: Hour, footer: Footer): readonly string[] {
  const comparison = compareColumns(dataset.columns, footer.fields, partition);
  if (!comparison.matches) throw new RangeError('a file whose columns differ cannot be planned');
  return comparison.order;
}
