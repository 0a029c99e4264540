import { partitionPlan, type PartitionPlan } from '../../core/plan';
import { readJson, writeJson } from './lake';

/** Reads the plan of a load. It is in S3 so that states pass only its key, however many files there are. */
export async function readPlan(bucket: string, key: string): Promise<PartitionPlan> {
  return partitionPlan.parse(await readJson(bucket, key));
}

export async function writePlan(bucket: string, key: string, plan: PartitionPlan): Promise<void> {
  await writeJson(bucket, key, plan);
}
