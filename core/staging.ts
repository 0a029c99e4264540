import { createHash } from 'node:crypto';
import { INTEGER_RANGES, redshiftType } from './column-types';
import { convertedOrNull, isChanged } from './conversions';
import { derivedAtMerge, requiredColumns, type Column, type Dataset } from './dataset';
import { startedText, startOfHour, type Hour } from './hour';
import type { PartitionPlan, StagedPart } from './plan';
import { byteLength, joinSql, quoteName, quoteText, sql, type Pieces, type Sql } from './sql';
import { conversionInto, stagedDefinition, type StagedColumn } from './staged-columns';
import { lines, sluiceTable, stagingDistkey, tableAttributes } from './warehouse';

/**
 * The staging tables of a load, one for each part of its plan:
 * `staging_<dataset>_<partition>_<digest of the execution>_<number of the part>`. The name identifies the load.
 * @param part from 1.
 */
export function stagingTable(dataset: string, partition: Hour, execution: string, part: number): string {
  const digest = createHash('sha256').update(execution).digest('hex').slice(0, 16);
  return `staging_${dataset}_${partition.replace(/[-T]/g, '')}_${digest}_${part}`;
}

/** The staging tables of partitions that are loaded together. One without an inspection has none. */
export function stagingTables(
  partitions: readonly {
    readonly dataset: string;
    readonly partition: Hour;
    readonly execution: string;
    readonly inspection?: { readonly parts: number } | undefined;
  }[],
): readonly string[] {
  return partitions.flatMap(({ dataset, partition, execution, inspection }) =>
    Array.from({ length: inspection?.parts ?? 0 }, (_, index) =>
      stagingTable(dataset, partition, execution, index + 1),
    ),
  );
}

/** The load that a staging table of the dataset belongs to; undefined for any other table. */
export function stagedLoad(
  dataset: string,
  table: string,
): { readonly partition: Hour; isOf(execution: string): boolean } | undefined {
  const name = new RegExp(`^staging_${dataset}_(\\d{4})(\\d{2})(\\d{2})(\\d{2})_[0-9a-f]{16}_(\\d+)$`);
  const digits = name.exec(table);
  if (!digits) return undefined;
  const [, year, month, day, hour, part] = digits;
  const partition = `${year}-${month}-${day}T${hour}`;
  return {
    partition,
    isOf: (execution) => stagingTable(dataset, partition, execution, Number(part)) === table,
  };
}

/** The pieces of SQL that name staging tables. */
export function stagingPieces(tables: readonly string[]): Pieces {
  return {
    staging_tables: joinSql(tables.map(sluiceTable)),
    staging_names: joinSql(tables.map(quoteText)),
  };
}

/** The pieces of SQL that create a part's staging table. */
export function partPieces(dataset: Dataset, { table, columns }: StagedPart): Pieces {
  const distkey = stagingDistkey(dataset);
  return {
    staging: sluiceTable(table),
    staging_definition: lines(
      columns.map((column) => sql`${quoteName(column.name)} ${stagedDefinition(column)}`),
    ),
    staging_attributes: tableAttributes(
      columns.some(({ name }) => name === distkey) ? distkey : undefined,
      [],
    ),
  };
}

/** The staged parts of a partition. */
export type StagedPartition = Pick<PartitionPlan, 'partition' | 'parts'>;

/** The hour of a staged row, as its partition. No name in a dataset starts with `sluice_`. */
const STAGED_PARTITION = quoteName('sluice_partition');

/**
 * The pieces of SQL that read the rows of all parts, as the dataset has them, each with its partition: `staged` for the
 * merge, which fails for a value that it cannot convert; `staged_rows` for their number; `staged_keys` for ValidateStaging,
 * which reads NULL there, and for that `failing_years`.
 */
