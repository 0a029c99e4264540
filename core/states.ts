import * as z from 'zod';
import type { DeepReadonly } from './deep-readonly';
import { caughtError, diagnosis } from './diagnosis';

/**
 * The types of the payloads that the states of statemachines/load.asl.yml pass to each other. A count that a step makes
 * is a member of foundCounts, stagedCounts or mergeCounts below; the report and the load history take all their members.
 */

/**
 * Why a partition is loaded. `new`: it was never loaded. `late-files`: its files, or the objects under Firehose's error
 * prefix, have changed. `overlapped`: its last two loads overlapped, so that it is loaded whole once more. `requested`:
 * the execution's input names it.
 */
export const REASONS = ['new', 'late-files', 'overlapped', 'requested'] as const;
export type Reason = (typeof REASONS)[number];

/** A partition that is due. `partition` is its hour. */
const duePartition = z.object({
  partition: z.string(),
  reason: z.enum(REASONS),
  /** The number of files in the listing. */
  files: z.number(),
  /** The key of the last load's plan, which names the files that the target already holds. */
  previous_plan: z.string().optional(),
  /** The number of the partition's last merge, and of its last failure, that the load history holds; 0: none. */
  built_on: z.number(),
  failures: z.number(),
  /** The fingerprint of the files in the listing, judged as in retry.ts. */
  listed: z.string().optional(),
});
export type DuePartition = DeepReadonly<z.infer<typeof duePartition>>;

/** The payload of the states of one partition. Each step adds its own member. */
export const partitionState = duePartition.extend({
  dataset: z.string(),
  execution: z.string(),
  /** Whether its first inspection refused its files, as all of this execution, so that nobody asked the load history. */
  unasked: z.boolean().optional(),
  /** The most bytes of this partition's diagnosis in the payload between states. */
  diagnosis_bytes: z.number(),
  /** How many COPYs may follow the first because of bad files. All share the events of an execution. */
  most_further_copies: z.number(),
});
export type PartitionState = DeepReadonly<z.infer<typeof partitionState>>;

/** What is under the dataset's prefix and belongs to no hour, so that no load reads it: see strays.ts. */
const strays = z.object({
  /** Folders and objects at which keys leave the dataset's prefix. */
  count: z.number(),
  /** False: a folder has too many entries or may not be listed, so there may be more. */
  complete: z.boolean(),
  /** A key in each of the first ones, or the folder if none of its keys was read. Not escaped. */
  keys: z.array(z.string()),
});
export type Strays = DeepReadonly<z.infer<typeof strays>>;

/** A partition that is failing, or of which files were left out. */
const unsettledHour = z.object({
  partition: z.string(),
  error: z.string(),
  /** Of the files in which something is wrong that was not told before; null: the same as before, as far as anybody knows. */
  fingerprint: z.string().nullable(),
});
export type UnsettledHour = DeepReadonly<z.infer<typeof unsettledHour>>;

/** What InspectFiles finds in addition to the files that are loaded. */
export const foundCounts = z.object({
  /** Files that are left out because they cannot be loaded. */
  quarantined: z.number(),
  /** Files that were loaded before and no longer exist. Their rows stay in the target. */
  vanished: z.number(),
  /** Files that were loaded before and have new content. They are loaded again. */
  overwritten: z.number(),
  /** Objects of this hour under Firehose's error prefix. */
  error_objects: z.number(),
  /** The records in these objects, which never became Parquet; null if the objects are too large to count. */
  error_records: z.number().nullable(),
});
export type FoundCounts = DeepReadonly<z.infer<typeof foundCounts>>;

/** What InspectFiles adds. */
export const inspection = z.object({
  /** `empty`: there is nothing to load. */
  outcome: z.enum(['ready', 'empty']),
  /** The key of the load's plan, which names every file, and the fingerprint of the partition's files in it. */
  plan_key: z.string(),
  fingerprint: z.string(),
  /** The most staging tables that this load has at any time: one for each part of its plan. */
  parts: z.number(),
  /** The files that this load takes, with their rows and bytes. */
  files: z.number(),
  rows: z.number(),
  bytes: z.number(),
  ...foundCounts.shape,
  on_bad_file: z.enum(['fail', 'quarantine']),
  /** COPYs of this load before this one. A bad file stopped each, or it was one of a search for a bad file. */
  further_copies: z.number(),
  /** Whether this COPY takes only some files, to find a bad one among them. Nothing of it is merged. */
  searching: z.boolean(),
  /** What is left out and why. */
  diagnosis: diagnosis.optional(),
  /** ISO 8601, UTC. */
  started: z.string(),
  statement_timeout_minutes: z.number(),
  /** The merges of an execution wait for each other, so one merge may take as long as all that run at the same time. */
  merge_timeout_minutes: z.number(),
});
export type Inspection = DeepReadonly<z.infer<typeof inspection>>;

/** Counts of staged rows that the merge does not count again. */
export const stagedCounts = z.object({
  /** Rows whose event time is not in the hour of arrival: late or early events, which are not an error. */
  other_hours: z.number(),
});
export type StagedCounts = DeepReadonly<z.infer<typeof stagedCounts>>;

/** What ValidateStaging adds. */
export const stagingCounts = z.object({
  staged: z.number(),
  /** Distinct keys. All further rows are duplicates within the staging table. */
  keys: z.number(),
  ...stagedCounts.shape,
  /** Range of event times as Redshift writes a TIMESTAMP; null if no row was staged. */
  first_event: z.string().nullable(),
  last_event: z.string().nullable(),
  /** The seconds for which the load's statements have run so far; null: nobody knows. */
  warehouse_seconds: z.number().nullable(),
});
export type StagingCounts = DeepReadonly<z.infer<typeof stagingCounts>>;

