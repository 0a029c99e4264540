import { z } from 'zod';
import { REASONS } from '../../core/partitions';

/** What a state's Catch hands over. */
export const caughtError = z.object({ Error: z.string().optional(), Cause: z.string().optional() });

/** A failure, or what was left out, in the words that everybody is shown. */
export const diagnosis = z.object({ error: z.string(), cause: z.string(), fix: z.string() });

/** What the states of one partition pass on: statemachines/load.asl.yml in types. Each step adds its own member. */
export const partitionState = z.object({
  dataset: z.string(),
  execution: z.string(),
  partition: z.string(),
  reason: z.enum(REASONS),
  /** Files in the listing. */
  files: z.number(),
  previous_plan: z.string().optional(),
  /** How much of the payload between states the diagnosis of this partition may take, should it fail. */
  diagnosis_bytes: z.number(),
  /** COPYs that may fail for a bad file each before the partition does: they share the events of an execution. */
  most_failed_copies: z.number(),
});

/** What InspectFiles adds. */
export const inspection = z.object({
  /** `empty`: there is nothing to load. */
  outcome: z.enum(['ready', 'empty']),
  plan_key: z.string(),
  staging: z.string(),
  /** Files and their rows and bytes that this load takes. */
  files: z.number(),
  rows: z.number(),
  bytes: z.number(),
  /** Files that are left out. */
  quarantined: z.number(),
  /** Files that were loaded before and are gone, or have other content, since. */
  vanished: z.number(),
  overwritten: z.number(),
  /** Objects with records that Firehose could not deliver, and the records in them (null: not counted). */
  error_objects: z.number(),
  error_records: z.number().nullable(),
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
export type Inspection = z.infer<typeof inspection>;

/** What ValidateStaging adds. */
export const stagingCounts = z.object({
  staged: z.number(),
  /** Distinct keys; the rest are duplicates within the staging table. */
  keys: z.number(),
  /** Rows whose event time lies in another hour than that of arrival: late or early events, not an error. */
  other_hours: z.number(),
  /** Range of event times as Redshift writes a TIMESTAMP; null where no row was staged. */
  first_event: z.string().nullable(),
  last_event: z.string().nullable(),
});
export type StagingCounts = z.infer<typeof stagingCounts>;

/** What MergeIntoTarget adds: the counts of the load history. */
export const mergeCounts = z.object({
  staged: z.number(),
  duplicates: z.number(),
  superseded: z.number(),
  deleted: z.number(),
  inserted: z.number(),
});
export type MergeCounts = z.infer<typeof mergeCounts>;

export const inspectedState = partitionState.extend({ inspection });
export const validatedState = inspectedState.extend({ counts: stagingCounts });

/** What each step that submits a statement is called with. */
export const submission = <State extends z.ZodType>(load: State) =>
  z.object({
    load,
    /** How often the step was retried; 0 the first time. */
    attempt: z.number(),
    /** When the state was entered: another for every retry of the step, the same for Lambda's own retries. */
    entered: z.string(),
  });
