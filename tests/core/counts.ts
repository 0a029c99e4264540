import type { PartitionResult } from '../../core/report';
import { foundCounts, mergeCounts, stagedCounts, type Merged } from '../../core/states';

const zeros = (schema: { readonly shape: object }) =>
  Object.fromEntries(Object.keys(schema.shape).map((name) => [name, 0]));

/** The counts of a result if nothing was counted. */
export const NO_COUNTS = {
  ...zeros(mergeCounts),
  ...zeros(stagedCounts),
  ...zeros(foundCounts),
} as Pick<
  PartitionResult,
  keyof typeof mergeCounts.shape | keyof typeof stagedCounts.shape | keyof typeof foundCounts.shape
>;

/** The counts of a merge. Missing counts are 0. */
export const merged = (counts: Partial<Merged>): Merged =>
  ({ ...zeros(mergeCounts), merge_number: 1, ...counts }) as Merged;
