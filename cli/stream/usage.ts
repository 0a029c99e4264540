import { open } from 'node:fs/promises';
import { chooseDataset, type Dataset } from '../../core/dataset';
import { isHour } from '../../core/hour';
import { UsageError } from '../shared/output';
import { checkHasStream } from '../shared/stream-name';
import { checkTaxiFile } from '../trips/taxi-file';
import { checkTakesTrips } from '../trips/trip-event';

export interface StreamOptions {
  /** NDJSON, or a TLC trip file in Parquet; {@link STANDARD_INPUT} for NDJSON from there. */
  readonly file: string;
  /** The hour of arrival of every event. Default: the current hour, or in a trip file the hour of each trip's pickup. */
  readonly at?: string;
  readonly dataset?: string;
}

export const STANDARD_INPUT = '-';

export interface StreamUsage {
  readonly dataset: Dataset;
  readonly format: 'events' | 'trips';
}

/**
 * Checks the usage of `sluice stream` without a connection.
 * @param isTwin whether the events go to the twin, where they can arrive in any hour.
 * @throws UsageError, LoadError InvalidInput
 */
export async function checkStream(
  datasets: readonly Dataset[],
  { file, at, dataset: name }: StreamOptions,
  { isTwin }: { readonly isTwin: boolean },
): Promise<StreamUsage> {
  if (at !== undefined && !isHour(at)) {
    throw new UsageError(`--at ${at} is not an hour. Write it in UTC, for example 2026-11-23T08.`);
  }
  if (at !== undefined && !isTwin) {
    throw new UsageError('--at is for the twin: on AWS an event arrives when Firehose receives it.');
  }
  const dataset = chooseDataset(datasets, name);
  checkHasStream(dataset);
  if (file === STANDARD_INPUT || !(await isParquet(file))) return { dataset, format: 'events' };
  checkTakesTrips(dataset);
  await checkTaxiFile(file);
  return { dataset, format: 'trips' };
}

/** A Parquet file starts with the same four bytes that it ends with. @throws UsageError for a file that cannot be read. */
async function isParquet(path: string): Promise<boolean> {
  try {
    const file = await open(path);
    try {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(4), 0, 4, 0);
      return buffer.toString('latin1', 0, bytesRead) === 'PAR1';
    } finally {
      await file.close();
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new UsageError(`There is no file ${path}.`);
    throw new UsageError(`${path} cannot be read: ${message}`);
  }
}
