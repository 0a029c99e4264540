import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Dataset } from '../core/dataset';
import { parseSqlFile, renderSql, type Pieces, type Sql, type SqlTemplate } from '../core/sql';
import { datasetPieces } from '../core/warehouse';

/** The templates of `sql/<stem>.sql`, in order. */
export function readSql(packageDirectory: string, stem: string): readonly SqlTemplate[] {
  const file = `sql/${stem}.sql`;
  return parseSqlFile(readFileSync(join(packageDirectory, file), 'utf8'), file);
}

/** A statement with the name that it has in its file. */
export interface NamedStatement {
  readonly name: string;
  readonly sql: Sql;
}

/**
 * The statements of `sql/<stem>.sql` for a dataset and its strategy, in order.
 * @param pieces the load's pieces, in addition to the dataset's.
 * @param repeated the statements that run any number of times, by name, with the pieces of each time.
 */
export function namedStatementsOf(
  packageDirectory: string,
  stem: string,
  dataset: Dataset,
  pieces: Pieces = {},
  repeated: Readonly<Record<string, readonly Pieces[]>> = {},
): readonly NamedStatement[] {
  const common = { ...datasetPieces(dataset), ...pieces };
  return readSql(packageDirectory, stem)
    .filter(({ when }) => when === undefined || when === dataset.load.strategy)
    .flatMap((template) =>
      (repeated[template.name] ?? [{}]).map((each) => ({
        name: template.name,
        sql: renderSql(template, { ...common, ...each }),
      })),
    );
}

/** The same statements without their names, for a batch. */
export function statementsOf(...parameters: Parameters<typeof namedStatementsOf>): readonly Sql[] {
  return namedStatementsOf(...parameters).map(({ sql }) => sql);
}
