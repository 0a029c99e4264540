import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { convertedOrNull } from '../../core/conversions';
import type { Dataset } from '../../core/dataset';
import { joinSql, quoteName, quoteText, sql, type Sql } from '../../core/sql';
import { conversionInto, type StagedColumn } from '../../core/staged-columns';
import { keyChecks, valueChecks } from '../../core/staging';
import { SqlError } from '../../local/redshift-data/sql/errors';
import { quoteLiteral } from '../../local/redshift-data/sql/identifiers';
import { translate } from '../../local/redshift-data/sql/translate';
import type { Connection } from '../../local/redshift-data/warehouse/connection';
import { Database } from '../../local/redshift-data/warehouse/database';
import type { RefusalReason } from './check-document';
import { limitOf, type Sizes } from './near-limit';
import { SampleError } from './sample';

const DATABASE = 'sample';
const TABLE = 'rows';
/** No column of a dataset has such a name. */
const ROW = quoteName('sluice_row');

/** What is wrong with some rows. */
interface Check {
  readonly column: string;
  readonly reason: string;
  /** 1 for a row that it refuses, 0 for any other. */
  readonly fails: Sql;
  /** The value as an example shows it. */
  readonly shown: Sql;
}

/** What the load would find in the rows of a Parquet file. */
export interface FoundRows {
  /** Rows that some check refuses. */
  readonly refused: number;
  readonly reasons: readonly RefusalReason[];
  /** Columns without a value. */
  readonly empty: ReadonlySet<string>;
  /** By the names of columns that have a limit and a value. */
  readonly sizes: ReadonlyMap<string, Sizes>;
}

/**
 * Checks the rows of a Parquet file with the statements of the load, on the engine and the translator of the twin.
 * @param columns the staging columns, in the order of the file's.
 * @throws SampleError UnreadableSample
 */
