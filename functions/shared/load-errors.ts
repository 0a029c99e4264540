import type { LoadError } from '../../core/errors';
import { loadErrorRow, mayNameFile, withFileName } from '../../core/load-errors';
import { renderSql } from '../../core/sql';
import { readSql } from '../../service/statements';
import type { Configuration } from './configuration';
import type { DataApi } from './data-api';
import { logger } from './handler';

/** How long the view may take, in seconds. The warehouse is awake: a COPY has just failed in it. */
const DETAIL_SECONDS = 10;

/**
 * Adds the whole name of the file that a COPY failed on, which Redshift cuts off in the error itself.
 * @param query Redshift's number of the COPY. @returns the error as it is if the view cannot be read in time.
 */
export async function namingFile(
  api: DataApi,
  { packageDirectory }: Configuration,
  error: LoadError,
  query: number | undefined,
): Promise<LoadError> {
  if (!query || !mayNameFile(error)) return error;
  try {
    const [template] = readSql(packageDirectory, 'load-errors');
    const parameters = [{ name: 'query', value: String(query) }];
    const id = await api.submit(renderSql(template!, {}), parameters);
    const { status } = await api.describe(id, DETAIL_SECONDS);
    if (status !== 'FINISHED') throw new Error(`statement ${id} is ${status}`);
    const { rows } = await api.read(id);
    return withFileName(
      error,
      rows.map(([file_name, error_message]) => loadErrorRow.parse({ file_name, error_message })),
    );
  } catch (thrown) {
    logger.warn('SYS_LOAD_ERROR_DETAIL cannot be read: the error may name no file', { query, thrown });
    return error;
  }
}
