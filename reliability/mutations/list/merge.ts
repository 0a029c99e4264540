import { mutation, type Mutation } from '../mutation';

const FILE = 'sql/merge-into-target.sql';

const NEWER_VERSION = 'WHEN {target_name}.{version} > {winners}.{version} THEN 1';
const LATER_PARTITION =
  'WHEN {target_name}.{version} = {winners}.{version} AND {target_name}.{partition_column} > {winners}."sluice_partition" THEN 1';

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
    LATER_PARTITION.replace('} > {winners}."', '} >= {winners}."'),
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
    `WHEN "found"."staged" = "found"."rows_in_files"
      AND "found"."keys" = "found"."superseded" + "found"."replaced" + "found"."kept"
      AND "found"."in_target" = "found"."winners"
    THEN`,
    'WHEN "found"."rows_in_files" >= 0 THEN',
  ),
  byHistories(
    'of a group each row of a key stays',
    'A key that two hours hold is in the target twice.',
    'AND {rivals}."sluice_rank" > 1;',
    'AND {rivals}."sluice_rank" > 99;',
  ),
  byHistories(
    'of a group the earlier hour wins among equal versions',
    'The table depends on which hours are loaded together.',
    'ORDER BY {winners}.{version} DESC, {winners}."sluice_partition" DESC',
    'ORDER BY {winners}.{version} DESC, {winners}."sluice_partition"',
  ),
  byHistories(
    'of a group the latest hour wins, whatever its version',
    'An older version replaces a newer one.',
    'ORDER BY {winners}.{version} DESC, {winners}."sluice_partition" DESC',
    'ORDER BY {winners}."sluice_partition" DESC, {winners}.{version} DESC',
  ),
  byHistories(
    'of a group a row is superseded by an equal version of an earlier hour',
    'The counts of an hour depend on which hours are loaded together.',
    '"sluice_before" > "sluice_age" THEN 1',
    '"sluice_before" >= "sluice_age" THEN 1',
  ),
  byHistories(
    'of a group each hour counts the row of the target that the first one replaces',
    'More rows are said to be replaced than there were.',
    'COALESCE({rivals}."sluice_first", 1) = 1 THEN',
    'COALESCE({rivals}."sluice_first", 1) >= 0 THEN',
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
    'GREATEST(COALESCE(MAX("merge_number"), 0), CAST(:last_merge AS BIGINT)) + 1',
    'COALESCE(MAX("merge_number"), 0) + 1',
    {
      file: 'tests/slow/nightly/commit-order.test.ts',
      test: 'merges are numbered on after the mutex was dropped',
    },
  ),
];
