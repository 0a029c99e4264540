import { loadErrorRow, mayNameFile, withFileName, type LoadErrorRow } from '../../core/load-errors';
import { batchOf } from '../../core/sql';
import { findDataset } from '../../service/datasets';
import { statementsOf } from '../../service/statements';
import { readConfiguration } from './configuration';
import { logger } from './handler';
import { runBatch, StatementError, statementName, type LoadIdentity } from './warehouse';

/** How long the view may take, in seconds. The warehouse is awake: a COPY has just failed in it. */
const DETAIL_SECONDS = 10;

/**
 * Runs a step of a COPY. If it fails on a file, its error gets the file's whole name, which Redshift cuts off.
 * @throws LoadError of the step. If the view cannot be read in time, it stays as it is.
 */
export async function namingFile<Result>(load: LoadIdentity, copy: () => Promise<Result>): Promise<Result> {
  try {
    return await copy();
  } catch (error) {
    if (!(error instanceof StatementError) || !error.query || !mayNameFile(error)) throw error;
    throw withFileName(error, await loadErrors(load, error.query));
  }
}

async function loadErrors(load: LoadIdentity, query: number): Promise<readonly LoadErrorRow[]> {
  try {
    const configuration = readConfiguration();
    const { dataset } = findDataset(configuration.packageDirectory, load.dataset);
    const statements = statementsOf(configuration.packageDirectory, 'load-errors', dataset);
    const label = statementName(load, `load errors of query ${query}`);
    const [rows = []] = await runBatch(configuration, batchOf(statements, { query }), label, DETAIL_SECONDS);
    return rows.map((row) => loadErrorRow.parse(row));
  } catch (error) {
    logger.warn('SYS_LOAD_ERROR_DETAIL cannot be read: the error may name no file', { query, error });
    return [];
  }
}
