import { z } from 'zod';
import type { DeepReadonly } from './deep-readonly';
import { caughtError, diagnosis } from './diagnosis';
import { MEASURED_STEPS } from './steps';

/**
 * What states pass to each other: statemachines/load.asl.yml in types. A count that a step makes is a member of one of
 * the three objects of counts below; the report and the load history hold each of these by itself.
 */

/**
 * Why a partition is loaded: it never was; its files changed since, or what Firehose could not deliver of it; the
 * execution's input asks for it.
 */
export const REASONS = ['new', 'late-files', 'requested'] as const;
export type Reason = (typeof REASONS)[number];

/** A partition that is due. `partition` is its hour. */
const duePartition = z.object({
  partition: z.string(),
  reason: z.enum(REASONS),
  /** Files in the listing. */
  files: z.number(),
  /** The plan of the last load: which files the target already holds. */
  previous_plan: z.string().optional(),
});
export type DuePartition = DeepReadonly<z.infer<typeof duePartition>>;

/** What the states of one partition pass on; each step adds its own member. */
export const partitionState = duePartition.extend({
  dataset: z.string(),
  execution: z.string(),
  /** How much of the payload between states the diagnosis of this partition may take, should it fail. */
  diagnosis_bytes: z.number(),
  /** COPYs that may fail for a bad file each before the partition does: they share the events of an execution. */
  most_failed_copies: z.number(),
});
export type PartitionState = DeepReadonly<z.infer<typeof partitionState>>;

/** What ListPartitions returns. */
const listing = z.object({
  dataset: z.string(),
  /** Whether there are other datasets, so that an input has to name this one. */
  several: z.boolean(),
  /** True: only say what would be loaded. */
  plan: z.boolean(),
  /** Oldest first; each goes through the state machine's Map by itself. */
  partitions: z.array(partitionState),
  /** Partitions that are due and not taken by this execution. */
  waiting: z.number(),
  /** The input that loads the waiting ones, where the next scheduled execution does not. */
  next: z.object({ from: z.string(), to: z.string() }).nullable(),
  /** The newest hour that was loaded before this execution; the one before the lookback where that knows none. */
  newest_loaded: z.string(),
  max_concurrency: z.number(),
  /** Whether this execution clears up after dead ones: a scheduled one does. */
  sweep: z.boolean(),
  /** Staging tables of the dataset, of whatever execution, that were there before this one made any. */
  staging: z.array(z.string()),
});
export type Listing = DeepReadonly<z.infer<typeof listing>>;

/** Counts of what InspectFiles finds beside the files that are loaded. */
export const foundCounts = z.object({
  /** Files that are left out, since they cannot be loaded. */
  quarantined: z.number(),
  /** Files that were loaded before and are gone since: their rows stay in the target. */
  vanished: z.number(),
  /** Files that were loaded before and have other content since: they are loaded again. */
  overwritten: z.number(),
  /** Objects under Firehose's error prefix of this hour. */
  error_objects: z.number(),
  /** The records in them, which never became Parquet; null where they were too many bytes to count. */
  error_records: z.number().nullable(),
});
export type FoundCounts = DeepReadonly<z.infer<typeof foundCounts>>;

/** What InspectFiles adds. */
export const inspection = z.object({
  /** `empty`: there is nothing to load. */
  outcome: z.enum(['ready', 'empty']),
  /** Where the lake holds the plan of the load, which names every file. */
  plan_key: z.string(),
  staging: z.string(),
  /** Files and their rows and bytes that this load takes. */
  files: z.number(),
  rows: z.number(),
  bytes: z.number(),
  ...foundCounts.shape,
  on_bad_file: z.enum(['fail', 'quarantine']),
  /** COPYs of this load that failed for a bad file, which this inspection leaves out. */
  failed_copies: z.number(),
  /** What is left out and why. */
  diagnosis: diagnosis.optional(),
  /** ISO 8601, UTC. */
  started: z.string(),
  statement_timeout_minutes: z.number(),
  /** The merges of an execution wait for each other, so one may take as long as all that run beside it. */
  merge_timeout_minutes: z.number(),
});
export type Inspection = DeepReadonly<z.infer<typeof inspection>>;

/** Counts of staged rows beside those that the merge counts again. */
export const stagedCounts = z.object({
  /** Rows whose event time lies in another hour than that of arrival: late or early events, not an error. */
  other_hours: z.number(),
});
export type StagedCounts = DeepReadonly<z.infer<typeof stagedCounts>>;

