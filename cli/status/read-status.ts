import { knownPartitions } from '../../core/attempts';
import type { Dataset } from '../../core/dataset';
import { hoursFrom, lastClosedHour, type Hour } from '../../core/hour';
import { hourStates, verdictOf, type HourStatus, type Verdict } from '../../core/hour-state';
import { attemptsOf } from '../../core/ledger';
import { hoursOfPlans } from '../../core/partitions';
import { unsettledHours } from '../../core/unsettled';
import { ledgerOf } from '../ledger/ledger-of';
import type { Connection } from '../shared/connection';
import { readLake } from './read-lake';
import { readRunning, type Running } from './read-running';

/** What is known of a dataset without the warehouse. `sluice status --json` prints it: scripts rely on it. */
export interface DatasetStatus extends Verdict {
  readonly dataset: string;
  /** The hours that are shown, both ends included. */
  readonly from: Hour;
  readonly to: Hour;
  /** The last hour whose files have settled. */
  readonly closed: Hour;
  /** All hours from `from` to `to`, the oldest first. */
  readonly hours: readonly HourStatus[];
  /** Hours outside of them that are failing or incomplete. */
  readonly others: readonly HourStatus[];
  readonly running: Running['executions'];
  /** What could not be read, or does not fit together, one line each. */
  readonly notes: readonly string[];
}

/**
 * Reads the ledger and the lake of a dataset, and which executions run. It makes no statement.
 * @throws LoadError as diagnosed
 */
export async function readStatus(
  connection: Connection,
  dataset: Dataset,
  { from, to }: { readonly from: Hour; readonly to: Hour },
  now: Date,
): Promise<DatasetStatus> {
  const ledger = ledgerOf(connection, dataset);
  // What fails longer than that is forgotten by the schedules, too.
  const told = await ledger.read(hoursOfPlans(dataset, { from, to }, now));
  const hours = hoursFrom(from, to);
  const unsettled = unsettledHours(knownPartitions(attemptsOf(told.hours)))
    .map(({ partition }) => partition)
    .filter((hour) => hour < from || hour > to);
  const [lake, running] = await Promise.all([
    readLake(connection, dataset, [...hours, ...unsettled]),
    readRunning(connection, ledger, told),
  ]);
  const known = {
    objects: lake.objects,
    ledger: told.hours,
    loading: running.loading,
    first: oldest([...lake.objects.keys(), ...told.hours.keys(), ...startOf(told.firstDay)]),
  };
  const statesOf = (some: readonly Hour[]) => hourStates(dataset, connection.datasets, some, known, now);
  const closed = lastClosedHour(now, dataset.source.settle_minutes);
  const shown = statesOf(hours);
  const others = statesOf(unsettled);
  return {
    dataset: dataset.name,
    ...{ from, to, closed },
    ...verdictOf([...others, ...shown], closed),
    hours: shown,
    others,
    running: running.executions,
    notes: [...lake.notes, ...notesOf(told, known.objects.size > 0, running)],
  };
}

/** The ledger may begin before the hours that were read of it. Then it is not known in which hour of that day. */
const startOf = (day: string | undefined): Hour[] => (day === undefined ? [] : [`${day}T23`]);

const oldest = (hours: readonly Hour[]): Hour | undefined => [...hours].sort()[0];

function notesOf(
  { firstDay, isWhole }: { readonly firstDay: string | undefined; readonly isWhole: boolean },
  hasFiles: boolean,
  { unfinished }: Running,
): string[] {
  const notes = unfinished.map(
    (name) =>
      `Execution ${name} has ended, and the ledger does not tell how. The next execution of the schedule asks the warehouse.`,
  );
  if (firstDay === undefined && hasFiles)
    notes.push(
      'The ledger is empty: nothing was loaded yet, or it is lost. `sluice ledger rebuild` writes it anew from the load history, which wakes the warehouse.',
    );
  else if (!isWhole)
    notes.push(
      'A day of the ledger cannot be read, so its hours look as if nothing had loaded them. The next execution of the schedule writes it anew; `sluice ledger rebuild` does it at once, which wakes the warehouse.',
    );
  return notes;
}
