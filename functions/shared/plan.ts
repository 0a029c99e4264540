import { columnsDigest } from '../../core/columns';
import type { Dataset } from '../../core/dataset';
import { LoadError } from '../../core/errors';
import { partitionPlan, type PartitionPlan } from '../../core/plan';
import { readJson, writeJson } from './lake';

/** Reads the plan of a load. It is in S3 so that states pass only its key, however many files there are. */
export async function readPlan(bucket: string, key: string): Promise<PartitionPlan> {
  return partitionPlan.parse(await readJson(bucket, key));
}

/**
 * Reads the plan of a running load.
 * @throws LoadError StagingMismatch if the dataset has other columns than at the inspection, so that the plan's do not fit.
 */
export async function readPlanFor(dataset: Dataset, bucket: string, key: string): Promise<PartitionPlan> {
  const plan = await readPlan(bucket, key);
  if (plan.columns_digest === columnsDigest(dataset.columns)) return plan;
  throw new LoadError(
    'StagingMismatch',
    `The columns of dataset ${dataset.name} were changed during this load of partition ${plan.partition}.`,
    'Load the partition again.',
  );
}

export async function writePlan(bucket: string, key: string, plan: PartitionPlan): Promise<void> {
  await writeJson(bucket, key, plan);
}
