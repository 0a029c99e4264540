import { asWritten, sql } from '../../core/sql';
import { parquetOf } from '../../local/behaviour/parquet/written-file';
import { NotTried, type Costs, type Need } from './probe';
import type { Site } from './site';
import type { Tried } from './warehouse';

/** What a probe needs that loads a file, and what each file costs. */
export const COPY_NEEDS: readonly Need[] = ['warehouse', 'lake', 'copy'];
export const copyCosts = (files: number): Costs => ({ statements: 4 * files, requests: files });

/** A file of one COPY. */
export interface Copied {
  readonly bytes: Buffer;
  /** The table's columns in DDL. */
  readonly columns: string;
  /** After FORMAT AS PARQUET. */
  readonly options?: string;
  /** The object's name under the prefix of the probes: one that no other probe has. */
  readonly name: string;
}

/**
 * Loads a file into a table of its own, reads the table and drops it.
 * @throws NotTried if not even a plain file can be loaded: then no refusal says anything about a file
 */
export async function copied(site: Site, file: Copied): Promise<Tried> {
  await checkCopy(site);
  return tryCopy(site, file);
}

/** Loads a plain file, once for all probes. @throws NotTried if that is refused */
export const checkCopy = (site: Site): Promise<void> =>
  site.shared('plain file', async () => {
    const bytes = await parquetOf('SELECT 1::INTEGER AS a');
    const plain = await tryCopy(site, { bytes, columns: 'a INT', name: 'plain.parquet' });
    if (!plain.ran) throw new NotTried(`COPY of a plain file is refused: ${plain.error}`);
  });

async function tryCopy(site: Site, { bytes, columns, options, name }: Copied): Promise<Tried> {
  const [table, url] = [await site.table(), await site.put(name, bytes)];
  return site.warehouse.try({
    given: [sql`CREATE TABLE ${table} (${asWritten(columns)})`],
    tried: site.copy(table, url, asWritten(options ?? '')),
    then: [sql`SELECT * FROM ${table}`, sql`DROP TABLE ${table}`],
  });
}
