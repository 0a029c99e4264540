import { chooseDataset, type Dataset } from '../core/dataset';
import { addedColumn, planMigration, type Migration } from '../core/migration';
import { renderSql } from '../core/sql';
import { datasetPieces } from '../core/warehouse';
import { readSql } from '../functions/shared/package-files';
import type { Connection } from './shared/connection';
import type { Output } from './shared/output';
import { query } from './shared/query';
import { SERVICE_DIRECTORY } from './shared/service-directory';
import { readTargetColumns } from './shared/target-columns';

export interface MigrateOptions {
  /** Left out: all datasets. */
  readonly dataset?: string;
  /** Only say what would be done. */
  readonly plan?: boolean;
}

/** What scripts may rely on. */
export interface MigrateDocument {
  readonly applied: boolean;
  readonly targets: readonly {
    readonly dataset: string;
    readonly table: string;
    /** The statements that make the target what the file says, in order. */
    readonly statements: readonly string[];
    readonly refused: Migration['refused'];
    readonly left: readonly string[];
  }[];
}

interface Planned {
  readonly dataset: Dataset;
  readonly migration: Migration;
  readonly statements: readonly string[];
}

/**
 * Makes targets what their dataset files say, where nothing is lost by it. Where anything is refused, of whichever target,
 * nothing is done.
 * @returns the exit code: 1 where something is refused.
 * @throws StatementError
 */
export async function runMigrate(
  connection: Connection,
  output: Output,
  options: MigrateOptions,
): Promise<number> {
  const { datasets } = connection;
  const chosen = options.dataset === undefined ? datasets : [chooseDataset(datasets, options.dataset)];
  const planned: Planned[] = [];
  for (const dataset of chosen) {
    const migration = planMigration(dataset, await readTargetColumns(connection, dataset));
    planned.push({ dataset, migration, statements: statementsOf(dataset, migration) });
  }
  const refused = planned.some(({ migration }) => migration.refused.length > 0);
  const apply = !refused && !options.plan;
  if (!output.json) for (const each of planned) output.say(planText(each, apply));
  if (apply) {
    for (const statement of planned.flatMap(({ statements }) => statements))
      await query(connection, statement);
  }
  output.document({
    applied: apply,
    targets: planned.map(({ dataset, migration, statements }) => ({
      dataset: dataset.name,
      table: tableOf(dataset),
      statements,
      refused: migration.refused,
      left: migration.left,
    })),
  } satisfies MigrateDocument);
  if (refused) output.note('Nothing was changed. Mend what is refused, then run it again.');
  return refused ? 1 : 0;
}

const tableOf = ({ target }: Dataset): string => `${target.schema}.${target.table}`;

function statementsOf(dataset: Dataset, { create, add }: Migration): string[] {
  const pieces = datasetPieces(dataset);
  if (create) {
    return readSql(SERVICE_DIRECTORY, 'create-warehouse')
      .filter(({ name }) => name !== 'create-target-schema' || dataset.target.schema !== 'public')
      .map((template) => renderSql(template, pieces));
  }
  return readSql(SERVICE_DIRECTORY, 'migrate')
    .filter(({ name }) => name === 'add-column')
    .flatMap((template) =>
      add.map((column) => renderSql(template, { ...pieces, added_column: addedColumn(column) })),
    );
}

function planText({ dataset, migration, statements }: Planned, apply: boolean): string {
  const { create, add, refused, left } = migration;
  const verb = apply ? 'is' : 'would be';
  const lines = [
    ...(create ? [`the table is not there: it ${verb} created, with Sluice’s own`] : []),
    ...add.map((column) => `+ ${addedColumn(column)}${apply ? '' : ` ${verb} added`}`),
    ...refused.map(({ column, problem, fix }) => `✗ ${column} ${problem}\n    Fix: ${fix}`),
    ...left.map((name) => `  ${name} is not in the dataset file: it stays, and new rows have nothing in it`),
  ];
  const nothing = statements.length === 0 && refused.length === 0;
  return [
    `${tableOf(dataset)} (dataset ${dataset.name})`,
    ...lines,
    ...(nothing ? ['is what the file says'] : []),
  ]
    .map((line, index) => (index === 0 ? line : `  ${line}`))
    .join('\n');
}
