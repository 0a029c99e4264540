import type { Dataset } from '../../core/dataset';
import { batchOf, renderSql } from '../../core/sql';
import { datasetPieces } from '../../core/warehouse';
import type { Configuration } from './configuration';
import { readSql } from '../../service/package-files';
import { mergeCounts, type MergeCounts } from '../../core/states';
import { runBatch, statementName, type LoadIdentity } from './warehouse';

/**
 * The counts of a load that was committed: its history row stands in the same transaction as its rows in the target, so
 * one without the other there is not.
 */
export async function recordedLoad(
  configuration: Configuration,
  dataset: Dataset,
  load: LoadIdentity,
): Promise<MergeCounts | undefined> {
  const statements = readSql(configuration.packageDirectory, 'recorded-load').map((template) =>
    renderSql(template, datasetPieces(dataset)),
  );
  const [rows = []] = await runBatch(
    configuration,
    batchOf(statements, { dataset: load.dataset, partition: load.partition, execution: load.execution }),
    statementName(load, 'recorded load'),
  );
  return rows[0] && mergeCounts.parse(rows[0]);
}
