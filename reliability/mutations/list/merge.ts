import { mutation, type Mutation } from '../mutation';

const FILE = 'sql/merge-into-target.sql';

const NEWER_VERSION = 'WHEN {target_name}.{version} > {winners}.{version} THEN 1';
const LATER_PARTITION =
  'WHEN {target_name}.{version} = {winners}.{version} AND {target_name}.{partition_column} > CAST(:partition_time AS TIMESTAMP) THEN 1';

const byHistories = (name: string, breaks: string, from: string, to: string): Mutation =>
  mutation(name, breaks, FILE, from, to, 'histories');

/** Mistakes in the merge's SQL. */
export const MERGE: readonly Mutation[] = [
  byHistories(
    'no dedup in staging',
    'An hour in which a key occurs twice fails, or loads the key twice.',
    'WHERE "sluice_ranked"."sluice_rank" = 1',
    'WHERE "sluice_ranked"."sluice_rank" >= 1',
  ),
  byHistories(
    'no tie-break',
    'Which of two rows with equal versions wins depends on the warehouse.',
    'ORDER BY {precedence}',
    'ORDER BY {version} DESC',
  ),
  byHistories(
    'no version check',
    'A repeated load of an old hour replaces newer rows.',
    NEWER_VERSION,
    'WHEN {target_name}.{version} > {winners}.{version} THEN 0',
  ),
  byHistories(
    'the row that was loaded first wins among equal versions (>= for >)',
    'The result depends on the order of the loads.',
    NEWER_VERSION,
    'WHEN {target_name}.{version} >= {winners}.{version} THEN 1',
  ),
  byHistories(
    'a correction of the same hour does not win (>= for >)',
    'A file that was written again with equal versions never arrives.',
    LATER_PARTITION,
    LATER_PARTITION.replace('} > CAST', '} >= CAST'),
  ),
  byHistories(
    'no partition in the comparison',
    'Among equal versions of two hours the one that was loaded last wins.',
    `    ${LATER_PARTITION}\n`,
    '',
  ),
  byHistories(
    'superseded rows are not dropped',
    'A repeated load of an old hour replaces newer rows.',
    'AND {matches}."sluice_newer" = 1;',
    'AND {matches}."sluice_newer" = 2;',
  ),
  byHistories(
    'replaced rows are not deleted',
    'An updated key is in the target twice.',
    'DELETE FROM {target} USING {winners} WHERE {target_is_winner} {target_range};',
    'DELETE FROM {target} USING {winners} WHERE {target_is_winner} {target_range} AND 1 = 0;',
  ),
  byHistories(
    'MERGE deletes what it should update',
    'An updated key vanishes from the target.',
    'WHEN MATCHED THEN UPDATE SET {updated_values}',
    'WHEN MATCHED THEN DELETE',
  ),
  byHistories(
    // A table that no other session uses, so the lock keeps nobody out.
    'no lock',
    'Two merges at once both insert the same key.',
    'LOCK {mutex};',
    'LOCK {staging};',
  ),
  byHistories(
    'row conservation is not asserted',
    'Rows that another session removed from staging are lost without an error.',
    `WHEN "found"."staged" = CAST(:rows_in_files AS BIGINT)
      AND "found"."winners" + "found"."superseded" = CAST(:keys AS BIGINT)
      AND "found"."in_target" = "found"."winners"
    THEN`,
    'WHEN CAST(:rows_in_files AS BIGINT) >= 0 THEN',
  ),
  byHistories(
    'the staging table is left',
    'Each load leaves a table behind.',
    'DROP TABLE {staging_tables};',
    'LOCK {staging_tables};',
  ),
  mutation(
    'one older row is enough to replace all rows of a key (MIN for MAX)',
    'Where the target holds a key twice, an old hour replaces the newer of its rows.',
    FILE,
    `  MAX(CASE
    ${NEWER_VERSION}`,
    `  MIN(CASE
    ${NEWER_VERSION}`,
    {
      file: 'tests/slow/warehouse-state.test.ts',
      test: 'a key that was duplicated by hand keeps its newer row',
    },
  ),
  mutation(
    'merges are numbered from 1 after the mutex was dropped',
    'The history takes an old merge for the last one.',
    FILE,
    'GREATEST(COALESCE(MAX("merge_number"), 0), CAST(:built_on AS BIGINT)) + 1',
    'COALESCE(MAX("merge_number"), 0) + 1',
    { file: 'tests/slow/commit-order.test.ts', test: 'merges are numbered on after the mutex was dropped' },
  ),
];
