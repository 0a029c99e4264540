import { chooseDataset, type Dataset } from '../core/dataset';
import { hourOf } from '../core/hour';
import { addedColumn, planMigration, type Migration } from '../core/migration';
import { batchOf, type Sql, type SqlBatch } from '../core/sql';
import { assertTargetFits } from '../core/warehouse-objects';
import { creatingBatch, historyColumnStatements } from '../service/create-warehouse';
import { statementsOf } from '../service/statements';
import type { Connection } from './shared/connection';
import type { Output } from './shared/output';
import { runBatch } from './shared/query';
import { SERVICE_DIRECTORY } from './shared/service-directory';
import { readTargetColumns, readWarehouseObjects } from './shared/target-columns';

export interface MigrateOptions {
  /** Default: all datasets. */
  readonly dataset?: string;
  /** Only show what would be done. */
  readonly plan?: boolean;
}

/** The document of `--json`: scripts rely on it. */
export interface MigrateDocument {
  readonly applied: boolean;
  readonly targets: readonly {
    readonly dataset: string;
    readonly table: string;
    /** The statements that bring the target in line with the dataset file, in order. */
    readonly statements: readonly string[];
    readonly refused: Migration['refused'];
    readonly left: readonly string[];
  }[];
}

interface Planned {
  readonly dataset: Dataset;
  readonly migration: Migration;
  /** Each is a transaction of its own. */
  readonly batches: readonly SqlBatch[];
}

const statementsOfBatches = (batches: readonly SqlBatch[]): readonly Sql[] =>
  batches.flatMap(({ sqls }) => sqls);

/**
 * Brings targets in line with their dataset files, if nothing is lost. If any change of any target is refused, nothing is
 * changed.
 * @returns the exit code: 1 if a change is refused.
 * @throws StatementError; LoadError WarehouseAccessDenied if a target exists and the user may not see its columns
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
    const objects = await readWarehouseObjects(connection, dataset);
    // A target without columns may be one that the user does not see.
    if (migration.create) assertTargetFits(objects, dataset);
    const batches = migration.create
      ? [creatingBatch(SERVICE_DIRECTORY, dataset, objects, 'sluice migrate')]
      : [
          ...addingStatements(dataset, migration),
          ...historyColumnStatements(SERVICE_DIRECTORY, dataset, objects),
        ].map((statement) => batchOf([statement], {}));
    planned.push({ dataset, migration, batches });
  }
  const refused = planned.some(({ migration }) => migration.refused.length > 0);
  const apply = !refused && !options.plan;
  for (const each of planned) {
    if (!output.json) output.say(planText(each));
    if (!apply) continue;
    for (const batch of each.batches) {
      await runBatch(connection, batch, `sluice migrate ${each.dataset.name}`);
      if (!output.json) for (const statement of batch.sqls) output.say(`  done: ${firstLine(statement)}`);
    }
  }
  output.document({
    applied: apply,
    targets: planned.map(({ dataset, migration, batches }) => ({
      dataset: dataset.name,
      table: tableOf(dataset),
      statements: statementsOfBatches(batches),
      refused: migration.refused,
      left: migration.left,
    })),
  } satisfies MigrateDocument);
  if (refused) output.note('Nothing was changed. Fix what is refused, then run the command again.');
  return refused ? 1 : 0;
}

/** A statement may be a CREATE TABLE of many lines. */
const firstLine = (statement: string): string => statement.trim().split('\n')[0] ?? '';

const tableOf = ({ target }: Dataset): string => `${target.schema}.${target.table}`;

function addingStatements(dataset: Dataset, { add }: Migration): readonly Sql[] {
  return statementsOf(
    SERVICE_DIRECTORY,
    'migrate',
    dataset,
    {},
    {
      'target-columns': [],
      'add-column': add.map((column) => ({ added_column: addedColumn(column) })),
    },
  );
}

function planText({ dataset, migration, batches }: Planned): string {
  const { create, add, refused, left } = migration;
  const lines = [
    ...(create ? ['the table does not exist: create it, and what is missing of Sluice’s own tables'] : []),
    ...add.flatMap((column) => [
      `+ add ${addedColumn(column)}`,
      ...(column.since === undefined && dataset.columns.includes(column)
        ? [
            `    Files without it are refused from the next deployment on (ColumnMismatch). To accept the files written so far, set since: ${hourOf(new Date())} in the dataset file.`,
          ]
        : []),
    ]),
    ...refused.map(({ column, problem, fix }) => `✗ ${column} ${problem}\n    Fix: ${fix}`),
    ...left.map(
      (name) =>
        `  ${name} is not in the dataset file: the column stays, but a replaced row loses its value, and files with the column are refused (ColumnMismatch)`,
    ),
  ];
  const nothing = batches.length === 0 && refused.length === 0;
  return [`${tableOf(dataset)} (dataset ${dataset.name})`, ...lines, ...(nothing ? ['nothing to do'] : [])]
    .map((line, index) => (index === 0 ? line : `  ${line}`))
    .join('\n');
}
