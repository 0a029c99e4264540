import type { Dataset } from '../../core/dataset';
import { diagnoseStatement } from '../../core/diagnosis';
import type { Hour } from '../../core/hour';
import { byHour, type LedgerHours } from '../../core/ledger';
import { historyAttempt } from '../../core/ledger-attempt';
import { statementsOf } from '../../service/statements';
import type { Connection } from '../shared/connection';
import { query, StatementError } from '../shared/query';
import { SERVICE_DIRECTORY } from '../shared/service-directory';

/** All attempts of the load history, from an hour on; none before the first load. @throws StatementError */
export async function readHistory(
  connection: Connection,
  dataset: Dataset,
  from: Hour = '0000-00-00T00',
): Promise<LedgerHours> {
  const [statement] = statementsOf(SERVICE_DIRECTORY, 'load-history', dataset);
  if (statement === undefined) throw new RangeError('sql/load-history.sql has no statement');
  const values = { dataset: dataset.name, from_hour: from };
  const parameters = Object.entries(values).map(([name, value]) => ({ name, value }));
  try {
    const { columns, rows } = await query(connection, statement, { parameters });
    return byHour(
      rows.map((row) =>
        historyAttempt(Object.fromEntries(columns.map((name, index) => [name, row[index] ?? null]))),
      ),
    );
  } catch (error) {
    if (error instanceof StatementError && isMissing(error)) return new Map();
    throw error;
  }
}

/** Before the first load the history does not exist. */
const isMissing = ({ message }: StatementError): boolean =>
  diagnoseStatement('FAILED', message, '').name === 'TargetMismatch';
