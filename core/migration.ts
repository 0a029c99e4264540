import { parseColumnType, redshiftType } from './column-types';
import { conversionOf } from './conversions';
import { targetColumns, type Column, type Dataset } from './dataset';
import { quoteName, sql, type Sql } from './sql';
import type { Row } from './states';

/** A column as the warehouse has it: a row of SVV_COLUMNS. */
export interface FoundColumn {
  readonly name: string;
  /** `character varying(64)`, `numeric(10,2)`, `timestamp without time zone` … */
  readonly type: string;
  readonly nullable: boolean;
  readonly hasDefault: boolean;
}

/** @param row a row of SVV_COLUMNS, which holds a type and its length, precision and scale in separate columns. */
export function foundColumn(row: Row): FoundColumn {
  const { column_name, data_type, is_nullable, column_default } = row;
  return {
    name: String(column_name),
    type: typeText(String(data_type), row),
    nullable: is_nullable === 'YES',
    hasDefault: column_default !== null && column_default !== undefined,
  };
}

function typeText(type: string, row: Row): string {
  const { character_maximum_length: length, numeric_precision: precision, numeric_scale: scale } = row;
  if (type.startsWith('character') && typeof length === 'number') return `${type}(${length})`;
  return type === 'numeric' ? `${type}(${String(precision)},${String(scale)})` : type;
}

/** A difference that a migration refuses: it would lose rows or values, or Redshift cannot make it in place. */
export interface Refusal {
  readonly column: string;
  readonly problem: string;
  readonly fix: string;
  /** True if loads go on nevertheless: none changes a value, though one that does not fit stops the merge. */
  readonly may_load?: boolean;
}

/** The changes that bring a target in line with its dataset file. */
export interface Migration {
  /** True if the table does not exist: the migration creates it. */
  readonly create: boolean;
  /** Columns to add, in the file's order. All may be null. */
  readonly add: readonly Column[];
  readonly refused: readonly Refusal[];
  /** Columns that only the target has. They stay, but a row that is replaced loses its value in them. */
  readonly left: readonly string[];
}

/**
 * Compares a target with its dataset file. Only changes that lose nothing are planned: adding a column that may be null.
 * All others are refused, with a fix.
 * @param found the target's columns; empty if there is no table.
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

/** The definition of a column in ADD COLUMN, always without NOT NULL. */
export function addedColumn({ name, type }: Column): Sql {
  return sql`${quoteName(name)} ${redshiftType(type)}`;
}

function newRequired({ name }: Column): Refusal {
  return {
    column: name,
    problem:
      'is required in the dataset file and missing in the target: the rows of the target have no value for it',
    fix: 'Remove required: true and add since: <the hour of the change>; or load into a new table (target.table).',
  };
}

/** A column that the merge fills. For the rows of the target, its value can be computed or set to the oldest possible. */
function newDerived({ target }: Dataset, table: string, column: Column): Refusal {
  const { name } = column;
  const value =
    name === target.partition_column
      ? // If versions are equal, the row of the later hour wins: any row that is loaded from now on.
        `'1970-01-01'`
      : `EXTRACT(${name} FROM ${quoteName(target.event_time)})`;
  return {
    column: name,
    problem: 'is filled by the merge and missing in the target: the rows of the target have no value for it',
    fix: `Add it and fill it: ALTER TABLE ${table} ADD COLUMN ${addedColumn(column)}; UPDATE ${table} SET ${quoteName(name)} = ${value}; or load into a new table (target.table).`,
  };
}

/** The refusals for a column that both have, if the target's does not fit the dataset file. */
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
          ? // Redshift does not run it in a transaction, nor for every encoding, so a person must run it.
            `Run ALTER TABLE ${table} ALTER COLUMN ${quoteName(name)} TYPE ${expected} as a statement of its own with sluice sql. It loses no value.`
          : 'Set the type in the dataset file back; or load into a new table (target.table), and load its hours again.',
        ...(!('problem' in there) && isExact(type, there) ? { may_load: true } : {}),
      },
    ];
  }
  if (!required && !found.nullable) {
    return [
      {
        column: name,
        problem: 'may be null in the dataset file and is NOT NULL in the target',
        may_load: true,
        fix: 'Redshift cannot remove NOT NULL: set required: true again, or load into a new table (target.table).',
      },
    ];
  }
  return [];
}

/** A VARCHAR of the target may be wider than the dataset file's, because every loaded value fits. */
function isSame(expected: Column['type'], found: Column['type']): boolean {
  if (expected.kind === 'varchar' && found.kind === 'varchar') return found.length >= expected.length;
  return redshiftType(expected) === redshiftType(found);
}

/** Whether an INSERT changes no value: the target's type holds it, or is a shorter VARCHAR, which refuses it. */
function isExact(expected: Column['type'], found: Column['type']): boolean {
  if (expected.kind === 'varchar' && found.kind === 'varchar') return true;
  const conversion = conversionOf(expected, found);
  return conversion !== undefined && conversion.unchanged === undefined;
}

function obligatory({ name }: FoundColumn): Refusal {
  return {
    column: name,
    problem: 'is NOT NULL in the target and missing in the dataset file: no row could be inserted',
    fix: 'Put it back into the dataset file; or drop the column yourself, which loses its values.',
  };
}
