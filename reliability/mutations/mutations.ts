import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../testkit/root';
import { replaceOnce } from '../histories/variants';

/** The path in the sources and in a function's package. */
export const MERGE_SQL = 'sql/merge-into-target.sql';

/** A deliberate mistake in sql/merge-into-target.sql. */
export interface Mutation {
  readonly name: string;
  /** Text that occurs once in the file. */
  readonly from: string;
  readonly to: string;
}

const NEWER_VERSION = 'WHEN {target_name}.{version} > {winners}.{version} THEN 1';
const LATER_PARTITION =
  'WHEN {target_name}.{version} = {winners}.{version} AND {target_name}.{partition_column} > CAST(:partition_time AS TIMESTAMP) THEN 1';

export const MUTATIONS: readonly Mutation[] = [
  {
    name: 'no dedup in staging',
    from: 'WHERE "sluice_ranked"."sluice_rank" = 1',
    to: 'WHERE "sluice_ranked"."sluice_rank" >= 1',
  },
  {
    name: 'no tie-break',
    from: 'ORDER BY {precedence}',
    to: 'ORDER BY {version} DESC',
  },
  {
    name: 'no version check',
    from: NEWER_VERSION,
    to: 'WHEN {target_name}.{version} > {winners}.{version} THEN 0',
  },
  {
    name: 'the row that was loaded first wins among equal versions (>= for >)',
    from: NEWER_VERSION,
    to: 'WHEN {target_name}.{version} >= {winners}.{version} THEN 1',
  },
  {
    name: 'a correction of the same hour does not win (>= for >)',
    from: LATER_PARTITION,
    to: LATER_PARTITION.replace('} > CAST', '} >= CAST'),
  },
  {
    name: 'no partition in the comparison',
    from: `    ${LATER_PARTITION}\n`,
    to: '',
  },
  {
    name: 'superseded rows are not dropped',
    from: 'AND {matches}."sluice_newer" = 1;',
    to: 'AND {matches}."sluice_newer" = 2;',
  },
  {
    name: 'replaced rows are not deleted',
    from: 'DELETE FROM {target} USING {winners} WHERE {target_is_winner} {target_range};',
    to: 'DELETE FROM {target} USING {winners} WHERE {target_is_winner} {target_range} AND 1 = 0;',
  },
  {
    name: 'MERGE deletes what it should update',
    from: 'WHEN MATCHED THEN UPDATE SET {updated_values}',
    to: 'WHEN MATCHED THEN DELETE',
  },
  {
    // A table that no other session uses, so the lock keeps nobody out.
    name: 'no lock',
    from: 'LOCK {mutex};',
    to: 'LOCK {staging};',
  },
  {
    name: 'row conservation is not asserted',
    from: `WHEN "found"."staged" = CAST(:rows_in_files AS BIGINT)
      AND "found"."winners" + "found"."superseded" = CAST(:keys AS BIGINT)
      AND "found"."in_target" = "found"."winners"
    THEN`,
    to: 'WHEN CAST(:rows_in_files AS BIGINT) >= 0 THEN',
  },
  {
    name: 'the staging table is left',
    from: 'DROP TABLE {staging};',
    to: 'LOCK {staging};',
  },
];

/** @throws Error with the mutation's name if it does not apply: an outdated list tests nothing. */
export function mutate(sql: string, { name, from, to }: Mutation): string {
  try {
    return replaceOnce(sql, from, to);
  } catch (error) {
    throw new Error(`mutation "${name}" does not apply: ${(error as Error).message}`);
  }
}

/**
 * The text of {@link MERGE_SQL} with one mistake in it.
 * @param name of a mutation; undefined: no mistake
 */
export function mutatedMergeSql(name: string | undefined): string {
  const sql = readFileSync(join(ROOT, MERGE_SQL), 'utf8');
  if (name === undefined) return sql;
  const mutation = MUTATIONS.find((each) => each.name === name);
  if (!mutation) throw new Error(`There is no mutation "${name}"`);
  return mutate(sql, mutation);
}
