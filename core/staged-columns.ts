import * as z from 'zod';
import { parseColumnType, redshiftType, type ColumnType } from './column-types';
import { conversionOf, conversionOfNulls, type Conversion } from './conversions';
import type { Column } from './dataset';
import type { DeepReadonly } from './deep-readonly';
import { hasNoType, redshiftTypeOf, type ParquetField } from './parquet-types';

/** A column of a staging table. A load's plan holds it. */
export const stagedColumn = z.object({
  /** The name in the dataset, and so in lower case. */
  name: z.string(),
  /** The type in DDL: what COPY loads the files' values into. */
  type: z.string(),
  /** True if the files hold nothing but nulls in the column, in a type that says nothing. */
  only_nulls: z.boolean().optional(),
});
export type StagedColumn = DeepReadonly<z.infer<typeof stagedColumn>>;

/** The staging column for a field of a file; undefined if its values cannot become the dataset's. */
export function stagedColumnOf(column: Column, field: ParquetField): StagedColumn | undefined {
  const found = redshiftTypeOf(field);
  if (!found) return undefined;
  const staged = found.kind === 'varchar' ? stagedText(column.type, found) : found;
  const plain = { name: column.name, type: redshiftType(staged) };
  if (!hasNoType(field) && conversionOf(staged, column.type)) return plain;
  // Writers without a value choose any type: pandas DOUBLE, DuckDB INT32.
  return hasNoType(field) || field.has_only_nulls ? { ...plain, only_nulls: true } : undefined;
}

/**
 * COPY itself refuses a text that is too long, and names the file. A CHAR would hide blanks at the end, in which keys may
 * differ: so its texts are staged as they are.
 */
function stagedText(target: ColumnType, found: ColumnType): ColumnType {
  if (target.kind === 'char') return { kind: 'varchar', length: target.length };
  return target.kind === 'varchar' ? target : found;
}

/** How a staged column becomes the dataset's. */
export function conversionInto(target: ColumnType, { name, type, only_nulls }: StagedColumn): Conversion {
  const staged = stagedType(type);
  const conversion = only_nulls ? conversionOfNulls(target) : conversionOf(staged, target);
  if (!conversion) throw new RangeError(`${name}: ${type} does not become ${redshiftType(target)}`);
  return conversion;
}

function stagedType(text: string): ColumnType {
  const type = parseColumnType(text);
  if ('problem' in type) throw new RangeError(type.problem);
  return type;
}

/** The type of a staging column in DDL. */
export const stagedDefinition = ({ type }: StagedColumn) => redshiftType(stagedType(type));
