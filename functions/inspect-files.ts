import { parquetMetadata, parquetSchema } from 'hyparquet';
import type { Dataset } from '../core/dataset';
import { LoadError } from '../core/errors';
import { isDataFile, type LakeFile } from '../core/files';
import { startedText } from '../core/hour';
import {
  filesToLoad,
  manifestOf,
  planKey,
  planPartition,
  type Footer,
  type PartitionPlan,
} from '../core/inspection';
import { prefixOfHour } from '../core/prefix';
import { batchOf, renderSql } from '../core/sql';
import { datasetPieces, stagingTable } from '../core/warehouse';
import { readConfiguration, type Configuration } from './shared/configuration';
import { logger, stepHandler } from './shared/handler';
import { listFiles, readRange, writeJson } from './shared/lake';
import { findDataset, readSql } from './shared/package-files';
import { inParallel } from './shared/in-parallel';
import { readPlan, writePlan } from './shared/plan';
import { partitionState, type Inspection } from './shared/states';
import { runBatch, statementName } from './shared/warehouse';

/** Footers read at the same time: two small requests each. */
const CONCURRENT_FOOTERS = 32;

/** Reads every footer of the partition's files and plans the load: which files, in which COPYs, with how many rows. */
export const handler = stepHandler('InspectFiles', partitionState, async (load): Promise<Inspection> => {
  const started = new Date();
  const configuration = readConfiguration();
  const { bucket } = configuration;
  const { dataset } = findDataset(configuration.packageDirectory, load.dataset);

  const prefix = prefixOfHour(dataset.source.prefix, load.partition);
  const present = (await listFiles(bucket, prefix)).filter((file) => isDataFile(file.key, prefix));
  const before = load.previous_plan ? await loadedBefore(bucket, load.previous_plan) : [];
  const files = filesToLoad(present, before);
  const footers = await inParallel(files, CONCURRENT_FOOTERS, (file) => readFooter(bucket, file));

  const key = planKey(load.dataset, load.partition, load.execution);
  const plan = planPartition(
    dataset,
    { partition: load.partition, execution: load.execution, bucket, keys: { plan: key } },
    present,
    before,
    files,
    footers,
  );
  await Promise.all(
    plan.copies.map((copy) => writeJson(bucket, copy.manifest_key, manifestOf(bucket, copy))),
  );
  await writePlan(bucket, key, plan);
  if (files.length === 0) await recordEmpty(configuration, dataset, load.reason, plan, key, started);
  return {
    outcome: files.length === 0 ? 'empty' : 'ready',
    plan_key: key,
    staging: stagingTable(load.dataset, load.partition, load.execution),
    files: files.length,
    rows: plan.rows,
    bytes: files.reduce((sum, file) => sum + file.size, 0),
    started: started.toISOString(),
    statement_timeout_minutes: dataset.load.statement_timeout_minutes,
    merge_timeout_minutes: dataset.load.statement_timeout_minutes * dataset.load.max_concurrency,
  };
});

/** The files that the target holds. Where the plan that names them is gone, all are loaded again: that is only slower. */
async function loadedBefore(bucket: string, plan: string): Promise<readonly LakeFile[]> {
  try {
    return (await readPlan(bucket, plan)).loaded;
  } catch (error) {
    if (!(error instanceof LoadError) || error.name !== 'FileChanged') throw error;
    logger.warn('The plan of the last load is gone: the whole partition is loaded again', { plan });
    return [];
  }
}

/** A Parquet file ends with its footer, the footer's length (4 bytes) and "PAR1"; the shortest possible has 12 bytes. */
const TRAILER_BYTES = 8;
const SHORTEST_FILE_BYTES = 12;

/** @throws LoadError UnreadableFile, saying what is wrong with the file. */
async function readFooter(bucket: string, file: LakeFile): Promise<Footer> {
  if (file.size === 0) throw unreadable(bucket, file, 'it is empty');
  if (file.size < SHORTEST_FILE_BYTES) throw unreadable(bucket, file, `it has only ${file.size} bytes`);
  const trailer = await readRange(bucket, file, file.size - TRAILER_BYTES, file.size);
  const magic = new TextDecoder('latin1').decode(trailer.slice(4));
  if (magic === 'PARE') throw unreadable(bucket, file, 'its footer is encrypted, which COPY cannot read');
  if (magic !== 'PAR1') {
    throw unreadable(
      bucket,
      file,
      'it does not end as Parquet does: it is of another format, or was cut off',
    );
  }
  const footerBytes = new DataView(trailer).getUint32(0, true);
  if (footerBytes + SHORTEST_FILE_BYTES > file.size) {
    throw unreadable(
      bucket,
      file,
      `its footer would have ${footerBytes} bytes, the whole file has ${file.size}`,
    );
  }
  const footer = await readRange(bucket, file, file.size - TRAILER_BYTES - footerBytes, file.size);
  try {
    const metadata = parquetMetadata(footer);
    return {
      rows: Number(metadata.num_rows),
      fields: parquetSchema(metadata).children.map((child) => child.element),
    };
  } catch (error) {
    throw unreadable(bucket, file, `its footer cannot be read (${(error as Error).message})`);
  }
}

function unreadable(bucket: string, file: LakeFile, why: string): LoadError {
  return new LoadError(
    'UnreadableFile',
    `s3://${bucket}/${file.key} is not a readable Parquet file: ${why}.`,
    'Write the file again or delete it, then load the partition again. Files whose name starts with _ or . are left out.',
  );
}

/** Remembers that the partition was looked at, so that the next execution does not look at it for the same reason. */
async function recordEmpty(
  configuration: Configuration,
  dataset: Dataset,
  reason: string,
  plan: PartitionPlan,
  planKey: string,
  started: Date,
): Promise<void> {
  const pieces = datasetPieces(dataset);
  const statements = readSql(configuration.packageDirectory, 'inspect-files').map((each) =>
    renderSql(each, pieces),
  );
  const parameters = {
    dataset: dataset.name,
    partition: plan.partition,
    execution: plan.execution,
    reason,
    fingerprint: plan.fingerprint,
    plan_key: planKey,
    started: startedText(started),
  };
  await runBatch(configuration, batchOf(statements, parameters), statementName(plan, 'InspectFiles'));
}
