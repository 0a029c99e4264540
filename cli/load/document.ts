import type { PartitionResult } from '../../core/report';
import type { Housekeeping, Strays } from '../../core/states';

/** The document of `--json`: scripts rely on it. */
export interface LoadDocument {
  readonly execution: string;
  readonly status: string;
  readonly waiting: number;
  readonly partitions: readonly PartitionResult[];
  /** The input that loads the rest, if a range has more partitions than one execution takes. */
  readonly next: object | null;
  /** What a scheduled execution cleaned up after earlier ones; null for a requested execution. */
  readonly housekeeping: Housekeeping | null;
  /** What belongs to no hour, so that no load reads it; null if the execution failed before it looked. */
  readonly strays: Strays | null;
  /** The number of partitions that are failing or incomplete after it; null if it does not know of all. */
  readonly failing: number | null;
  /** What its statements used of the warehouse, and what that costs about, as in the report. */
  readonly warehouse_seconds: number | null;
  readonly warehouse_dollars: number | null;
  /** What a merge reads of the target, in words; null if the execution is not a plan. */
  readonly merge_reads: string | null;
  /** What somebody should look at although the execution succeeded. */
  readonly warnings: readonly string[];
  readonly error: string | null;
  /** The execution's cause, with the text of the notification. */
  readonly cause: string | null;
}
