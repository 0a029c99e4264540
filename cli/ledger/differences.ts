import { knownPartitions } from '../../core/attempts';
import type { Dataset } from '../../core/dataset';
import { parseExecutionInput } from '../../core/execution-input';
import type { Hour } from '../../core/hour';
import { attemptName, attemptsOf, type LedgerHours } from '../../core/ledger';
import { hoursOfPlans, hoursToList } from '../../core/partitions';
import type { Connection } from '../shared/connection';
import { readHistory } from './history';
import { ledgerOf } from './ledger-of';

/** Hours in which a ledger does not mean the same as the load history, oldest first. */
export interface LedgerDifferences {
  /** It lacks attempts. The next load that asks the history puts it right. */
  readonly behind: readonly Hour[];
  /** It tells of attempts that the history does not have. It may hide the hour until then. */
  readonly ahead: readonly Hour[];
}

/**
 * Compares a ledger with the load history, as far back as plans are kept.
 * @throws StatementError; LoadError if the lake refuses the ledger
 */
export async function ledgerDifferences(
  connection: Connection,
  dataset: Dataset,
): Promise<LedgerDifferences> {
  const now = new Date();
  const range = hoursOfPlans(dataset, hoursToList(dataset, parseExecutionInput({}), now), now);
  const { hours: told } = await ledgerOf(connection, dataset).read(range);
  const history = await readHistory(connection, dataset, range.from);
  const [byLedger, byHistory] = [meaningOf(told), meaningOf(history)];
  const different = [...new Set([...byLedger.keys(), ...byHistory.keys()])]
    .filter((hour) => hour <= range.to && byLedger.get(hour) !== byHistory.get(hour))
    .sort();
  const isAhead = (hour: Hour) => {
    const known = new Set(history.get(hour)?.map(attemptName));
    return (told.get(hour) ?? []).some((attempt) => !known.has(attemptName(attempt)));
  };
  return {
    behind: different.filter((hour) => !isAhead(hour)),
    ahead: different.filter(isAhead),
  };
}

/** What the attempts left matters, not how they are told: their number and their times may differ. */
function meaningOf(hours: LedgerHours): ReadonlyMap<Hour, string> {
  return new Map(
    knownPartitions(attemptsOf(hours)).map(({ partition, failure, holdings, ...known }) => [
      partition,
      JSON.stringify([
        failure && [failure.error, failure.fingerprint, failure.times],
        [...new Set(holdings.map((each) => each.fingerprint))].sort(),
        [known.isLoaded, known.isOverlapped, known.isDropped, known.doubtful?.fingerprint],
      ]),
    ]),
  );
}