export async function checkRows(
  dataset: Dataset,
  path: string,
  columns: readonly StagedColumn[],
): Promise<FoundRows> {
  const directory = await mkdtemp(join(tmpdir(), 'sluice-check-'));
  const abort = new AbortController();
  try {
    // Views of the engine read it.
    const journal = join(directory, 'statements.jsonl');
    await writeFile(journal, '');
    const database = await Database.open({ directory, database: DATABASE, journal, memoryLimit: '1GB' });
    try {
      const connection = await database.connect(abort.signal);
      try {
        await connection.execute(viewOf(path, columns));
        return await found(connection, dataset, columns);
      } catch (error) {
        if (error instanceof SqlError) throw error;
        const [reason] = (error as Error).message.split('\n');
        throw new SampleError('UnreadableSample', `The rows of ${path} cannot be read: ${reason}`);
      } finally {
        connection.close();
      }
    } finally {
      database.close();
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** A relation with the file's rows, under the names of the dataset's columns, and their numbers. */
function viewOf(path: string, columns: readonly StagedColumn[]): string {
  const source = `read_parquet(${quoteLiteral(resolve(path))}, hive_partitioning = false, binary_as_string = true, file_row_number = true)`;
  const aliases = [...columns.map((_, index) => `f${index}`), 'number'];
  const values = columns.map(({ name }, index) => `f${index} AS ${quoteName(name)}`);
  return `CREATE VIEW ${DATABASE}.public.${TABLE} AS SELECT number + 1 AS ${ROW}, ${values.join(', ')} FROM ${source} AS file(${aliases.join(', ')})`;
}

async function found(
  connection: Connection,
  dataset: Dataset,
  columns: readonly StagedColumn[],
): Promise<FoundRows> {
  const checks = checksOf(dataset, columns);
  const checked = columns.map(({ name }) => dataset.columns.find((column) => column.name === name)!);
  const [[refused, ...counts] = []] = await connection.rows(countsOf(checks));
  const facts = checked.flatMap(({ name, type }, index) => {
    const value = quoteName(name);
    const isText = type.kind === 'varchar' || type.kind === 'char';
    // The least integer has no magnitude in its own type.
    const size = isText
      ? sql`OCTET_LENGTH(${value})`
      : sql`ABS(${double(convertedOrNull(conversionInto(type, columns[index]!), value))})`;
    const sizes =
      limitOf(type) === undefined
        ? [sql`NULL`, sql`NULL`]
        : [double(sql`MIN(${size})`), double(sql`MAX(${size})`)];
    return [sql`COUNT(${value})`, ...sizes];
  });
  const named = facts.map((fact, index) => sql`${fact} AS ${quoteName(`t${index}`)}`);
  const [totals = []] = await connection.rows(
    engineSql(sql`SELECT ${joinSql(named)} FROM ${quoteName(TABLE)}`),
  );
  const ofColumns = checked.map(({ name }, index) => {
    const [count, least, most] = totals.slice(FACTS * index);
    return { name, count: Number(count), least: numberOf(least), most: numberOf(most) };
  });
  return {
    refused: Number(refused ?? 0),
    reasons: checks.flatMap(({ column, reason }, index) => {
      const [rows, at, text] = counts.slice(3 * index);
      if (Number(rows ?? 0) === 0) return [];
      return [
        {
          reason,
          column,
          rows: Number(rows),
          example: { at: Number(at), text: text === null ? '' : String(text) },
        },
      ];
    }),
    empty: new Set(ofColumns.filter(({ count }) => count === 0).map(({ name }) => name)),
    sizes: new Map(
      ofColumns.flatMap(({ name, least, most }) =>
        least === undefined || most === undefined ? [] : [[name, { least, most }]],
      ),
    ),
  };
}

const FACTS = 3;
const double = (value: Sql): Sql => sql`CAST(${value} AS DOUBLE PRECISION)`;
const numberOf = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);

/** The checks of the load: those of COPY, of ValidateStaging's nulls, and of its values and keys. */
function checksOf(dataset: Dataset, columns: readonly StagedColumn[]): readonly Check[] {
  const part = { table: TABLE, columns, copies: [] };
  const failsIf = (condition: Sql) => sql`CASE WHEN ${condition} THEN 1 ELSE 0 END`;
  const required = dataset.columns.filter(
    (column) => column.required && columns.some(({ name }) => name === column.name),
  );
  const texts = columns.flatMap(({ name, type, only_nulls }) => {
    const length = only_nulls ? undefined : /^VARCHAR\((\d+)\)$/.exec(type)?.[1];
    return length === undefined ? [] : [{ name, length: Number(length) }];
  });
  return [
    ...required.map(({ name }) => ({
      column: name,
      reason: 'null',
      fails: failsIf(sql`${quoteName(name)} IS NULL`),
      shown: quoteText(''),
    })),
    ...texts.map(({ name, length }) => ({
      column: name,
      reason: `longer than the ${length} bytes that are allowed`,
      fails: failsIf(sql`OCTET_LENGTH(${quoteName(name)}) > ${length}`),
      shown: sql`LEFT(${quoteName(name)}, 60)`,
    })),
    ...[...valueChecks(dataset, part, 1), ...keyChecks(dataset, part, 1)].map(
      ({ column, problem, fails, shown }) => ({
        column,
        reason: problem,
        fails,
        shown,
      }),
    ),
  ];
}

/** Of all rows: those that some check refuses; and for each check its rows, the first of them, and its value. */
function countsOf(checks: readonly Check[]): string {
  const flags = checks.flatMap(({ fails, shown }, index) => [
    sql`${fails} AS ${quoteName(`c${index}`)}`,
    sql`CASE ${fails} WHEN 1 THEN ${shown} END AS ${quoteName(`e${index}`)}`,
  ]);
  const rows = engineSql(sql`SELECT ${joinSql([ROW, ...flags])} FROM ${quoteName(TABLE)}`);
  const counts = checks.flatMap((_, index) => [
    `sum(c${index})`,
    `min(CASE c${index} WHEN 1 THEN ${ROW} END)`,
    `arg_min(e${index}, ${ROW}) FILTER (c${index} = 1)`,
  ]);
  const any =
    checks.length === 0
      ? '0'
      : `sum(CASE WHEN ${checks.map((_, index) => `c${index} = 1`).join(' OR ')} THEN 1 ELSE 0 END)`;
  return `WITH flags AS (${rows}) SELECT ${[any, ...counts].join(', ')} FROM flags`;
}

/** Redshift's SQL as the twin runs it. */
function engineSql(query: Sql): string {
  const time = new Date(0);
  const statement = translate(query, {
    database: DATABASE,
    temporaryTables: new Set(),
    statementTime: time,
    transactionTime: time,
  });
  if (statement.verb !== 'select') throw new RangeError('the load checks rows with queries');
  return statement.sql;
}
