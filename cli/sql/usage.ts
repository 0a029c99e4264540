import { UsageError } from '../shared/output';

/** @throws UsageError for text without a statement. */
export function checkStatement(statement: string): void {
  if (statement.replaceAll(';', '').trim() !== '') return;
  throw new UsageError(
    'There is no statement. Write one, for example: sluice sql "SELECT COUNT(*) FROM trips"',
  );
}
