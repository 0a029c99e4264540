import * as z from 'zod';
import { parseColumnType, redshiftType, type ColumnType } from './column-types';
import { conversionOf, conversionOfNulls, type Conversion } from './conversions';
import type { Column } from './dataset';
import type { DeepReadonly } from './deep-readonly';
import { holdsOnlyNulls, redshiftTypeOf, type ParquetField } from './parquet-types';

/** A column of a staging table. A load's plan holds it. */
export const stagedColumn = z.object({
  /** The name in the dataset, and so in lower case. */
  name: z.string(),
  /** The type in DDL: what COPY loads the files' values into. */
  type: z.string(),
  /** True if the files know no type for the column, because it holds nothing but nulls. */
  only_nulls: z.boolean().optional(),
});
export type StagedColumn = DeepReadonly<z.infer<typeof stagedColumn>>;

/** The staging column for a field of a file; undefined if its values cannot become the dataset's. */
export function stagedColumnOf(column: Column, field: ParquetField): StagedColumn | undefined {
  const found = redshiftTypeOf(field);
  if (!found) return undefined;
  const only_nulls = holdsOnlyNulls(field);
  // COPY itself refuses a text that is too long, and names the file.
  const isText = found.kind === 'varchar' && (column.type.kind === 'varchar' || column.type.kind === 'char');
  const staged = isText ? column.type : found;
  if (!only_nulls && !conversionOf(staged, column.type)) return undefined;
  return { name: column.name, type: redshiftType(staged), ...(only_nulls ? { only_nulls } : {}) };
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