/** What ValidateStaging adds. */
export const stagingCounts = z.object({
  staged: z.number(),
  /** Distinct keys; the rest are duplicates within the staging table. */
  keys: z.number(),
  ...stagedCounts.shape,
  /** Range of event times as Redshift writes a TIMESTAMP; null where no row was staged. */
  first_event: z.string().nullable(),
  last_event: z.string().nullable(),
});
export type StagingCounts = DeepReadonly<z.infer<typeof stagingCounts>>;

/** Counts of rows that the merge's last statement selects, and all that MergeIntoTarget adds. */
export const mergeCounts = z.object({
  staged: z.number(),
  /** Rows whose key stands in the staging table with a greater version. */
  duplicates: z.number(),
  /** Rows that are older than what the target holds. */
  superseded: z.number(),
  /** Rows of the target that were replaced. */
  deleted: z.number(),
  inserted: z.number(),
});
export type MergeCounts = DeepReadonly<z.infer<typeof mergeCounts>>;

export const inspectedState = partitionState.extend({ inspection });
export type InspectedState = DeepReadonly<z.infer<typeof inspectedState>>;
export const validatedState = inspectedState.extend({ counts: stagingCounts });
export type ValidatedState = DeepReadonly<z.infer<typeof validatedState>>;

/** A partition that a step failed with, at whichever step. */
export const failedState = partitionState.extend({
  inspection: inspection.optional(),
  counts: stagingCounts.optional(),
  error: caughtError,
});
export type FailedState = DeepReadonly<z.infer<typeof failedState>>;

/** What each step that submits a statement is called with. */
export const submission = <State extends z.ZodType>(load: State) =>
  z.object({
    load,
    /** How often the step was retried; 0 the first time. */
    attempt: z.number(),
    /** When the state was entered: another for every retry of the step, the same for Lambda's own retries. */
    entered: z.string(),
  });

/** A row of a result, as the Data API gives its values. */
const row = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));
export type Row = DeepReadonly<z.infer<typeof row>>;

/** What a statement is while it has not ended. */
export const RUNNING = ['SUBMITTED', 'PICKED', 'STARTED'] as const;

/** Where a statement stands, as it goes from state to state. */
export const statementProgress = z.object({
  id: z.string(),
  /** What it is a part of. */
  dataset: z.string(),
  step: z.enum(MEASURED_STEPS),
  /** A running one: await it further. FINISHED: done. Other statuses never get out of a handler. */
  status: z.enum([...RUNNING, 'FINISHED']),
  /** Time of submission, ISO 8601. */
  submitted: z.string(),
  /** The rows of all the batch's SELECTs, in order, once FINISHED. */
  rows: z.array(row).optional(),
});
export type StatementProgress = DeepReadonly<z.infer<typeof statementProgress>>;

/** A partition as the Map ends it: what was reached, and when. */
const partitionEnd = duePartition.omit({ previous_plan: true }).extend({
  /** Nothing but a plan was asked for: the partition went through no step. */
  outcome: z.enum(['loaded', 'empty', 'failed', 'planned']).default('planned'),
  inspection: inspection.optional(),
  counts: stagingCounts.optional(),
  merged: mergeCounts.optional(),
  /** Why it failed. */
  diagnosis: diagnosis.optional(),
  /** ISO 8601. */
  finished: z.string().optional(),
});
export type PartitionEnd = DeepReadonly<z.infer<typeof partitionEnd>>;

/** What SweepLeftovers cleared up after dead executions. */
const housekeeping = z.object({
  staging_tables: z.number(),
  /** Plans and manifests. */
  plan_files: z.number(),
  /** The first thing that could not be done; it keeps nothing else from being done, and changes nothing of the load. */
  error: z.string().nullable(),
});
export type Housekeeping = DeepReadonly<z.infer<typeof housekeeping>>;

/** What an execution comes to: the listing with its partitions ended, or whatever there was when it failed as a whole. */
export const executionEnd = listing
  .omit({ partitions: true, max_concurrency: true, staging: true })
  .partial()
  .extend({
    partitions: z.array(partitionEnd).default([]),
    /** Where the execution failed as a whole. */
    diagnosis: diagnosis.optional(),
    /** What SweepLeftovers did, or why it could not. */
    swept: housekeeping.optional(),
    sweep_error: caughtError.optional(),
  });
