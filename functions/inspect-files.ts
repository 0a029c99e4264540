import * as z from 'zod';
import type { Dataset } from '../core/dataset';
import { caughtError } from '../core/diagnosis';
import { LoadError } from '../core/errors';
import { isDataFile, type LakeFile } from '../core/files';
import { groupOfOne } from '../core/groups';
import type { PartitionFiles } from '../core/inspection';
import { copiesOf, manifestOf, type PartitionPlan } from '../core/plan';
import { chooseFiles, planInspection, type CopyBefore } from '../core/plan-inspection';
import { errorPrefixes, prefixOfHour } from '../core/prefix';
import { group, inspection, partitionState, type Group, type Inspection } from '../core/states';
import { findDataset } from '../service/datasets';
import { readConfiguration } from './shared/configuration';
import { readFooter } from './shared/footer';
import { onlyOf } from './shared/group';
import { logger, stepHandler } from './shared/handler';
import { inParallel } from './shared/in-parallel';
import { allowed, countLines, listFiles, writeJson } from './shared/lake';
import { recordStep } from './shared/metrics';
import { readPlan, writePlan } from './shared/plan';

/** Footers that are read at the same time, with two small requests each. */
const CONCURRENT_FOOTERS = 32;
/** The most bytes of a partition's undelivered records that are read to count them. */
const COUNTED_ERROR_BYTES = 128 * 1024 * 1024;
const CONCURRENT_COUNTS = 8;

const load = partitionState.extend({
  inspection: inspection.optional(),
  error: caughtError.extend({ of_staging: z.boolean().optional() }).optional(),
});
type Load = z.infer<typeof load>;

/**
 * A partition; or a group of one, which the state machine is about to load. If a COPY finds a bad file, or was part of a
 * search for one, that has its own inspection, and the error or {@link NO_ERROR}.
 */
const event = z.union([load, group.extend({ error: load.shape.error })]);

/** Reads the footer of each file of a partition and plans the load: which files, in which COPYs, with how many rows. */
export const handler = stepHandler('InspectFiles', event, async (event): Promise<Inspection | Group> => {
  if (!('partitions' in event)) return inspect(event);
  const partition = onlyOf(event);
  return groupOfOne({ ...partition, inspection: await inspect({ ...partition, error: event.error }) });
});

async function inspect(load: Load): Promise<Inspection> {
  const called = Date.now();
  const started = load.inspection ? new Date(load.inspection.started) : new Date();
  const { bucket, packageDirectory } = readConfiguration();
  const { dataset } = findDataset(packageDirectory, load.dataset);

  const found = await listPartition(bucket, dataset, load);
  const previous = load.previous_plan ? await planBefore(bucket, load.previous_plan) : undefined;
  const subject = { bucket, dataset, load, found, previous, before: await copyBefore(bucket, load) };
  const chosen = chooseFiles(subject);
  const read = await inParallel(chosen.unread, CONCURRENT_FOOTERS, async (file) => ({
    ...file,
    footer: await readFooter(bucket, file),
  }));
  const { plan, inspection } = planInspection(subject, chosen, read, started);
  if (load.unasked) throw filesReplaced(load.partition);

  await Promise.all(
    copiesOf(plan).map((copy) => writeJson(bucket, copy.manifest_key, manifestOf(bucket, copy))),
  );
  await writePlan(bucket, inspection.plan_key, plan);
  recordStep(dataset.name, 'InspectFiles', called);
  return inspection;
}

/** Without the load history nobody knows what is left to load. */
function filesReplaced(partition: string): LoadError {
  return new LoadError(
    'FileOverwritten',
    `The files of partition ${partition} could not be loaded when the execution began, and now they can: somebody has replaced them meanwhile.`,
    'Load the partition again; a scheduled execution does this by itself.',
  );
}

/** What the state HalfLoads sets instead of the error of a COPY. */
const NO_ERROR = 'none';

async function copyBefore(bucket: string, { inspection, error }: Load): Promise<CopyBefore | undefined> {
  if (!inspection) return undefined;
  const plan = await readPlan(bucket, inspection.plan_key);
  return { inspection, plan, error: error?.Error === NO_ERROR ? undefined : error };
}

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

/** @returns null if counting would take too long. */
async function countRecords(bucket: string, files: readonly LakeFile[]): Promise<number | null> {
  if (files.reduce((sum, file) => sum + file.size, 0) > COUNTED_ERROR_BYTES) return null;
  const counts = await inParallel(files, CONCURRENT_COUNTS, (file) => countLines(bucket, file));
  return counts.reduce((sum, count) => sum + count, 0);
}

/** The plan of the last load. If it is gone, the whole partition is loaded again, which is only slower. */
async function planBefore(bucket: string, plan: string): Promise<PartitionPlan | undefined> {
  try {
    return await readPlan(bucket, plan);
  } catch (error) {
    if (!(error instanceof LoadError) || error.name !== 'FileChanged') throw error;
    logger.warn('The plan of the last load is gone: the whole partition is loaded again', { plan });
    return undefined;
  }
}
