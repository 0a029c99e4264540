import type { z } from 'zod';
import {
  BAD_FILE_ERRORS,
  badFilesError,
  fileNamedIn,
  footerProblem,
  quarantineDiagnosis,
  type BadFile,
  type BadFileError,
} from '../core/bad-files';
import { columnsDigest } from '../core/columns';
import type { Dataset } from '../core/dataset';
import { caughtError, diagnose, shortenedDiagnosis } from '../core/diagnosis';
import { isErrorName, LoadError } from '../core/errors';
import { rerunInput } from '../core/execution-input';
import { filesAmong, filesBeyond, isDataFile, type LakeFile } from '../core/files';
import { diagnosisParameters, planParameters, startParameters } from '../core/history';
import type { Footer } from '../core/footer';
import { filesToLoad, planPartition, type PartitionFiles } from '../core/inspection';
import { manifestOf, planKey, type PartitionPlan } from '../core/plan';
import type { Hour } from '../core/hour';
import { errorPrefixes, prefixOfHour } from '../core/prefix';
import { batchOf, renderSql } from '../core/sql';
import { datasetPieces, stagingTable } from '../core/warehouse';
import { readConfiguration, type Configuration } from './shared/configuration';
import { readFooter } from './shared/footer';
import { logger, stepHandler } from './shared/handler';
import { allowed, countLines, listFiles, writeJson } from './shared/lake';
import { findDataset, readSql } from '../service/package-files';
import { inParallel } from './shared/in-parallel';
import { recordStep } from './shared/metrics';
import { readPlan, writePlan } from './shared/plan';
import { inspection, partitionState, type Inspection } from '../core/states';
import { endStatements, runBatch, statementName } from './shared/warehouse';

/** Footers read at the same time: two small requests each. */
const CONCURRENT_FOOTERS = 32;
/** Of records that Firehose could not deliver, as many bytes of a partition are read to count them. */
const COUNTED_ERROR_BYTES = 128 * 1024 * 1024;
const CONCURRENT_COUNTS = 8;

/** Called again, with its own inspection and the COPY's error, where a COPY has found a bad file. */
const event = partitionState.extend({ inspection: inspection.optional(), error: caughtError.optional() });
type Load = z.infer<typeof event>;

/** Reads every footer of the partition's files and plans the load: which files, in which COPYs, with how many rows. */
export const handler = stepHandler('InspectFiles', event, async (load): Promise<Inspection> => {
  const called = Date.now();
  const started = load.inspection ? new Date(load.inspection.started) : new Date();
  const configuration = readConfiguration();
  const { bucket } = configuration;
  const { dataset, several } = findDataset(configuration.packageDirectory, load.dataset);
  const mayQuarantine = dataset.load.on_bad_file === 'quarantine';

  const found = await listPartition(bucket, dataset, load);
  const previous = load.previous_plan ? await planBefore(bucket, load.previous_plan) : undefined;
  const before = previous?.loaded ?? [];
  const files = filesToLoad(found.present, load.reason === 'requested' ? [] : before);
  const toldOf = mayQuarantine && load.reason !== 'requested' ? stillBad(previous, dataset, files) : [];
  const leftOut = load.error ? await foundSoFar(bucket, dataset, load, files) : toldOf;
  const judged = await inParallel(filesBeyond(files, leftOut), CONCURRENT_FOOTERS, (file) =>
    judgeFile(bucket, dataset, load.partition, file),
  );
  const bad = [...leftOut, ...judged.filter((file) => 'error' in file)];
  if (bad.length > 0 && !mayQuarantine) throw badFilesError(dataset, bucket, bad, files.length);

  const good = judged.filter((file) => 'footer' in file);
  const key = planKey(load.dataset, load.partition, load.execution);
  const identity = { partition: load.partition, execution: load.execution, keys: { plan: key } };
  const news = filesBeyond(bad, toldOf);
  const diagnosis =
    news.length > 0 ? quarantineDiagnosis(dataset, bucket, news, files.length, good.length) : undefined;
  const plan: PartitionPlan = {
    ...planPartition(dataset, identity, found, before, good, bad),
    ...(diagnosis ? { diagnosis } : {}),
  };
  await Promise.all(
    plan.copies.map((copy) => writeJson(bucket, copy.manifest_key, manifestOf(bucket, copy))),
  );
  await writePlan(bucket, key, plan);
  if (good.length === 0) {
    const rerun = rerunInput(dataset.name, load.partition, several);
    await recordEmpty(configuration, dataset, plan, {
      ...planParameters(plan),
      ...diagnosisParameters(diagnosis, rerun),
      reason: load.reason,
      plan_key: key,
      ...startParameters(started),
    });
  }
  recordStep(dataset.name, 'InspectFiles', called);
  return {
    outcome: good.length === 0 ? 'empty' : 'ready',
    plan_key: key,
    staging: stagingTable(load.dataset, load.partition, load.execution),
    files: good.length,
    rows: plan.rows,
    bytes: good.reduce((sum, file) => sum + file.size, 0),
    quarantined: plan.quarantined.length,
    vanished: plan.vanished.length,
    overwritten: plan.overwritten.length,
    error_objects: plan.error_objects,
    error_records: plan.error_records,
    on_bad_file: dataset.load.on_bad_file,
    failed_copies: (load.inspection?.failed_copies ?? -1) + 1,
    started: started.toISOString(),
    statement_timeout_minutes: dataset.load.statement_timeout_minutes,
    merge_timeout_minutes: dataset.load.statement_timeout_minutes * dataset.load.max_concurrency,
    ...(diagnosis ? { diagnosis: shortenedDiagnosis(diagnosis, load.diagnosis_bytes) } : {}),
  };
});

