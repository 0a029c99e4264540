import { createHash } from 'node:crypto';
import { redshiftType } from './column-types';
import type { Column } from './dataset';
import type { Hour } from './hour';
import { parquetTypeText, writeInstead, type ParquetField } from './parquet-types';
import { stagedColumnOf, type StagedColumn } from './staged-columns';

/** How the columns of a file differ from the dataset's. */
export interface ColumnDifferences {
  readonly missing: readonly string[];
  readonly extra: readonly string[];
  readonly duplicate: readonly string[];
  /** Columns that both have, in another order. This alone is not an error, see {@link compareColumns}. */
  readonly moved: readonly string[];
  readonly otherType: readonly {
    readonly name: string;
    readonly found: string;
    readonly expected: string;
    /** How to write the values instead, if COPY takes them in another form. */
    readonly instead?: string;
  }[];
}

export type ColumnComparison =
  /** `columns`: the staging columns in the file's order, because COPY maps columns by position. */
  | { readonly matches: true; readonly columns: readonly StagedColumn[] }
  | { readonly matches: false; readonly differences: ColumnDifferences };

/** A digest of a dataset's columns. If it changes, files that could not be loaded before may be loadable. */
export function columnsDigest(columns: readonly Column[]): string {
  return createHash('sha256').update(JSON.stringify(columns)).digest('hex');
}

/**
 * Compares the columns of one Parquet file with the dataset's, by name. Case is ignored, because Redshift and Firehose
 * fold names to lower case. Another order is not an error: the column list of the COPY follows the file. Nor is another
 * type whose values the merge can convert. The file may lack a column that was added in its hour or later.
 * @param partition the file's hour of arrival; undefined for a file without an hour, which must have every column.
 */
export function compareColumns(
  expected: readonly Column[],
  found: readonly ParquetField[],
  partition?: Hour,
): ColumnComparison {
  const order = found.map((field) => field.name.toLowerCase());
  const byName = new Map(expected.map((column) => [column.name, column]));
  const staged = found.map((field) => {
    const column = byName.get(field.name.toLowerCase());
    return column && stagedColumnOf(column, field);
  });
  const differences: ColumnDifferences = {
    missing: expected
      .filter((column) => !order.includes(column.name) && !isAddedBy(column, partition))
      .map((column) => column.name),
    extra: found.filter((field) => !byName.has(field.name.toLowerCase())).map((field) => field.name),
    duplicate: [...new Set(order.filter((name, index) => order.indexOf(name) < index))],
    moved: movedNames(
      expected.map((column) => column.name),
      order,
    ),
    otherType: found.flatMap((field, index) => {
      const column = byName.get(field.name.toLowerCase());
      return column && !staged[index] ? [differenceOf(column, field)] : [];
    }),
  };
  const { missing, extra, duplicate, otherType } = differences;
  return [missing, extra, duplicate, otherType].every((names) => names.length === 0)
    ? { matches: true, columns: staged.filter((column) => column !== undefined) }
    : { matches: false, differences };
}

function differenceOf({ name, type }: Column, field: ParquetField): ColumnDifferences['otherType'][number] {
  // Text takes neither times nor numbers, however they are written.
  const isOfUse = type.kind !== 'varchar' && type.kind !== 'char';
  const instead = isOfUse ? writeInstead(field) : undefined;
  return {
    name,
    found: parquetTypeText(field),
    expected: redshiftType(type),
    ...(instead === undefined ? {} : { instead }),
  };
}

function isAddedBy({ since }: Column, partition: Hour | undefined): boolean {
  return since !== undefined && partition !== undefined && partition <= since;
}

/** The names that both lists hold, but at different positions among these names. */
function movedNames(expected: readonly string[], found: readonly string[]): string[] {
  const common = expected.filter((name) => found.includes(name));
  const inFile = [...new Set(found)].filter((name) => common.includes(name));
  return inFile.filter((name, index) => name !== common[index]);
}

/** The differences in one line: `missing: a, b; extra: c; with another type: d (found DOUBLE, expected INTEGER)`. */
export function differencesText(differences: ColumnDifferences): string {
  const parts: [string, readonly string[]][] = [
    ['missing', differences.missing],
    ['extra', differences.extra],
    ['repeated', differences.duplicate],
    [
      'with another type',
      differences.otherType.map(
        ({ name, found, expected, instead }) =>
          `${name} (found ${found}, expected ${expected}${instead === undefined ? '' : `: ${instead}`})`,
      ),
    ],
  ];
  const moved =
    differences.moved.length > 0
      ? [`in another order: ${shorten(differences.moved)} (not an error: columns are loaded by name)`]
      : [];
  return parts
    .filter(([, names]) => names.length > 0)
    .map(([what, names]) => `${what}: ${shorten(names)}`)
    .concat(moved)
    .join('; ');
}

const SHOWN = 20;

function shorten(names: readonly string[]): string {
  const shown = names.slice(0, SHOWN).join(', ');
  return names.length > SHOWN ? `${shown} and ${names.length - SHOWN} more` : shown;
}
