import { chooseDataset } from '../core/dataset';
import { readHistory } from './ledger/history';
import { ledgerOf } from './ledger/ledger-of';
import type { Connection } from './shared/connection';
import type { Output } from './shared/output';
import { plural } from './shared/text';

export interface LedgerOptions {
  /** Default: all datasets. */
  readonly dataset?: string;
}

/** The document of `--json`: scripts rely on it. */
export interface LedgerDocument {
  readonly ledgers: readonly {
    readonly dataset: string;
    readonly days: number;
    readonly hours: number;
    readonly attempts: number;
  }[];
}

/**
 * `sluice ledger rebuild`: writes the ledgers anew from the load history. It wakes the warehouse.
 * @returns the exit code.
 * @throws StatementError; LoadError if the lake refuses it
 */
export async function runRebuild(
  connection: Connection,
  output: Output,
  options: LedgerOptions,
): Promise<number> {
  const { datasets } = connection;
  const chosen = options.dataset === undefined ? datasets : [chooseDataset(datasets, options.dataset)];
  const ledgers: LedgerDocument['ledgers'][number][] = [];
  for (const dataset of chosen) {
    const history = await readHistory(connection, dataset);
    const days = await ledgerOf(connection, dataset).rebuild(history);
    const attempts = [...history.values()].flat().length;
    ledgers.push({ dataset: dataset.name, days, hours: history.size, attempts });
    output.say(
      `${dataset.name}: ${plural(attempts, 'attempt')} on ${plural(history.size, 'hour')}, in ${plural(days, 'object')}`,
    );
  }
  output.document({ ledgers } satisfies LedgerDocument);
  return 0;
}
