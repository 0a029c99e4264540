import { paginateListObjectsV2, type _Object } from '@aws-sdk/client-s3';
import { isChanged } from '../../core/conversions';
import type { Dataset } from '../../core/dataset';
import { diagnoseStatement } from '../../core/diagnosis';
import { isDataFile } from '../../core/files';
import { addHours, hourOf } from '../../core/hour';
import { parquetTypeText, type ParquetField } from '../../core/parquet-types';
import { prefixOfHour } from '../../core/prefix';
import { joinSql, quoteName, sql } from '../../core/sql';
import { conversionInto, stagedColumnOf, stagedDefinition } from '../../core/staged-columns';
import { readParquetFooter, UnreadableFile, type ParquetFooter } from '../inspect/parquet-file';
import { s3Object } from '../inspect/s3-target';
import { NotTried, type Costs } from './probe';
import type { Site } from './site';

/** The newest file of a stream, and what COPY makes of it. */
export interface Streamed {
  readonly dataset: Dataset;
  /** `s3://bucket/key` */
  readonly name: string;
  readonly footer: Pick<ParquetFooter, 'rows' | 'fields' | 'nulls' | 'createdBy'>;
  readonly copied: Copied;
}

/** The loaded columns by name, or why the file is not loaded, and the column that is to blame, if one is. */
export type Copied =
  ReadonlyMap<string, LoadedColumn> | { readonly refused: string; readonly column?: string };

export interface LoadedColumn {
  /** Rows with a value. */
  readonly values: number;
  /** Values that the merge could not convert unchanged. */
  readonly changed: number;
}

const LOOKBACK_HOURS = 48;

/** The files are read once for all probes: this is the most that one dataset's need. */
export const STREAMED_COSTS: Costs = { requests: LOOKBACK_HOURS + 2, statements: 4 };

/**
 * The newest file of each dataset that has a stream, loaded into a table of its own, in the types in which the loader stages
 * it.
 * @throws NotTried if there is none
 */
export const streamedFiles = (site: Site): Promise<readonly Streamed[]> =>
  site.shared('streamed files', async () => {
    const datasets = site.connection.datasets.filter(({ source }) => source.stream === 'firehose');
    const files: Streamed[] = [];
    let unread: string | undefined;
    for (const dataset of datasets) {
      const newest = await newestFile(site, dataset);
      if (!newest) continue;
      const { s3, bucket } = site.connection;
      const file = s3Object(s3, bucket, newest.Key ?? '', newest.Size ?? 0, newest.ETag);
      try {
        const footer = await readParquetFooter(file);
        const copy = await copied(site, dataset, file.name, footer.fields);
        files.push({ dataset, name: file.name, footer, copied: copy });
      } catch (error) {
        if (!(error instanceof UnreadableFile)) throw error;
        unread ??= `${file.name} cannot be read: ${error.message}`;
      }
    }
    if (files.length > 0) return files;
    throw new NotTried(
      unread ??
        `no stream wrote a file in the last ${LOOKBACK_HOURS} hours: run npx sluice stream first, and wait until Firehose delivers`,
    );
  });

async function newestFile(site: Site, { source }: Dataset): Promise<_Object | undefined> {
  const { s3, bucket: Bucket } = site.connection;
  const now = hourOf(new Date());
  for (let ago = 0; ago < LOOKBACK_HOURS; ago += 1) {
    site.signal.throwIfAborted();
    const Prefix = prefixOfHour(source.prefix, addHours(now, -ago));
    const files: _Object[] = [];
    for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, { Bucket, Prefix }))
      files.push(...Contents.filter(({ Key = '' }) => isDataFile(Key, Prefix)));
    const [newest] = files.sort((left, right) => Number(right.LastModified) - Number(left.LastModified));
    if (newest) return newest;
  }
  return undefined;
}

/** Loads the file, counts what is in its columns, and drops the table. */
async function copied(
  site: Site,
  dataset: Dataset,
  url: string,
  fields: readonly ParquetField[],
): Promise<Copied> {
  const columns = fields.map((field) => {
    const column = dataset.columns.find(({ name }) => name === field.name.toLowerCase());
    return { field, column, staged: column && stagedColumnOf(column, field) };
  });
  const known = columns.flatMap(({ column, staged }) => (column && staged ? [{ ...column, staged }] : []));
  const odd = columns.find(({ staged }) => !staged);
  if (odd)
    return {
      column: odd.field.name.toLowerCase(),
      refused: `the loader refuses its column ${odd.field.name}: ${parquetTypeText(odd.field)}`,
    };

  const table = await site.table();
  const counts = known.flatMap(({ name, type, staged }) => {
    const value = quoteName(name);
    const { unchanged } = conversionInto(type, staged);
    return [sql`COUNT(${value})`, unchanged ? sql`SUM(${isChanged(unchanged, value)})` : sql`0`];
  });
  const definitions = known.map(({ name, staged }) => sql`${quoteName(name)} ${stagedDefinition(staged)}`);
  const tried = await site.warehouse.try({
    given: [sql`CREATE TABLE ${table} (${joinSql(definitions, ', ')})`],
    tried: site.copy(table, url),
    then: [sql`SELECT ${joinSql(counts, ', ')} FROM ${table}`, sql`DROP TABLE ${table}`],
  });
  if (!tried.ran) {
    const isOfFile = diagnoseStatement('FAILED', tried.error, '').name === 'ColumnMismatch';
    const blamed = isOfFile ? known.find(({ name }) => tried.error.includes(name)) : undefined;
    return { refused: tried.error, ...(blamed ? { column: blamed.name } : {}) };
  }
  const [row = []] = tried.rows;
  return new Map(
    known.map(({ name }, index) => [
      name,
      { values: Number(row[2 * index]), changed: Number(row[2 * index + 1] ?? 0) },
    ]),
  );
}
