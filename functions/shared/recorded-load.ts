import type { Dataset } from '../../core/dataset';
import { outcomeUnreadable } from '../../core/diagnosis';
import { batchOf, type Sql } from '../../core/sql';
import { merged, type Merged } from '../../core/states';
import { statementsOf } from '../../service/statements';
import type { Configuration } from './configuration';
import { runBatch, statementName, type LoadIdentity } from './warehouse';

/**
 * The counts and the number of a load if its merge was committed. One transaction writes the history row and the rows of the target, so
 * neither exists without the other. No statement of the load may be running.
 * @param before statements that run first, in the same transaction, with their parameters.
 * @throws LoadError as diagnosed; StatusUnavailable or OutcomeUnknown if the statements themselves failed.
 */
export async function recordedLoad(
  configuration: Configuration,
  dataset: Dataset,
  load: LoadIdentity,
  before: { readonly statements: readonly Sql[]; readonly parameters: Parameters<typeof batchOf>[1] } = {
    statements: [],
    parameters: {},
  },
): Promise<Merged | undefined> {
  const statements = statementsOf(configuration.packageDirectory, 'recorded-load', dataset);
  const { partition, execution } = load;
  const parameters = { ...before.parameters, dataset: load.dataset, partition, execution };
  const [rows = []] = await runBatch(
    configuration,
    batchOf([...before.statements, ...statements], parameters),
    statementName(load, 'recorded load'),
  ).catch((error: unknown) => {
    throw outcomeUnreadable(error);
  });
  return rows[0] && merged.parse(rows[0]);
}
