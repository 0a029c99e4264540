import type { Dataset } from '../core/dataset';
import type { Sql } from '../core/sql';
import { namedStatementsOf } from './statements';

/** What creates a dataset's target and Sluice's own tables, each where it is missing. */
export function creatingStatements(packageDirectory: string, dataset: Dataset): readonly Sql[] {
  return (
    namedStatementsOf(packageDirectory, 'create-warehouse', dataset)
      // Every database has "public", and to "create" it again takes a privilege that the loader need not have.
      .filter(({ name }) => name !== 'create-target-schema' || dataset.target.schema !== 'public')
      .map(({ sql }) => sql)
  );
}