export function stagedPieces(dataset: Dataset, partitions: readonly StagedPartition[]): Pieces {
  const { key, event_time: eventTime } = dataset.target;
  const keys = dataset.columns.filter(({ name }) => key.includes(name) || name === eventTime);
  return {
    ...stagingPieces(partitions.flatMap(({ parts }) => parts.map(({ table }) => table))),
    staged: union(partitions, (part) => dataset.columns.map((column) => converted(column, part))),
    staged_rows: union(partitions, () => [sql`COUNT(*) AS "sluice_rows"`]),
    failing_years: failingYears(dataset),
    staged_keys: union(partitions, (part) => keys.map((column) => converted(column, part, convertedOrNull))),
  };
}

/** Counts the rows whose year the derived column cannot hold. */
function failingYears(dataset: Dataset): Sql {
  if (!derivedAtMerge(dataset).includes('year')) return sql`0`;
  const [least, greatest] = INTEGER_RANGES.smallint;
  const year = sql`EXTRACT(year FROM ${quoteName(dataset.target.event_time)})`;
  return sql`SUM(CASE WHEN ${year} BETWEEN ${least} AND ${greatest} THEN 0 ELSE 1 END)`;
}

/** A literal names the partition: CREATE TABLE AS cannot have parameters. */
function union(partitions: readonly StagedPartition[], columnsOf: (part: StagedPart) => readonly Sql[]): Sql {
  const selects = partitions.flatMap(({ partition, parts }) => {
    const hour = quoteText(startedText(startOfHour(partition)));
    return parts.map(
      (part) =>
        sql`SELECT ${joinSql(columnsOf(part))}, CAST(${hour} AS TIMESTAMP) AS ${STAGED_PARTITION} FROM ${sluiceTable(part.table)}`,
    );
  });
  return sql`(${joinSql(selects, ' UNION ALL ')})`;
}

/** A column of a part in the dataset's type: its converted values, or NULL if the files lack the column. */
function converted(
  { name, type }: Column,
  { columns }: StagedPart,
  how: typeof convertedOrNull = (conversion, value) => conversion.converted(value),
): Sql {
  const column = quoteName(name);
  const staged = columns.find((each) => each.name === name);
  const value = staged ? how(conversionInto(type, staged), column) : sql`CAST(NULL AS ${redshiftType(type)})`;
  return value === column ? column : sql`${value} AS ${column}`;
}

/** A check of the values in a column of a part. */
export interface ValueCheck {
  readonly column: string;
  /** What is wrong with the values that fail it. Messages write it after their number. */
  readonly problem: string;
  /** The names of the count and of the example in the result of ValidateStaging. */
  readonly count: string;
  readonly example: string;
  /** 1 for each value that fails, 0 for any other. */
  readonly fails: Sql;
  /** A value as the example shows it. */
  readonly shown: Sql;
  readonly fix: string;
}

/** The most characters of a value in an error. */
const EXAMPLE_CHARACTERS = 60;

export const FIX_VALUES =
  'Fix what writes these values, or give the column a type that holds them, in the dataset file and in the target (sluice migrate --plan). Then load the partition again.';
const FIX_KEYS = 'Trim these keys where they are written. Then load the partition again.';

/** The checks of the n-th part's values: one for each conversion that may fail. @param part from 1. */
export function valueChecks(dataset: Dataset, { columns }: StagedPart, part: number): ValueCheck[] {
  return columns.flatMap((staged, index) => {
    const column = dataset.columns.find(({ name }) => name === staged.name);
    const unchanged = column && conversionInto(column.type, staged).unchanged;
    if (!unchanged) return [];
    const found = staged.only_nulls ? 'nothing but nulls' : staged.type;
    return [
      {
        column: staged.name,
        problem: `cannot be ${redshiftType(column.type)} without a change (the files have ${found})`,
        count: `failing_${part}_${index + 1}`,
        example: `example_${part}_${index + 1}`,
        fails: isChanged(unchanged, quoteName(staged.name)),
        shown: textOf(staged),
        fix: FIX_VALUES,
      },
    ];
  });
}

/**
 * The checks of the n-th part's keys. Redshift ignores blanks at the end of a text when it compares, so two keys could be
 * one, of which the merge would keep one row. Source: Amazon Redshift, "Character types", significance of trailing blanks.
 * @param part from 1.
 */
