import * as z from 'zod';
import type { DeepReadonly } from './deep-readonly';
import { caughtError, diagnosis } from './diagnosis';
import { groupName } from './group-name';

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

/** A partition in the Maps of the state machine. InspectFiles adds its inspection. */
export const partitionState = duePartition.extend({
  dataset: z.string(),
  execution: z.string(),
  /** Whether its first inspection refused its files, as all of this execution, so that nobody asked the load history. */
  unasked: z.boolean().optional(),
  /** The most bytes of this partition's diagnosis in the payload between states. */
  diagnosis_bytes: z.number(),
  /** How many COPYs may follow the first because of bad files. All share the events of an execution. */
  most_further_copies: z.number(),
  /** The group with which it was tried first, and the error for which that was split. */
  tried_with: z.object({ group: z.string(), error: z.string() }).optional(),
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
  /** What it adds to the batches of its group: statements of the COPYs and of the checks, and bytes of the longest statement. */
  statements: z.object({ copy: z.number(), check: z.number(), bytes: z.number() }),
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

/** What ValidateStaging finds of a partition. */
export const stagingCounts = z.object({
  partition: z.string(),
  staged: z.number(),
  /** Distinct keys. All further rows are duplicates within the staging table. */
  keys: z.number(),
  ...stagedCounts.shape,
  /** Range of event times as Redshift writes a TIMESTAMP; null if no row was staged. */
  first_event: z.string().nullable(),
  last_event: z.string().nullable(),
  /** The seconds for which the load's statements have run so far, or its part of those of a group; null: nobody knows. */
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

/** What the merge made of a partition. */
export const merged = z.object({
  ...mergeCounts.shape,
  /** Its number in the order of commits. */
  merge_number: z.number(),
});
export type Merged = DeepReadonly<z.infer<typeof merged>>;

/** A partition in the Map that loads. One without an inspection is inspected there. */
const preparedPartition = partitionState.extend({ inspection: inspection.optional() });
export type PreparedPartition = DeepReadonly<z.infer<typeof preparedPartition>>;
const inspectedPartition = partitionState.extend({ inspection });
export type InspectedPartition = DeepReadonly<z.infer<typeof inspectedPartition>>;

/** Partitions that are loaded together: an item of the Map that loads. Only a group of one may have no inspection. */
export const group = z.object({
  /** Oldest first. */
  partitions: z.array(preparedPartition).min(1),
  /** Of the inspection: what the state machine does next. */
  outcome: z.enum(['ready', 'empty', 'not-inspected']),
  searching: z.boolean(),
  /** In a group of several nobody looks for a bad file: each partition is loaded alone then. */
  on_bad_file: z.enum(['fail', 'quarantine']),
});
export type Group = DeepReadonly<z.infer<typeof group>>;

export const inspectedGroup = group.extend({ partitions: z.array(inspectedPartition).min(1) });
export type InspectedGroup = DeepReadonly<z.infer<typeof inspectedGroup>>;
/** The counts are in the order of the partitions. */
export const validatedGroup = inspectedGroup.extend({ counts: z.array(stagingCounts) });
export type ValidatedGroup = DeepReadonly<z.infer<typeof validatedGroup>>;

/** A partition whose staged rows are counted: what the load history records of it. */
export type ValidatedPartition = InspectedPartition & { readonly counts: StagingCounts };

/** The counts of each partition of a group. @throws RangeError if a partition has none */
export function validatedPartitions({ partitions, counts }: ValidatedGroup): readonly ValidatedPartition[] {
  return partitions.map((each) => {
    const own = counts.find(({ partition }) => partition === each.partition);
    if (own === undefined) throw new RangeError(`partition ${each.partition} has no counts`);
    return { ...each, counts: own };
  });
}

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
  next: z.object({ from: z.string(), to: z.string(), due: z.literal(true).optional() }).nullable(),
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

/** What PrepareWarehouse is given: each partition with its inspection, or with whether that refused its files. */
export const inspectedListing = listing.extend({
  partitions: z.array(preparedPartition.extend({ files_refused: z.boolean().optional() })),
});
export type InspectedListing = DeepReadonly<z.infer<typeof inspectedListing>>;

/** What PrepareWarehouse returns. The state machine loads the groups, and adds the ends of their partitions. */
export interface Prepared {
  readonly listing: Omit<Listing, 'partitions'>;
  readonly groups: readonly Group[];
  readonly ends: readonly PartitionEnd[];
}

/** A group that failed, with the members of the steps that it completed. */
export const failedGroup = group.extend({
  counts: z.array(stagingCounts).optional(),
  error: caughtError,
});
export type FailedGroup = DeepReadonly<z.infer<typeof failedGroup>>;

/** A partition that failed, for the load history. */
export type FailedPartition = PreparedPartition & { readonly counts?: StagingCounts | undefined };

/** A row of a result, with the values as the Data API returns them. */
export type Row = Readonly<Record<string, string | number | boolean | null>>;

/** The end of one partition: its outcome, and the members of the steps that it completed. */
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
    /** The name of the group with which it was loaded, or tried before that was split, and the error of which it was. */
    group: z.string().optional(),
    group_error: z.string().optional(),
    /** Why it failed. */
    diagnosis: diagnosis.optional(),
    /** ISO 8601. */
    finished: z.string().optional(),
  });
export type PartitionEnd = DeepReadonly<z.infer<typeof partitionEnd>>;

/** What an iteration of the Map that loads returns: the ends of its partitions, and the groups in which the others are tried again. */
export interface GroupEnd {
  readonly ends: readonly PartitionEnd[];
  readonly again: readonly Group[];
}

/** The end of a whole group that the state machine itself makes if DiagnoseFailure fails. It holds for each of its partitions. */
const groupEnd = z.object({
  partitions: z.array(z.looseObject({ partition: z.string() })),
  outcome: z.string(),
  finished: z.string(),
  diagnosis,
});

/** The ends of partitions in the order of their hours, from nested lists, with those of whole groups. */
export function flatEnds(ends: unknown): unknown[] {
  const flat = Array.isArray(ends) ? ends.flat(Infinity) : [];
  return flat
    .flatMap((end: unknown) => {
      const whole = groupEnd.safeParse(end);
      if (!whole.success) return [end];
      const { partitions, ...common } = whole.data;
      if (partitions.length === 1) return partitions.map((each) => ({ ...each, ...common }));
      // Of a group nobody knows whose files are to blame: each partition is tried again, although they are the same.
      const group = groupName(partitions);
      return partitions.map((each) => ({ ...each, ...common, group, listed: undefined }));
    })
    .sort((left, right) => hourIn(left).localeCompare(hourIn(right)));
}

const hourIn = (end: unknown): string => String((end as { partition?: unknown } | null)?.partition);

/** What SweepLeftovers deleted. */
const housekeeping = z.object({
  staging_tables: z.number(),
  /** Plans and manifests. */
  plan_files: z.number(),
  /** The first failure. It neither stops the sweep nor changes the result of the load. */
  error: z.string().nullable(),
});
export type Housekeeping = DeepReadonly<z.infer<typeof housekeeping>>;

/** The input of ReportLoad: the listing with the ends of its partitions, or what exists if the execution failed. */
const reported = listing
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
export type ExecutionEnd = DeepReadonly<z.infer<typeof reported>>;

const loaded = z.looseObject({ listing: z.looseObject({}), ends: z.unknown() });

/** An execution that loads has its listing and its ends beside each other. */
export const executionEnd = z.preprocess((value) => {
  const { success, data } = loaded.safeParse(value);
  if (!success) return value;
  const { listing: found, ends, ...rest } = data;
  return { ...found, ...rest, partitions: flatEnds(ends) };
}, reported);
