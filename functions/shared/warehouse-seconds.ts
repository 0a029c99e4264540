import { warehouseSeconds } from '../../core/warehouse-time';
import type { Configuration } from './configuration';
import { logger } from './handler';
import { timesOf, type LoadIdentity } from './warehouse';

/** The seconds for which the statements of a load have run so far; null if nobody can say: no load fails for that. */
export async function secondsSoFar(configuration: Configuration, load: LoadIdentity): Promise<number | null> {
  try {
    return warehouseSeconds(await timesOf(configuration, load));
  } catch (error) {
    logger.warn('Nobody knows how long the statements of the load ran', { error: error as Error });
    return null;
  }
}
