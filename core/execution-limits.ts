/**
 * What bounds the history of an execution, which has 25,000 events at most: AWS Step Functions, "Quotas". An execution
 * that reaches them fails as a whole. tests/resources/execution-events.test.ts computes the bound for every setting.
 */

/** The greatest `load.max_partitions`. */
export const MOST_PARTITIONS = 50;
/** The greatest `load.max_concurrency`. Each concurrent partition may wait for its statement as long as the execution runs. */
export const MOST_CONCURRENCY = 8;

/** The greatest `load.hours_per_merge`: BatchExecuteStatement takes 40 statements, of which an hour needs at least two. */
export const MOST_HOURS_PER_MERGE = 16;

/** The most COPYs beyond the first, because of bad files, of one partition and of all. */
const FURTHER_COPIES_OF_ONE = 20;
export const FURTHER_COPIES = 60;

/** Whether an attempt may have fewer COPYs than one that is alone in its execution. */
export const isCutShort = (most: number): boolean => most < FURTHER_COPIES_OF_ONE;

/** The most COPYs beyond the first that each of the partitions of an execution may have. */
export function mostFurtherCopies(partitions: number): number {
  return Math.min(FURTHER_COPIES_OF_ONE, Math.floor(FURTHER_COPIES / partitions));
}
