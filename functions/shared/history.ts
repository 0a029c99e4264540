import type { Dataset } from '../../core/dataset';
import { LoadError } from '../../core/errors';
import type { Hour } from '../../core/hour';
import { byHour, changedHours, isAhead, lastMerge, type LedgerHours } from '../../core/ledger';
import { historyAttempt } from '../../core/ledger-attempt';
import { batchOf, type Sql } from '../../core/sql';
import { assertTargetFits, objectParameters, warehouseObjects } from '../../core/warehouse-objects';
import { creatingBatch, findingStatements } from '../../service/create-warehouse';
import type { Configuration } from './configuration';
import { runBatch, statementName } from './warehouse';

/** Staging tables that one execution looks at; the next one takes the rest. */
const MOST_STAGING_TABLES = 200;

/** Which hours are asked for: `from` to `to`, and those of `kept` for which something may still be to do. */
export interface AskedHours {
  readonly kept: { readonly from: Hour; readonly to: Hour };
  readonly from: Hour;
  readonly to: Hour;
  readonly execution: string;
  /** Those that find what exists, then `last-merge` and `known-attempts`. */
  readonly statements: readonly Sql[];
}

/** What the warehouse says. */
export interface History {
  /** The attempts on the hours. */
  readonly hours: LedgerHours;
  /** The hours in which the ledger is not as the history, with what the history says. */
  readonly changed: LedgerHours;
  /** Whether the ledger tells of a merge that it does not have. Then `hours` has all of `kept`. */
  readonly isBehind: boolean;
  /** The dataset's staging tables, of any execution. */
  readonly staging: readonly string[];
}

/**
 * Reads what earlier attempts did, and which staging tables exist. Creates what is missing in the warehouse.
 * @throws LoadError TargetMismatch, WarehouseAccessDenied, or as diagnosed
 */
export async function readHistory(
  configuration: Configuration,
  dataset: Dataset,
  told: LedgerHours,
  asked: AskedHours,
): Promise<History> {
  const history = await askHistory(configuration, dataset, lastMerge(told), asked);
  const isLacking =
    !history.isBehind && isAhead(told, history.hours, changedHours(told, history.hours, asked));
  // The warehouse was restored while an execution ran, whose merges took the numbers of those that it lost.
  const whole = isLacking
    ? await askHistory(configuration, dataset, Number.MAX_SAFE_INTEGER, asked)
    : history;
  const { hours, isBehind, staging } = whole;
  return { hours, isBehind, staging, changed: changedHours(told, hours, isBehind ? asked.kept : asked) };
}

/** @param told_merge the number of the last merge of which the ledger tells. */
async function askHistory(
  configuration: Configuration,
  dataset: Dataset,
  told_merge: number,
  { execution, statements, kept, from, to }: AskedHours,
): Promise<Omit<History, 'changed'>> {
  const { packageDirectory } = configuration;
  const parameters = {
    ...objectParameters(dataset),
    ...{ dataset: dataset.name, told_merge, from_hour: from, to_hour: to },
    ...{ oldest_hour: kept.from, newest_hour: kept.to },
  };
  const owner = { dataset: dataset.name, execution };
  const read = (statements: readonly Sql[]) =>
    runBatch(configuration, batchOf(statements, parameters), statementName(owner, 'PrepareWarehouse'));
  const finding = findingStatements(packageDirectory, dataset);
  let results = await read(statements).catch(async (error: unknown) => {
    // Before the first load the history does not exist.
    if (!(error instanceof LoadError) || error.name !== 'TargetMismatch') throw error;
    const found = await read(finding);
    // Another execution may have created it since.
    return warehouseObjects(found, dataset).hasHistory ? read(statements) : found;
  });
  const objects = warehouseObjects(results, dataset);
  assertTargetFits(objects, dataset);
  const creating = creatingBatch(packageDirectory, dataset, objects, execution);
  if (creating.sqls.length > 0) {
    await runBatch(configuration, creating, statementName(owner, 'CreateWarehouse'));
    // It tells of a target that was dropped since.
    if (objects.hasHistory && !objects.hasTarget) results = await read(statements);
  }
  const [last = [], attempts = []] = results.slice(finding.length);
  return {
    hours: byHour(attempts.map(historyAttempt)),
    isBehind: told_merge > Number(last[0]?.last_merge ?? 0),
    staging: objects.staging.slice(0, MOST_STAGING_TABLES),
  };
}
