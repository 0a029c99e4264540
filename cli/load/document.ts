import type { PartitionResult } from '../../core/report';
import type { Housekeeping } from '../../core/states';

/** What scripts may rely on. */
export interface LoadDocument {
  readonly execution: string;
  readonly status: string;
  readonly waiting: number;
  readonly partitions: readonly PartitionResult[];
  /** The input that goes on where this execution stopped, for a range of more partitions than one execution takes. */
  readonly next: object | null;
  /** What a scheduled execution cleared up after dead ones; null for one that was asked for. */
  readonly housekeeping: Housekeeping | null;
  readonly error: string | null;
  /** The execution's cause, as the notification has it. */
  readonly cause: string | null;
}
