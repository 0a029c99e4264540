import { requiredColumns, type Dataset } from './dataset';
import { LoadError } from './errors';
import type { InspectedState, Inspection, Row, StagingCounts } from './states';
import { nullCount } from './warehouse';

/**
 * Compares the counts of a staging table with the files' footers and the dataset.
 * @param counts the row that sql/validate-staging.sql selects.
 * @throws LoadError RowCountMismatch, ColumnMismatch, NullKeys
 */
export function judgeStaging(
  dataset: Dataset,
  load: Pick<InspectedState, 'partition'> & { readonly inspection: Pick<Inspection, 'rows' | 'files'> },
  counts: Row,
): StagingCounts {
  const number = (name: string) => Number(counts[name] ?? 0);
  const staged = number('staged');
  const { rows, files } = load.inspection;
  if (staged !== rows) {
    throw new LoadError(
      'RowCountMismatch',
      `Partition ${load.partition}: the footers of its ${files} files hold ${rows} rows, ${staged} were staged.`,
      'A file was overwritten during the load, or its footer is wrong. Look at the files with sluice inspect, then load the partition again.',
    );
  }
  if (number('columns') !== dataset.columns.length) {
    throw new LoadError(
      'ColumnMismatch',
      `Partition ${load.partition}: staging has ${number('columns')} columns, the files have ${dataset.columns.length}.`,
      'The dataset file was changed during this load. Load the partition again.',
    );
  }
  const nulls = requiredColumns(dataset)
    .map((name, index) => ({ name, count: number(nullCount(index)) }))
    .filter(({ count }) => count > 0);
  if (nulls.length > 0) {
    throw new LoadError(
      'NullKeys',
      `Partition ${load.partition}: required columns are null: ${nulls.map(({ name, count }) => `${name} in ${count} of ${staged} rows`).join(', ')}.`,
      'Fix what writes the files (the transform refuses such events), write them again, then load the partition again.',
    );
  }
  const text = (name: string) => (counts[name] == null ? null : String(counts[name]));
  return {
    staged,
    keys: number('keys'),
    other_hours: number('other_hours'),
    first_event: text('first_event'),
    last_event: text('last_event'),
  };
}