/** The row counts that the merge's last statement selects. */
export const mergeCounts = z.object({
  staged: z.number(),
  /** Rows whose key is also staged with a greater version. */
  duplicates: z.number(),
  /** Rows that are older than the target's row with the same key. */
  superseded: z.number(),
  /** Rows of the target that were replaced. */
  deleted: z.number(),
  inserted: z.number(),
});
export type MergeCounts = DeepReadonly<z.infer<typeof mergeCounts>>;

/** What MergeIntoTarget adds. */
export const merged = z.object({
  ...mergeCounts.shape,
  /** Its number in the order of commits. */
  merge_number: z.number(),
});
export type Merged = DeepReadonly<z.infer<typeof merged>>;

export const inspectedState = partitionState.extend({ inspection });
export type InspectedState = DeepReadonly<z.infer<typeof inspectedState>>;
export const validatedState = inspectedState.extend({ counts: stagingCounts });
export type ValidatedState = DeepReadonly<z.infer<typeof validatedState>>;

/** What ListPartitions returns, and PrepareWarehouse once more after it has asked the load history. */
const listing = z.object({
  dataset: z.string(),
  /** Whether there are other datasets, so that an input must name this one. */
  several: z.boolean(),
  /** True: only report what would be loaded. */
  plan: z.boolean(),
  /** Whether there is something to load, or to ask the load history, and not only to report. */
  loads: z.boolean(),
  /** Oldest first. Each is an item of the state machine's Maps. */
  partitions: z.array(partitionState),
  /** The number of due partitions that this execution does not take. */
  waiting: z.number(),
  /** The input that loads the waiting partitions; null if the next scheduled execution loads them. */
  next: z.object({ from: z.string(), to: z.string() }).nullable(),
  /** The newest hour that was loaded before this execution. If the lookback has none: the hour before it. */
  newest_loaded: z.string(),
  max_concurrency: z.number(),
  /** Whether the schedule, or nobody in particular, asked for it: then it tells how fresh the target is. */
  scheduled: z.boolean(),
  /**
   * Whether this execution cleans up. A scheduled one does if it loads: once a day, since old plans are many, and whenever
   * there are staging tables.
   */
  sweep: z.boolean(),
  /** The partitions that were failing or incomplete before this execution, the oldest ones, and how many there were. */
  unsettled: z.array(unsettledHour),
  unsettled_count: z.number(),
  /** Whether these are all, as far as the ledger could be read. */
  unsettled_known: z.boolean(),
  /** Staging tables of the dataset, of any execution, that existed before this execution created its own. */
  staging: z.array(z.string()),
  /** A requested execution looks only at the days of its hours. */
  strays,
});
export type Listing = DeepReadonly<z.infer<typeof listing>>;

/** What PrepareWarehouse is given, and returns: each partition with its inspection, or with whether that refused its files. */
export const inspectedListing = listing.extend({
  partitions: z.array(
    partitionState.extend({ inspection: inspection.optional(), files_refused: z.boolean().optional() }),
  ),
});
export type InspectedListing = DeepReadonly<z.infer<typeof inspectedListing>>;

/** A partition that failed, with the members of the steps that it completed. */
export const failedState = partitionState.extend({
  inspection: inspection.optional(),
  counts: stagingCounts.optional(),
  error: caughtError,
});
export type FailedState = DeepReadonly<z.infer<typeof failedState>>;

/** A row of a result, with the values as the Data API returns them. */
export type Row = Readonly<Record<string, string | number | boolean | null>>;

/** The Map's result for one partition: its outcome, and the members of the steps that it completed. */
const partitionEnd = duePartition
  .omit({ previous_plan: true })
  .partial({ built_on: true, failures: true })
  .extend({
    /**
     * `unknown`: the merge was submitted, and nobody could say whether it was committed. `planned`: the input asks only for
     * a plan, so no step ran.
     */
    outcome: z.enum(['loaded', 'empty', 'failed', 'unknown', 'planned']).default('planned'),
    inspection: inspection.optional(),
    counts: stagingCounts.optional(),
    merged: merged.optional(),
    /** Why it failed. */
    diagnosis: diagnosis.optional(),
    /** ISO 8601. */
    finished: z.string().optional(),
  });
export type PartitionEnd = DeepReadonly<z.infer<typeof partitionEnd>>;

/** What SweepLeftovers deleted. */
const housekeeping = z.object({
  staging_tables: z.number(),
  /** Plans and manifests. */
  plan_files: z.number(),
  /** The first failure. It neither stops the sweep nor changes the result of the load. */
  error: z.string().nullable(),
});
export type Housekeeping = DeepReadonly<z.infer<typeof housekeeping>>;

/** The input of ReportLoad: the listing with the results of its partitions, or what exists if the execution failed. */
export const executionEnd = listing
  .omit({ partitions: true, max_concurrency: true, staging: true })
  .partial()
  .extend({
    partitions: z.array(partitionEnd).default([]),
    /** Why the execution failed, if it failed outside a partition. */
    diagnosis: diagnosis.optional(),
    /** The result of SweepLeftovers, or its error. */
    swept: housekeeping.optional(),
    sweep_error: caughtError.optional(),
  });
export type ExecutionEnd = DeepReadonly<z.infer<typeof executionEnd>>;
