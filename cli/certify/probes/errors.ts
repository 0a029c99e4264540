import { sql } from '../../../core/sql';
import { parquetOf } from '../../../local/behaviour/parquet/written-file';
import { statementsOf } from '../../../service/statements';
import { SERVICE_DIRECTORY } from '../../shared/service-directory';
import { copied, copyCosts, COPY_NEEDS } from '../copying';
import { NotTried, verdict, type Probe } from '../probe';
import type { Site } from '../site';

const CUT_AT = 256;

/** COPY of 64-bit integers into a 32-bit column, which Redshift is seen to refuse. */
async function refusedCopy(site: Site, name: string) {
  const bytes = await parquetOf('SELECT 1::BIGINT AS a');
  const tried = await copied(site, { bytes, columns: 'a INT', name });
  if (tried.ran) throw new NotTried('COPY loaded a file that it is seen to refuse');
  return tried;
}

const context: Probe = {
  name: 'errors/cut-context',
  assumption: `Redshift cuts the context of an error after ${CUT_AT} bytes, not characters.`,
  matters: 'core/bad-files.ts reads the file’s name from a text that may be cut.',
  needs: COPY_NEEDS,
  costs: copyCosts(1),
  settles: ['contexts are cut after 256 bytes, not characters'],
  async run(site) {
    const { error } = await refusedCopy(site, `cut-${'é'.repeat(150)}.parquet`);
    const [, text] = /context:\s+(.*?)\s+query:/s.exec(error) ?? [];
    if (text === undefined) return verdict(false, `the error has no context: ${error}`);
    const bytes = Buffer.byteLength(text);
    const seen = `the context has ${bytes} bytes and ${[...text].length} characters: ${text}`;
    // The last character may not fit.
    return verdict(bytes <= CUT_AT && bytes > CUT_AT - 4, seen);
  },
};

const loadErrors: Probe = {
  name: 'errors/load-error-detail',
  assumption:
    'SYS_LOAD_ERROR_DETAIL tells a COPY’s user the whole name of the Parquet file that failed, at once.',
  matters: 'functions/shared/load-errors.ts finds the bad file by it; without it the files are loaded apart.',
  needs: COPY_NEEDS,
  costs: { statements: 5, requests: 1 },
  settles: ['what Redshift fills in for Parquet'],
  async run(site) {
    const name = 'detail.parquet';
    const { query } = await refusedCopy(site, name);
    if (query === undefined)
      return verdict(false, 'the Data API gives the failed statement no RedshiftQueryId');
    const [dataset] = site.connection.datasets;
    if (!dataset) throw new NotTried('there is no dataset');
    const [select = sql``] = statementsOf(SERVICE_DIRECTORY, 'load-errors', dataset);
    const found = await site.warehouse.try({
      tried: select,
      parameters: [{ name: 'query', value: String(query) }],
    });
    if (!found.ran) return verdict(false, `the view cannot be read: ${found.error}`);
    const isNamed = found.rows.some(([file]) => typeof file === 'string' && file.endsWith(`/${name}`));
    return verdict(isNamed, `query ${query} has the rows ${JSON.stringify(found.rows)}`);
  },
};

export const errors: readonly Probe[] = [context, loadErrors];
