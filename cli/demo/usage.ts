import { chooseDataset, type Dataset } from '../../core/dataset';
import { UsageError } from '../shared/output';
import { checkHasStream } from '../shared/stream-name';
import { checkTaxiFile } from '../trips/taxi-file';
import { checkTakesTrips } from '../trips/trip-event';

export interface DemoOptions {
  /** Default: trips. */
  readonly dataset?: string;
  /** A TLC trip file. Default: made-up trips. */
  readonly from?: string;
  readonly hours?: number | 'all';
  readonly rows?: number;
  readonly seed?: number;
}

/**
 * Checks the usage of `sluice demo` without a connection.
 * @throws UsageError, LoadError InvalidInput
 */
export async function checkDemo(
  datasets: readonly Dataset[],
  { dataset: name, from, hours, rows, seed }: DemoOptions,
): Promise<Dataset> {
  if (from !== undefined && (rows !== undefined || seed !== undefined)) {
    throw new UsageError('--rows and --seed are for made-up trips: remove them, or remove --from.');
  }
  if (from === undefined && hours === 'all') {
    throw new UsageError('--hours all means all hours of a trip file: name the file with --from.');
  }
  const dataset = chooseDataset(datasets, name ?? 'trips');
  checkHasStream(dataset);
  checkTakesTrips(dataset);
  if (from !== undefined) await checkTaxiFile(from);
  return dataset;
}