export function keyChecks(dataset: Dataset, { columns }: StagedPart, part: number): ValueCheck[] {
  const isText = ({ name, type: { kind } }: Column) =>
    (kind === 'varchar' || kind === 'char') &&
    columns.some((staged) => staged.name === name && !staged.only_nulls);
  const keys = dataset.columns.filter(({ name }) => dataset.target.key.includes(name));
  return keys.filter(isText).map(({ name }, index) => ({
    column: name,
    problem: 'end with a blank, which Redshift ignores when it compares keys',
    count: `blanks_${part}_${index + 1}`,
    example: `blank_${part}_${index + 1}`,
    fails: isChanged((value) => sql`LENGTH(RTRIM(${value})) = LENGTH(${value})`, quoteName(name)),
    shown: sql`RIGHT(${quoteName(name)}, ${EXAMPLE_CHARACTERS})`,
    fix: FIX_KEYS,
  }));
}

/** Redshift casts no BOOLEAN to text. Source: dbt-labs/dbt-utils #1016, elementary-data/elementary #1540. */
function textOf({ name, type }: StagedColumn): Sql {
  const column = quoteName(name);
  return type === 'BOOLEAN'
    ? sql`CASE WHEN ${column} THEN 'true' ELSE 'false' END`
    : sql`LEFT(CAST(${column} AS VARCHAR(65535)), ${EXAMPLE_CHARACTERS})`;
}

/** The bytes of the checks in one statement: fewer than the 100,000 of the Data API, for the text around them. */
const MAXIMUM_CHECK_BYTES = 90_000;

/** The same checks in groups, each for one statement. */
export function valueChecksByStatement(...of: Parameters<typeof valueChecks>): readonly ValueCheck[][] {
  const groups: ValueCheck[][] = [];
  let bytes = Infinity;
  for (const check of valueChecks(...of)) {
    const added = byteLength(lines(selected(check)));
    if (bytes + added > MAXIMUM_CHECK_BYTES) {
      groups.push([]);
      bytes = 0;
    }
    groups.at(-1)?.push(check);
    bytes += added;
  }
  return groups;
}

/** The count and the example of a check. */
function selected({ count, example, fails, shown }: ValueCheck): readonly Sql[] {
  return [
    sql`NULLIF(SUM(${fails}), 0) AS ${quoteName(count)}`,
    sql`MIN(CASE ${fails} WHEN 1 THEN ${shown} END) AS ${quoteName(example)}`,
  ];
}

/** The pieces of SQL that count the values which fail these checks, and show one of each. */
export function checkPieces({ table }: StagedPart, checks: readonly ValueCheck[]): Pieces {
  return { staging: sluiceTable(table), failing_counts: lines(checks.flatMap(selected)) };
}

/** The required columns of a part, with the name of the count of their nulls. @param part from 1. */
export function requiredOf(dataset: Dataset, part: number): readonly { name: string; count: string }[] {
  return requiredColumns(dataset).map((name, index) => ({ name, count: `nulls_${part}_${index + 1}` }));
}

/** The name of the count of a part's rows. @param part from 1. */
export const stagedCount = (part: number): string => `staged_${part}`;

/** The pieces of SQL that count a part's rows and the nulls in its required columns, and check its keys. @param part from 1. */
export function countPieces(dataset: Dataset, staged: StagedPart, part: number): Pieces {
  return {
    staging: sluiceTable(staged.table),
    part_counts: lines([
      sql`COUNT(*) AS ${quoteName(stagedCount(part))}`,
      ...requiredOf(dataset, part).map(
        ({ name, count }) =>
          sql`NULLIF(SUM(CASE WHEN ${quoteName(name)} IS NULL THEN 1 ELSE 0 END), 0) AS ${quoteName(count)}`,
      ),
      ...keyChecks(dataset, staged, part).flatMap(selected),
    ]),
  };
}
