import * as z from 'zod';
import { badFileSearch } from './bad-file-search';
import { badFile } from './bad-files';
import type { DeepReadonly } from './deep-readonly';
import { diagnosis } from './diagnosis';
import { lakeFile } from './files';
import type { Hour } from './hour';
import { OWN_PREFIX } from './prefix';
import { stagedColumn } from './staged-columns';

/** A file that is loaded, with the number of rows in its footer. */
const inspectedFile = lakeFile.extend({ rows: z.number() });
export type InspectedFile = DeepReadonly<z.infer<typeof inspectedFile>>;

/** Files of a part whose columns have the same order, so that one COPY loads them. */
const copyGroup = z.object({
  manifest_key: z.string(),
  /** Column names in file order. */
  columns: z.array(z.string()),
  files: z.array(inspectedFile),
});
export type CopyGroup = DeepReadonly<z.infer<typeof copyGroup>>;

/** Files whose columns have the same types, so that one staging table holds their rows. The merge reads all parts. */
const stagedPart = z.object({
  /** The staging table. */
  table: z.string(),
  /** Its columns, in the dataset's order. Columns that the files lack are not among them. */
  columns: z.array(stagedColumn),
  copies: z.array(copyGroup),
});
export type StagedPart = DeepReadonly<z.infer<typeof stagedPart>>;

/**
 * The plan of one load of one partition. It is written to S3 before anything is loaded. The load history refers to it,
 * so that a later execution knows which files the target holds.
 */
export const partitionPlan = z.object({
  dataset: z.string(),
  /** The hour. */
  partition: z.string(),
  execution: z.string(),
  parts: z.array(stagedPart),
  rows: z.number(),
  /** Every file of this partition in S3 whose rows the target holds after the load. */
  loaded: z.array(lakeFile),
  /**
   * Digest of the partition's objects in S3 and, if files were left out, of the dataset's columns. If it is unchanged,
   * there is nothing new to load.
   */
  fingerprint: z.string(),
  /** Keys of files that were loaded before and no longer exist in S3. Their rows stay in the target. */
  vanished: z.array(z.string()),
  /** Keys of files that were loaded before and have new content. Rows that only the old content had stay in the target. */
  overwritten: z.array(z.string()),
  /** Files that were left out, and why. */
  quarantined: z.array(badFile),
  /** Digest of the columns that the files were compared with. */
  columns_digest: z.string(),
  /** If this COPY takes only some files, to find a bad one. */
  search: badFileSearch.optional(),
  /** The diagnosis of the files that were left out and not reported before. */
  diagnosis: diagnosis.optional(),
  /** The number of objects with records that Firehose could not deliver, and of these records (null: not counted). */
  error_objects: z.number(),
  error_records: z.number().nullable(),
});
export type PartitionPlan = DeepReadonly<z.infer<typeof partitionPlan>>;

/** The COPYs of a load, in order. */
export function copiesOf({ parts }: Pick<PartitionPlan, 'parts'>): readonly CopyGroup[] {
  return parts.flatMap((part) => part.copies);
}

/** The rows in the footers of a part's files. */
export function rowsOf({ copies }: StagedPart): number {
  return copies.flatMap(({ files }) => files).reduce((sum, file) => sum + file.rows, 0);
}

/** The prefix of all plans and manifests of a dataset. */
export function plansOfDataset(dataset: string): string {
  return `${OWN_PREFIX}${dataset}/`;
}

/** The prefix of a partition's plans and manifests. It has a folder for each execution. */
export function plansOfPartition(dataset: string, partition: Hour): string {
  return `${plansOfDataset(dataset)}${partition}/`;
}

/**
 * The key of a load's plan. The manifests are in the same folder.
 * @param copies how many COPYs of the load came before. Each has a plan of its own, so that a retried inspection still
 *   finds the one before.
 */
export function planKey(dataset: string, partition: Hour, execution: string, copies: number): string {
  return `${plansOfPartition(dataset, partition)}${execution}/plan${copies === 0 ? '' : `-${copies + 1}`}.json`;
}

/** The key of the n-th manifest of a plan. @param place from 1. */
export function manifestKey(planKey: string, place: number): string {
  return planKey.replace(
    /plan(-\d+)?\.json$/,
    (_, copy: string | undefined) => `${place}${copy ?? ''}.manifest`,
  );
}

/**
 * The manifest of one COPY. For Parquet every entry needs the size of its file. A missing file is an error only with
 * `mandatory`. Source: Amazon Redshift, "Using a manifest to specify data files".
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
