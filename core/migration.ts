import { parseColumnType, redshiftType } from './column-types';
import { targetColumns, type Column, type Dataset } from './dataset';
import { quoteName, sql, type Sql } from './sql';

/** A column as the warehouse has it: a row of SVV_COLUMNS. */
export interface FoundColumn {
  readonly name: string;
  /** `character varying(64)`, `numeric(10,2)`, `timestamp without time zone` … */
  readonly type: string;
  readonly nullable: boolean;
  readonly hasDefault: boolean;
}

/** A difference that a migration does not undertake, since rows or values would be lost or it cannot be done in place. */
export interface Refusal {
  readonly column: string;
  readonly problem: string;
  readonly fix: string;
}

/** What makes a target what its dataset file says. */
export interface Migration {
  /** The table is not there: it is created as a whole. */
  readonly create: boolean;
  /** Columns to add, in the file's order. All may be null. */
  readonly add: readonly Column[];
  readonly refused: readonly Refusal[];
  /** Columns that the file has not (any more): they stay, but a row that is replaced loses its value there. */
  readonly left: readonly string[];
}

/**
 * Compares a target with its dataset file. Only what loses nothing is planned: a column that may be null is added; all else
 * is refused with what to do.
 * @param found the target's columns; empty where there is no table.
 */
export function planMigration(dataset: Dataset, found: readonly FoundColumn[]): Migration {
  if (found.length === 0) return { create: true, add: [], refused: [], left: [] };
  const table = `${quoteName(dataset.target.schema)}.${quoteName(dataset.target.table)}`;
  const expected = targetColumns(dataset);
  const inTarget = new Map(found.map((column) => [column.name, column]));
  const missing = expected.filter(({ name }) => !inTarget.has(name));
  const extra = found.filter(({ name }) => !expected.some((column) => column.name === name));
  return {
    create: false,
    add: missing.filter(({ required }) => !required),
    refused: [
      ...missing
        .filter(({ required }) => required)
        .map((column) =>
          dataset.columns.includes(column) ? newRequired(column) : newDerived(dataset, table, column),
        ),
      ...expected.flatMap((column) => {
        const there = inTarget.get(column.name);
        return there ? otherwise(table, column, there) : [];
      }),
      ...extra.filter(({ nullable, hasDefault }) => !nullable && !hasDefault).map(obligatory),
    ],
    left: extra.filter(({ nullable, hasDefault }) => nullable || hasDefault).map(({ name }) => name),
  };
}

/** The definition by which a column is added: never NOT NULL. */
export function addedColumn({ name, type }: Column): Sql {
  return sql`${quoteName(name)} ${redshiftType(type)}`;
}

function newRequired({ name }: Column): Refusal {
  return {
    column: name,
    problem:
      'is required in the dataset file and not in the target: rows that are there have no value for it',
    fix: 'Take required: true away, with since: <the hour of the change>; or load into a new table (target.table).',
  };
}

/** One that the merge makes: of rows that are there it can be told, or taken for the oldest. */
function newDerived({ target }: Dataset, table: string, column: Column): Refusal {
  const { name } = column;
  const value =
    name === target.partition_column
      ? // Of rows of one version those of the later hour stand: any that is loaded from now on.
        `'1970-01-01'`
      : `EXTRACT(${name} FROM ${quoteName(target.event_time)})`;
  return {
    column: name,
    problem: 'is made by the merge and is not in the target: rows that are there have no value for it',
    fix: `Add it and fill it: ALTER TABLE ${table} ADD COLUMN ${addedColumn(column)}; UPDATE ${table} SET ${quoteName(name)} = ${value}; or load into a new table (target.table).`,
  };
}

/** A column that both have, where the target's cannot hold what the file says. */
function otherwise(table: string, { name, type, required }: Column, found: FoundColumn): Refusal[] {
  const there = parseColumnType(found.type);
  const expected = redshiftType(type);
  const actual = 'problem' in there ? found.type.toUpperCase() : redshiftType(there);
  if ('problem' in there || !isSame(type, there)) {
    const isWider = type.kind === 'varchar' && 'kind' in there && there.kind === 'varchar';
    return [
      {
        column: name,
        problem: `is ${expected} in the dataset file and ${actual} in the target`,
        fix: isWider
          ? // Redshift runs it in no transaction, and not on every encoding: it is for a person to look at.
            `No value is lost by ALTER TABLE ${table} ALTER COLUMN ${quoteName(name)} TYPE ${expected}, which has to run by itself: sluice sql.`
          : 'Set the type in the dataset file back; or load into a new table (target.table) and requested ranges.',
      },
    ];
  }
  if (!required && !found.nullable) {
    return [
      {
        column: name,
        problem: 'may be null by the dataset file and is NOT NULL in the target',
        fix: 'Redshift cannot take NOT NULL away: make it required: true again, or load into a new table (target.table).',
      },
    ];
  }
  return [];
}

/** A target's VARCHAR may be wider than the file's: what is loaded fits. */
function isSame(expected: Column['type'], found: Column['type']): boolean {
  if (expected.kind === 'varchar' && found.kind === 'varchar') return found.length >= expected.length;
  return redshiftType(expected) === redshiftType(found);
}

function obligatory({ name }: FoundColumn): Refusal {
  return {
    column: name,
    problem: 'is NOT NULL in the target and not in the dataset file: no row could be inserted',
    fix: 'Put it back into the dataset file; or drop it yourself, which loses its values.',
  };
}
