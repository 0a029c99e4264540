import type { Dataset } from '../../core/dataset';
import { outcomeUnreadable } from '../../core/diagnosis';
import type { Hour } from '../../core/hour';
import { batchOf, type Sql } from '../../core/sql';
import { merged, type Group, type Merged, type Row } from '../../core/states';
import { statementsOf } from '../../service/statements';
import type { Configuration } from './configuration';
import { identityOf } from './group';
import { runBatch, statementName } from './warehouse';

/**
 * The counts and the number of each partition of a group if its merge was committed. One transaction writes the rows of the
 * history and of the target, so there are all of them or none. No statement of the group may be running.
 * @param before statements that run first, in the same transaction, with their parameters.
 * @returns undefined if the merge was not committed.
 * @throws LoadError as diagnosed; StatusUnavailable or OutcomeUnknown if the statements themselves failed.
 */
export async function recordedLoads(
  configuration: Configuration,
  dataset: Dataset,
  group: Group,
  before: { readonly statements: readonly Sql[]; readonly parameters: Parameters<typeof batchOf>[1] } = {
    statements: [],
    parameters: {},
  },
): Promise<readonly Row[] | undefined> {
  const statements = statementsOf(configuration.packageDirectory, 'recorded-load', dataset);
  const hours = group.partitions.map(({ partition }) => partition);
  const identity = identityOf(group);
  const parameters = {
    ...before.parameters,
    dataset: dataset.name,
    execution: identity.execution,
    first_partition: hours[0] ?? '',
    last_partition: hours.at(-1) ?? '',
  };
  const [rows = []] = await runBatch(
    configuration,
    batchOf([...before.statements, ...statements], parameters),
    statementName(identity, 'recorded load'),
  ).catch((error: unknown) => {
    throw outcomeUnreadable(error);
  });
  // Another group of this execution may have hours between them.
  const own = rows.filter((row) => hours.includes(partitionOf(row)));
  return own.length === hours.length ? own : undefined;
}

/** What a merge made of a partition: a row of its own result, or of the history. */
export function mergedRow(row: Row): readonly [Hour, Merged] {
  return [partitionOf(row), merged.parse(row)];
}

/** The merge selects the hour as a timestamp, the history holds it as text. */
function partitionOf({ partition, sluice_partition: time }: Row): Hour {
  return String(partition ?? time)
    .slice(0, 13)
    .replace(' ', 'T');
}
