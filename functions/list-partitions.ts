import { z } from 'zod';
import { targetColumns, type Dataset } from '../core/dataset';
import { LoadError } from '../core/errors';
import { parseExecutionInput, type ExecutionInput } from '../core/execution-input';
import { filesByHour, type LakeFile } from '../core/files';
import type { Hour } from '../core/hour';
import {
  hoursToList,
  planLoad,
  type LoadedPartition,
  type LoadHistory,
  type Partition,
} from '../core/partitions';
import { dayPrefixes } from '../core/prefix';
import { batchOf, renderSql, type SqlTemplate } from '../core/sql';
import { datasetPieces, mutexTable, SLUICE_SCHEMA } from '../core/warehouse';
import { readConfiguration, type Configuration } from './shared/configuration';
import { stepHandler } from './shared/handler';
import { inParallel } from './shared/in-parallel';
import { bucketRegion, listFiles } from './shared/lake';
import { findDataset, readSql } from './shared/package-files';
import { partitionState } from './shared/states';
import { runBatch, type Row } from './shared/warehouse';

const event = z.object({ input: z.unknown(), execution: z.string() });

/** Days listed at the same time: a range may have thousands. */
const CONCURRENT_LISTINGS = 16;

/** Of the 262,144 bytes that a payload between states may have, what the diagnoses of failed partitions share. */
const DIAGNOSES_BYTES = 100_000;

interface Listing {
  readonly dataset: string;
  /** Whether there are other datasets, so that an input has to name this one. */
  readonly several: boolean;
  /** True: only say what would be loaded. */
  readonly plan: boolean;
  /** Oldest first; each goes through the state machine's Map by itself. */
  readonly partitions: readonly (Partition & z.infer<typeof partitionState>)[];
  readonly waiting: number;
  readonly next: { readonly from: Hour; readonly to: Hour } | null;
  readonly max_concurrency: number;
}

/** Finds the partitions that this execution loads. */
export const handler = stepHandler(
  'ListPartitions',
  event,
  async ({ input, execution }): Promise<Listing> => {
    const configuration = readConfiguration();
    const request = parseExecutionInput(input);
    const { dataset, several } = findDataset(configuration.packageDirectory, request.dataset);
    const hours = hoursToList(dataset, request, new Date());

    await assertSameRegion(configuration);
    const [files, history] = await Promise.all([
      listHours(configuration.bucket, dataset, hours),
      readHistory(configuration, dataset, request, hours),
    ]);
    const { partitions, waiting, next } = planLoad(dataset, request, hours, files, history);
    return {
      dataset: dataset.name,
      several,
      plan: request.plan,
      partitions: partitions.map((each) => ({
        ...each,
        dataset: dataset.name,
        execution,
        diagnosis_bytes: Math.floor(DIAGNOSES_BYTES / partitions.length),
      })),
      waiting,
      next: next ?? null,
      max_concurrency: dataset.load.max_concurrency,
    };
  },
);

/** COPY from Parquet takes no REGION, so a bucket elsewhere can only fail, and later and less clearly than here. */
async function assertSameRegion({ bucket, region }: Configuration): Promise<void> {
  const found = await bucketRegion(bucket);
  if (found === region) return;
  throw new LoadError(
    'RegionMismatch',
    `Bucket ${bucket} is in ${found}, the warehouse in ${region}: COPY reads Parquet only within one Region.`,
    `Deploy Sluice and its warehouse in ${found}, or replicate the bucket into ${region} (S3 replication) and set LAKE_BUCKET to the copy.`,
  );
}

async function listHours(
  bucket: string,
  dataset: Dataset,
  { from, to }: { from: Hour; to: Hour },
): Promise<Map<Hour, LakeFile[]>> {
  const days = dayPrefixes(dataset.source.prefix, from, to);
  const listings = await inParallel(days, CONCURRENT_LISTINGS, (prefix) => listFiles(bucket, prefix));
  return filesByHour(dataset.source.prefix, listings.flat());
}

/** What was loaded, and what failed, of these hours. Creates the warehouse's tables where they are missing, unless only a plan is asked for. */
async function readHistory(
  configuration: Configuration,
  dataset: Dataset,
  request: ExecutionInput,
  { from, to }: { from: Hour; to: Hour },
): Promise<LoadHistory> {
  const pieces = datasetPieces(dataset);
  const parameters = {
    target_schema: dataset.target.schema,
    target_table: dataset.target.table,
    sluice_schema: SLUICE_SCHEMA,
    mutex_table: mutexTable(dataset.name),
    dataset: dataset.name,
    from_hour: from,
    to_hour: to,
  };
  const read = (templates: readonly SqlTemplate[]) => {
    const statements = templates.map((template) => renderSql(template, pieces));
    return runBatch(configuration, batchOf(statements, parameters), `ListPartitions ${dataset.name}`);
  };
  const templates = readSql(configuration.packageDirectory, 'list-partitions');
  const [columns = [], loaded = [], failed = []] = await read(templates).catch((error: unknown) => {
    // Before the first load the history itself is what does not exist; the target may.
    if (error instanceof LoadError && error.name === 'TargetMismatch') return read(templates.slice(0, 1));
    throw error;
  });
  const targetExists = hasTable(columns, dataset.target.table);
  if (targetExists) assertTargetColumns(columns, dataset);
  if (!request.plan && !(targetExists && hasTable(columns, mutexTable(dataset.name)))) {
    await createWarehouse(configuration, dataset);
  }
  // A table that was dropped, or has another name now, holds nothing of what the history says was loaded.
  return {
    loaded: targetExists ? loaded.map(loadedPartition) : [],
    failed: failed.map((row) => String(row.partition).trim()),
  };
}

function hasTable(columns: readonly Row[], table: string): boolean {
  return columns.some((row) => row.table_name === table);
}

async function createWarehouse(configuration: Configuration, dataset: Dataset): Promise<void> {
  const pieces = datasetPieces(dataset);
  const statements = readSql(configuration.packageDirectory, 'create-warehouse')
    // Every database has it, and to "create" it again takes a privilege that the loader need not have.
    .filter((template) => template.name !== 'create-target-schema' || dataset.target.schema !== 'public')
    .map((template) => renderSql(template, pieces));
  await runBatch(configuration, batchOf(statements, {}), `CreateWarehouse ${dataset.name}`);
}

function assertTargetColumns(columns: readonly Row[], dataset: Dataset): void {
  const found = columns
    .filter((row) => row.table_name === dataset.target.table)
    .map((row) => row.column_name);
  const missing = targetColumns(dataset).filter((column) => !found.includes(column.name));
  if (missing.length === 0) return;
  const table = `${dataset.target.schema}.${dataset.target.table}`;
  throw new LoadError(
    'TargetMismatch',
    `Table ${table} lacks ${missing.map((column) => column.name).join(', ')}, which dataset ${dataset.name} has.`,
    `Add the columns with ALTER TABLE ${table} ADD COLUMN …, or take them out of the dataset file.`,
  );
}

function loadedPartition(row: Row): LoadedPartition {
  return {
    partition: String(row.partition).trim(),
    fingerprint: String(row.fingerprint),
    plan_key: String(row.plan_key),
  };
}