async function listPartition(bucket: string, dataset: Dataset, load: Load): Promise<PartitionFiles> {
  const { source } = dataset;
  const list = async (template: string) => {
    const prefix = prefixOfHour(template, load.partition);
    return (await listFiles(bucket, prefix)).filter((file) => isDataFile(file.key, prefix));
  };
  const [present, ...errors] = await Promise.all([
    list(source.prefix),
    ...errorPrefixes(source.error_prefix).map((template) => allowed(() => list(template), [])),
  ]);
  return {
    present,
    errors: errors.flat(),
    error_records: load.inspection
      ? load.inspection.error_records
      : await allowed(() => countRecords(bucket, errors.flat()), null),
  };
}

/** @returns null where it would take too long. */
async function countRecords(bucket: string, files: readonly LakeFile[]): Promise<number | null> {
  if (files.reduce((sum, file) => sum + file.size, 0) > COUNTED_ERROR_BYTES) return null;
  const counts = await inParallel(files, CONCURRENT_COUNTS, (file) => countLines(bucket, file));
  return counts.reduce((sum, count) => sum + count, 0);
}

/** Bad files of the last load that are as they were, judged by the same columns: somebody has been told of them. */
function stillBad(
  previous: PartitionPlan | undefined,
  dataset: Dataset,
  files: readonly LakeFile[],
): readonly BadFile[] {
  if (previous?.columns_digest !== columnsDigest(dataset.columns)) return [];
  return filesAmong(previous.quarantined, files);
}

/**
 * The bad files that this execution has found so far, with the one that its COPY has just met: what is wrong with that
 * its footer does not show.
 * @throws LoadError the COPY's own, where it names no file of the partition; that of all bad files, where there is no end
 *   of them
 */
async function foundSoFar(
  bucket: string,
  dataset: Dataset,
  load: Load,
  files: readonly LakeFile[],
): Promise<readonly BadFile[]> {
  if (!load.inspection || !load.error) return [];
  const { error, cause, fix } = diagnose(load.error);
  const { quarantined, copies } = await readPlan(bucket, load.inspection.plan_key);
  // Among those left out already where this is another try of the same inspection.
  const file = fileNamedIn(cause, [...copies.flatMap((copy) => copy.files), ...quarantined]);
  if (!isBadFileError(error) || !file) {
    throw new LoadError(isErrorName(error) ? error : 'StatementFailed', cause, fix);
  }
  const { key, etag, size } = file;
  const others = quarantined.filter((each) => each.key !== key);
  const bad: BadFile[] = [...others, { key, etag, size, error, reason: cause }];
  if (load.inspection.failed_copies >= load.most_failed_copies) {
    const remark = `, and there may be more: ${load.most_failed_copies + 1} COPYs in a row met one each, and no more are tried`;
    throw badFilesError(dataset, bucket, bad, files.length, remark);
  }
  // One that was written again meanwhile is another file.
  return filesAmong(bad, files);
}

function isBadFileError(error: string): error is BadFileError {
  return BAD_FILE_ERRORS.some((each) => each === error);
}

/** The plan of the last load. Where it is gone the whole partition is loaded again: that is only slower. */
async function planBefore(bucket: string, plan: string): Promise<PartitionPlan | undefined> {
  try {
    return await readPlan(bucket, plan);
  } catch (error) {
    if (!(error instanceof LoadError) || error.name !== 'FileChanged') throw error;
    logger.warn('The plan of the last load is gone: the whole partition is loaded again', { plan });
    return undefined;
  }
}

async function judgeFile(
  bucket: string,
  dataset: Dataset,
  partition: Hour,
  file: LakeFile,
): Promise<(LakeFile & { footer: Footer }) | BadFile> {
  const footer = await readFooter(bucket, file);
  if (typeof footer === 'string') {
    return { ...file, error: 'UnreadableFile', reason: `it is not a readable Parquet file: ${footer}` };
  }
  const problem = footerProblem(dataset, partition, footer);
  return problem ? { ...file, ...problem } : { ...file, footer };
}

/** Remembers that the partition was looked at, so that the next execution does not look at it for the same reason. */
async function recordEmpty(
  configuration: Configuration,
  dataset: Dataset,
  plan: PartitionPlan,
  recorded: Readonly<Record<string, string | number>>,
): Promise<void> {
  const pieces = datasetPieces(dataset);
  const statements = readSql(configuration.packageDirectory, 'inspect-files').map((each) =>
    renderSql(each, pieces),
  );
  const { partition, execution, fingerprint } = plan;
  const parameters = { ...recorded, dataset: dataset.name, partition, execution, fingerprint };
  // Not beside the same statement of a try before, whose answer was lost: neither would see the other's row.
  await endStatements(configuration, plan);
  await runBatch(configuration, batchOf(statements, parameters), statementName(plan, 'InspectFiles'));
}
