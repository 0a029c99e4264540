import type { Dataset } from '../core/dataset';
import type { Sql } from '../core/sql';
import { namedStatementsOf } from './statements';

/** The statements that create a dataset's target and Sluice's own tables if they are missing. */
export function creatingStatements(packageDirectory: string, dataset: Dataset): readonly Sql[] {
  return (
    namedStatementsOf(packageDirectory, 'create-warehouse', dataset)
      // Every database has "public". Creating it again needs a privilege that the loader may lack, even if it exists.
      .filter(({ name }) => name !== 'create-target-schema' || dataset.target.schema !== 'public')
      .map(({ sql }) => sql)
  );
}
