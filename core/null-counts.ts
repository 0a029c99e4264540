import type { ParquetField } from './parquet-types';

/** The members of a footer that count nulls, in hyparquet's names. */
export interface CountedNulls {
  readonly row_groups: readonly {
    readonly columns: readonly {
      readonly meta_data?: {
        readonly path_in_schema: readonly string[];
        readonly statistics?: { readonly null_count?: bigint };
      };
    }[];
  }[];
}

/** The number of nulls by column in lower case, without columns that lack statistics in some row group. */
export function nullCounts({ row_groups }: CountedNulls): Map<string, number> {
  const counts = new Map<string, number>();
  const unknown = new Set<string>();
  for (const { meta_data: column } of row_groups.flatMap((group) => group.columns)) {
    const name = column?.path_in_schema.join('.').toLowerCase() ?? '';
    const nulls = column?.statistics?.null_count;
    if (nulls === undefined) unknown.add(name);
    else counts.set(name, (counts.get(name) ?? 0) + Number(nulls));
  }
  for (const name of unknown) counts.delete(name);
  return counts;
}

/** Marks the fields in which every value is null. @param rows of the file. @param nulls as {@link nullCounts} counts them. */
export function withNulls(
  fields: readonly ParquetField[],
  rows: bigint,
  nulls: ReadonlyMap<string, number>,
): readonly ParquetField[] {
  const isNull = ({ name }: ParquetField) => rows > 0n && nulls.get(name.toLowerCase()) === Number(rows);
  return fields.map((field) => (isNull(field) ? { ...field, has_only_nulls: true } : field));
}
