import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { redshiftType, type ColumnType } from '../core/column-types';
import { conversionOf } from '../core/conversions';
import type { Dataset } from '../core/dataset';
import { LoadError } from '../core/errors';
import { MOST_HOURS_PER_MERGE } from '../core/execution-limits';
import { ALONE } from '../core/history';
import { loadedPieces, recordPieces } from '../core/merge';
import { byteLength, quoteName, quoteText, renderSql, type Pieces } from '../core/sql';
import {
  checkPieces,
  countPieces,
  partPieces,
  stagedPieces,
  stagingTable,
  valueChecksByStatement,
} from '../core/staging';
import { datasetPieces } from '../core/warehouse';
import { readSql } from '../service/statements';

/** Source: Amazon Redshift Management Guide, "Considerations when calling the Amazon Redshift Data API" (100 KB). */
const MAXIMUM_STATEMENT_BYTES = 100_000;
const HOUR = '2026-11-23T08';
const PLACES = Array.from({ length: MOST_HOURS_PER_MERGE }, (_, row) => ({ row, of: MOST_HOURS_PER_MERGE }));
/** Names with its number are the longest. */
const LAST_PART = 39;
/** Stands for the longest name of a load in a statement: staging table, manifest or role. */
const OF_A_LOAD = quoteText('x'.repeat(1_500));

/**
 * Checks at packaging that no statement of a dataset is too long for the Data API. Otherwise a dataset with very many
 * columns would fail at its first load.
 * @throws LoadError DatasetInvalid
 */
export function checkStatementSizes(packageDirectory: string, dataset: Dataset): void {
  const pieces = longestPieces(dataset);
  const steps = readdirSync(join(packageDirectory, 'sql')).map((file) => file.replace(/\.sql$/, ''));
  for (const step of steps) {
    for (const template of readSql(packageDirectory, step)) {
      const bytes = byteLength(renderSql(template, pieces));
      if (bytes <= MAXIMUM_STATEMENT_BYTES) continue;
      throw new LoadError(
        'DatasetInvalid',
        `Dataset ${dataset.name} has ${dataset.columns.length} columns, so statement ${template.name} of sql/${step}.sql has ${bytes} bytes. The Redshift Data API takes at most ${MAXIMUM_STATEMENT_BYTES}.`,
        'Remove columns or shorten their names.',
      );
    }
  }
}

/** The types of files with the longest conversions. */
const FILE_TYPES: readonly ColumnType[] = [{ kind: 'varchar', length: 65_535 }, { kind: 'real' }];

function longestFileType(target: ColumnType): ColumnType {
  const length = (type: ColumnType) => conversionOf(type, target)?.converted(quoteName('x')).length ?? 0;
  const [longest] = FILE_TYPES.filter((type) => length(type) > 0).sort((a, b) => length(b) - length(a));
  return longest ?? target;
}

/** The pieces of all statements for a load whose files need the longest conversions. */
export function longestPieces(dataset: Dataset): Pieces {
  const part = {
    table: stagingTable(dataset.name, HOUR, 'x'.repeat(80), LAST_PART),
    columns: dataset.columns.map(({ name, type }) => ({ name, type: redshiftType(longestFileType(type)) })),
    copies: [],
  };
  const pieces = datasetPieces(dataset);
  return {
    ...pieces,
    ...loadedPieces(PLACES),
    ...recordPieces(PLACES[0] ?? ALONE),
    ...stagedPieces(dataset, [{ partition: HOUR, parts: [part] }]),
    ...partPieces(dataset, part),
    ...countPieces(dataset, part, LAST_PART),
    ...checkPieces(part, valueChecksByStatement(dataset, part, LAST_PART)[0] ?? []),
    file_columns: pieces.columns ?? OF_A_LOAD,
    manifest: OF_A_LOAD,
    role: OF_A_LOAD,
    added_column: OF_A_LOAD,
    history_column: OF_A_LOAD,
  };
}
