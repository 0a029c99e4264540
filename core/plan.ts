import { z } from 'zod';
import { badFile } from './bad-files';
import type { DeepReadonly } from './deep-readonly';
import { diagnosis } from './diagnosis';
import { lakeFile } from './files';
import type { Hour } from './hour';
import { OWN_PREFIX } from './prefix';

/** A file that is loaded, with the rows that its footer tells. */
const inspectedFile = lakeFile.extend({ rows: z.number() });
export type InspectedFile = DeepReadonly<z.infer<typeof inspectedFile>>;

/** Files whose columns stand in one order, and so can share a COPY. */
const copyGroup = z.object({
  manifest_key: z.string(),
  /** Column names in file order. */
  columns: z.array(z.string()),
  files: z.array(inspectedFile),
});
export type CopyGroup = DeepReadonly<z.infer<typeof copyGroup>>;

/**
 * What one load of one partition does: written to S3 before anything is loaded, and pointed to by the load history,
 * so that a later run knows which files the target holds.
 */
export const partitionPlan = z.object({
  dataset: z.string(),
  /** Its hour. */
  partition: z.string(),
  execution: z.string(),
  copies: z.array(copyGroup),
  rows: z.number(),
  /** Every file of this partition that is in S3 and whose rows the target holds once the load is done. */
  loaded: z.array(lakeFile),
  /**
   * Digest of all that S3 holds of the partition and, where files were left out, of the columns by which they were: as long
   * as it stays, there is nothing new.
   */
  fingerprint: z.string(),
  /** Keys of files that were loaded before and are gone from S3 since; their rows stay in the target. */
  vanished: z.array(z.string()),
  /** Keys of files that were loaded before and have other content since; rows that only the old content had stay. */
  overwritten: z.array(z.string()),
  /** Files that were left out, and why. */
  quarantined: z.array(badFile),
  /** Digest of the columns that files were judged by. */
  columns_digest: z.string(),
  /** What is said of the files that were left out and not told of before. */
  diagnosis: diagnosis.optional(),
  /** Objects with records that Firehose could not deliver, and the records in them (null: not counted). */
  error_objects: z.number(),
  error_records: z.number().nullable(),
});
export type PartitionPlan = DeepReadonly<z.infer<typeof partitionPlan>>;

/** Where all plans and manifests of a dataset are kept. */
export function plansOfDataset(dataset: string): string {
  return `${OWN_PREFIX}${dataset}/`;
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
