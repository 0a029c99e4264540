import type { Dataset } from '../../core/dataset';
import { groupName } from '../../core/group-name';
import type { Hour } from '../../core/hour';
import type { PartitionPlan } from '../../core/plan';
import type {
  FailedGroup,
  Group,
  InspectedGroup,
  Merged,
  PartitionEnd,
  PreparedPartition,
} from '../../core/states';
import type { MeasuredStep } from '../../core/steps';
import { inParallel } from './in-parallel';
import { readPlanFor } from './plan';
import type { LoadIdentity, StepStatement } from './warehouse';

const CONCURRENT_PLANS = 8;

/** To what the statements of a group belong. */
export function identityOf({ partitions }: Pick<Group, 'partitions'>): LoadIdentity {
  const [first] = partitions;
  if (first === undefined) throw new RangeError('a group has a partition');
  const { dataset, execution } = first;
  return { dataset, execution, partition: groupName(partitions) };
}

/** The partition of a group of one. @throws RangeError for a larger group */
export function onlyOf<Partition>({ partitions }: { readonly partitions: readonly Partition[] }): Partition {
  const [only, ...more] = partitions;
  if (only === undefined || more.length > 0) throw new RangeError('only a group of one partition comes here');
  return only;
}

/** What the statement of a group's step has in common with those of other steps. */
export function stepOf(group: InspectedGroup, step: MeasuredStep): Omit<StepStatement, 'batch'> {
  const [{ inspection } = { inspection: undefined }] = group.partitions;
  return {
    step,
    load: identityOf(group),
    further_copies: inspection?.further_copies ?? 0,
    timeout_minutes: inspection?.statement_timeout_minutes ?? 0,
  };
}

/** The plans of a group, in the order of its partitions. @throws LoadError StagingMismatch */
export function plansOf(
  bucket: string,
  dataset: Dataset,
  { partitions }: InspectedGroup,
): Promise<readonly PartitionPlan[]> {
  return inParallel(partitions, CONCURRENT_PLANS, ({ inspection }) =>
    readPlanFor(dataset, bucket, inspection.plan_key),
  );
}

/** The ends of the partitions of a group whose merge was committed. @throws RangeError if the merge lacks a partition */
export function loadedEnds(
  { partitions, counts = [] }: Pick<FailedGroup, 'partitions' | 'counts'>,
  rows: readonly (readonly [Hour, Merged])[],
  now: Date,
): readonly PartitionEnd[] {
  const merged = new Map(rows);
  return partitions.map((each) => {
    const found = merged.get(each.partition);
    if (found === undefined) throw new RangeError(`the merge has no counts of partition ${each.partition}`);
    return {
      ...startOfEnd({ partitions }, each),
      outcome: 'loaded',
      counts: counts.find(({ partition }) => partition === each.partition),
      merged: found,
      finished: now.toISOString(),
    };
  });
}

/** What is known of a partition however it ends. */
export function startOfEnd(
  { partitions }: Pick<Group, 'partitions'>,
  { partition, reason, files, built_on, failures, listed, inspection, tried_with }: PreparedPartition,
): Omit<PartitionEnd, 'outcome'> {
  const group = partitions.length > 1 ? groupName(partitions) : tried_with?.group;
  return {
    ...{ partition, reason, files, built_on, failures, listed, inspection },
    ...(group === undefined ? {} : { group }),
    ...(tried_with ? { group_error: tried_with.error } : {}),
  };
}

/** An equal part of the seconds that a group has taken, for each of its partitions. */
export function secondsOfEach(seconds: number | null, partitions: readonly unknown[]): number | null {
  return seconds === null ? null : Math.round((seconds * 1_000) / partitions.length) / 1_000;
}
