import { z } from 'zod';
import { BAD_FILE_ERRORS } from '../../core/bad-files';
import type { PartitionPlan } from '../../core/inspection';
import { readJson, writeJson } from './lake';
import { diagnosis } from './states';

const file = z.object({ key: z.string(), etag: z.string(), size: z.number() });
const schema: z.ZodType<PartitionPlan> = z.object({
  dataset: z.string(),
  partition: z.string(),
  execution: z.string(),
  copies: z.array(
    z.object({
      manifest_key: z.string(),
      columns: z.array(z.string()),
      files: z.array(file.extend({ rows: z.number() })),
    }),
  ),
  rows: z.number(),
  loaded: z.array(file),
  fingerprint: z.string(),
  vanished: z.array(z.string()),
  // Plans of earlier versions of Sluice have none of these.
  overwritten: z.array(z.string()).default([]),
  quarantined: z.array(file.extend({ error: z.enum(BAD_FILE_ERRORS), reason: z.string() })).default([]),
  columns_digest: z.string().default(''),
  diagnosis: diagnosis.optional(),
  error_objects: z.number().default(0),
  error_records: z.number().nullable().default(0),
});

/** The plan of a partition's load, kept in S3 so that states pass only its key, however many files there are. */
export async function readPlan(bucket: string, key: string): Promise<PartitionPlan> {
  return schema.parse(await readJson(bucket, key));
}

export async function writePlan(bucket: string, key: string, plan: PartitionPlan): Promise<void> {
  await writeJson(bucket, key, plan);
}
