import { knownPartitions } from '../../core/attempts';
import type { Dataset } from '../../core/dataset';
import { addHours, hourOf, type Hour } from '../../core/hour';
import { attemptsOf } from '../../core/ledger';
import { hoursOfPlans } from '../../core/partitions';
import { ledgerOf } from '../ledger/ledger-of';
import type { Connection } from '../shared/connection';
import type { HourRange } from '../shared/when';

/**
 * The ranges of hours that are failing, as the ledger tells, the oldest first. It makes no statement.
 * @throws LoadError as diagnosed
 */
export async function failedRanges(
  connection: Connection,
  dataset: Dataset,
  range: Partial<HourRange>,
): Promise<readonly HourRange[]> {
  const now = new Date();
  const hour = hourOf(now);
  const kept = hoursOfPlans(dataset, { from: range.from ?? hour, to: range.to ?? hour }, now);
  const { hours } = await ledgerOf(connection, dataset).read({ ...kept, ...range });
  return rangesOf(
    knownPartitions(attemptsOf(hours))
      .filter(({ failure }) => failure !== undefined)
      .map(({ partition }) => partition),
  );
}

/** Hours as ranges of those that follow each other. */
export function rangesOf(hours: readonly Hour[]): readonly HourRange[] {
  const ranges: HourRange[] = [];
  for (const hour of [...hours].sort()) {
    const last = ranges.at(-1);
    if (last && addHours(last.to, 1) === hour) ranges[ranges.length - 1] = { from: last.from, to: hour };
    else ranges.push({ from: hour, to: hour });
  }
  return ranges;
}
