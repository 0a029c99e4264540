import { redshiftType } from './column-types';
import { derivedAtMerge, targetColumns, type Column, type Dataset } from './dataset';
import { HISTORY_PIECES, HISTORY_TABLE } from './history';
import { joinSql, keywords, quoteName, sql, type Pieces, type Sql } from './sql';
import { scannedDrift } from './target-scan';

/** The schema that Sluice owns. */
export const SLUICE_SCHEMA = 'sluice';

/** Temporary tables of the merge. No name in a dataset starts with `sluice_`, so nothing can collide with them. */
const WINNERS = quoteName('sluice_winners');
const MATCHES = quoteName('sluice_matches');
const RIVALS = quoteName('sluice_rivals');
const COUNTS = quoteName('sluice_counts');
/** The hour from which a staged row comes. */
const PARTITION = quoteName('sluice_partition');

/** The quoted name of a staging table or of another table in Sluice's schema. */
export function sluiceTable(table: string): Sql {
  return sql`${quoteName(SLUICE_SCHEMA)}.${quoteName(table)}`;
}

export function mutexTable(dataset: string): string {
  return `mutex_${dataset}`;
}

/** The pieces of SQL that depend only on the dataset. The statements in sql/ name them in braces. */
export function datasetPieces(dataset: Dataset): Pieces {
  const { target } = dataset;
  const table = quoteName(target.table);
  const names = dataset.columns.map((column) => column.name);
  const derived = derivedAtMerge(dataset);
  const eventTime = quoteName(target.event_time);
  const keyMatch = (left: Sql, right: Sql) =>
    joinSql(
      target.key.map((name) => sql`${left}.${quoteName(name)} = ${right}.${quoteName(name)}`),
      ' AND ',
    );
  /** Of the row of a key in an hour. */
  const rowMatch = (left: Sql, right: Sql) =>
    sql`${keyMatch(left, right)} AND ${left}.${PARTITION} = ${right}.${PARTITION}`;
  const insertedColumns = [...names, ...derived, target.partition_column];
  const insertedValues = [
    ...names.map((name) => sql`${WINNERS}.${quoteName(name)}`),
    ...derived.map((part) => sql`CAST(EXTRACT(${keywords(part)} FROM ${WINNERS}.${eventTime}) AS SMALLINT)`),
    sql`${WINNERS}.${PARTITION}`,
  ];
  return {
    sluice_schema: quoteName(SLUICE_SCHEMA),
    history: sluiceTable(HISTORY_TABLE),
    ...HISTORY_PIECES,
    mutex: sluiceTable(mutexTable(dataset.name)),
    winners: WINNERS,
    matches: MATCHES,
    rivals: RIVALS,
    counts: COUNTS,
    target_schema: quoteName(target.schema),
    target: sql`${quoteName(target.schema)}.${table}`,
    target_name: table,
    target_definition: lines(targetColumns(dataset).map(definition)),
    target_attributes: tableAttributes(target.distkey, target.sortkey),
    staging_attributes: tableAttributes(stagingDistkey(dataset), []),
    keys_attributes: tableAttributes(keyDistkey(dataset), []),
    keys_definition: lines(
      target.key
        .map((name) => dataset.columns.find((column) => column.name === name))
        .flatMap((column) => (column ? [definition(column)] : [])),
    ),
    columns: joinSql(names.map(quoteName)),
    key: joinSql(target.key.map(quoteName)),
    winners_key: joinSql(target.key.map((name) => sql`${WINNERS}.${quoteName(name)}`)),
    precedence: joinSql(precedence(dataset).map((name) => sql`${quoteName(name)} DESC NULLS LAST`)),
    version: quoteName(target.version),
    event_time: eventTime,
    partition_column: quoteName(target.partition_column),
    target_is_winner: keyMatch(table, WINNERS),
    winner_is_match: rowMatch(WINNERS, MATCHES),
    winner_is_rival: rowMatch(WINNERS, RIVALS),
    match_is_rival: rowMatch(MATCHES, RIVALS),
    winner_is_shared: keyMatch(WINNERS, quoteName('sluice_shared')),
    target_is_repeated: keyMatch(table, quoteName('sluice_repeated')),
    target_key: joinSql(target.key.map((name) => sql`${table}.${quoteName(name)}`)),
    target_range:
      scannedDrift(dataset) !== null
        ? sql`AND ${table}.${eventTime} BETWEEN CAST(:first_event AS TIMESTAMP) AND CAST(:last_event AS TIMESTAMP)`
        : sql``,
    inserted_columns: joinSql(insertedColumns.map(quoteName)),
    inserted_values: joinSql(insertedValues),
    insertion_order: insertionOrder(dataset, (name) => insertedValues[insertedColumns.indexOf(name)]),
    updated_values: joinSql(
      insertedValues.flatMap((value, index) => {
        const name = insertedColumns[index] ?? '';
        return target.key.includes(name) ? [] : [sql`${quoteName(name)} = ${value}`];
      }),
    ),
  };
}

/** The sort key, so that the inserted rows are sorted as they are stored. */
function insertionOrder({ target }: Dataset, valueOf: (name: string) => Sql | undefined): Sql {
  const sorted = target.sortkey.flatMap((name) => valueOf(name) ?? []);
  return sorted.length === 0 ? sql`` : sql`ORDER BY ${joinSql(sorted)}`;
}

/** The order of rows with the same key in a staging table: the greatest version first, then by all remaining columns. */
function precedence({ target, columns }: Dataset): string[] {
  const rest = columns
    .map((column) => column.name)
    .filter((name) => name !== target.version && !target.key.includes(name));
  return [target.version, ...rest];
}

/** The distkey, if it is a column of the key, so that tables of keys join where they are. */
const keyDistkey = ({ target }: Dataset): string | undefined =>
  target.key.find((name) => name === target.distkey);

/** The staging table has the target's distkey if it can, so that the merge moves no rows between nodes. */
export function stagingDistkey({ target, columns }: Dataset): string | undefined {
  return columns.some((column) => column.name === target.distkey) ? target.distkey : undefined;
}

function definition({ name, type, required }: Column): Sql {
  return sql`${quoteName(name)} ${redshiftType(type)}${required ? sql` NOT NULL` : sql``}`;
}

export function tableAttributes(distkey: string | undefined, sortkey: readonly string[]): Sql {
  return joinSql(
    [
      ...(distkey === undefined ? [] : [sql`DISTKEY (${quoteName(distkey)})`]),
      ...(sortkey.length > 0 ? [sql`SORTKEY (${joinSql(sortkey.map(quoteName))})`] : []),
    ],
    ' ',
  );
}

/** Pieces that each have a line of their own in a statement, with commas. */
export function lines(pieces: readonly Sql[]): Sql {
  return joinSql(pieces, ',\n  ');
}
