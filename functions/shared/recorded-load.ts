import type { Dataset } from '../../core/dataset';
import { batchOf } from '../../core/sql';
import { mergeCounts, type MergeCounts } from '../../core/states';
import { statementsOf } from '../../service/statements';
import type { Configuration } from './configuration';
import { runBatch, statementName, type LoadIdentity } from './warehouse';

/**
 * The counts of a load if its merge was committed. One transaction writes the history row and the rows of the target, so
 * neither exists without the other.
 */
export async function recordedLoad(
  configuration: Configuration,
  dataset: Dataset,
  load: LoadIdentity,
): Promise<MergeCounts | undefined> {
  const statements = statementsOf(configuration.packageDirectory, 'recorded-load', dataset);
  const [rows = []] = await runBatch(
    configuration,
    batchOf(statements, { dataset: load.dataset, partition: load.partition, execution: load.execution }),
    statementName(load, 'recorded load'),
  );
  return rows[0] && mergeCounts.parse(rows[0]);
}
