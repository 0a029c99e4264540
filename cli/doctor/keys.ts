import { MOST_DRIFT_HOURS, type Dataset } from '../../core/dataset';
import { HOUR_MILLISECONDS, hourOf } from '../../core/hour';
import { scannedDrift } from '../../core/target-scan';
import { statementsOf } from '../../service/statements';
import { sluice } from '../shared/commands';
import type { Connection } from '../shared/connection';
import { StatementError } from '../shared/query';
import { SERVICE_DIRECTORY } from '../shared/service-directory';
import { readTargetColumns, rowsOf } from '../shared/target-columns';
import { plural } from '../shared/text';
import { deployAgain } from './commands';
import { ofEach, type Check, type Failed, type Passed } from './finding';
import { dataApi } from './warehouse';

const SECONDS_OF_AN_HOUR = HOUR_MILLISECONDS / 1_000;
/** Each statement reads the whole target, for which the loads should not wait. */
const MOST_SECONDS = 120;
/** Loads that a fix names. */
const MOST_LOADS = 20;

/**
 * A merge does not see a row whose event time is further from that of the staged row with its key than the dataset
 * promises. It then leaves that row beside the new one.
 */
export const keys: Check = {
  title: 'each key once in the target',
  needs: 'sts:AssumeRole on the statements role, and SELECT on the target',
  after: dataApi,
  run(site) {
    const { connection } = site;
    return ofEach(this, site, connection.datasets, async (dataset) => {
      const subject = `${dataset.target.schema}.${dataset.target.table}`;
      const promised = scannedDrift(dataset);
      if (promised === null)
        return [{ subject, text: 'not looked at: its merges see all rows, whatever their event times' }];
      const columns = await readTargetColumns(connection, dataset);
      if (columns.length === 0) return [{ subject, text: 'there is no table yet' }];
      // Another check says so too, with its fix.
      const lacking = namesOf(dataset).find((name) => columns.every((found) => found.name !== name));
      if (lacking !== undefined) return [{ subject, text: `not looked at, since it lacks ${lacking}` }];
      const found = await repeatedKeys(connection, dataset, promised).catch(tooLong);
      return [{ subject, ...found }];
    });
  },
};

/** The columns that the search reads. */
const namesOf = ({ target }: Dataset): readonly string[] => [
  ...target.key,
  target.event_time,
  target.version,
  target.partition_column,
];

/** A target may be too large for a look at each of its rows. */
function tooLong(error: unknown): Omit<Passed, 'subject'> {
  if (!(error instanceof StatementError) || error.name !== 'StatementTimedOut') throw error;
  return { text: `not known: the search took longer than ${MOST_SECONDS} s and was cancelled` };
}

async function repeatedKeys(
  connection: Connection,
  dataset: Dataset,
  promised: number,
): Promise<Omit<Passed, 'subject'> | Omit<Failed, 'subject'>> {
  const { key, event_time: eventTime } = dataset.target;
  const [findRepeated, findNewest] = statementsOf(SERVICE_DIRECTORY, 'repeated-keys', dataset, {});
  if (!findRepeated || !findNewest) throw new Error('sql/repeated-keys.sql lacks a statement');
  const limit = { seconds: MOST_SECONDS };
  const [found] = await rowsOf(connection, findRepeated, [], limit);
  const newest = found ? await rowsOf(connection, findNewest, [], limit) : [];
  // Between the two statements a load may have put it right.
  if (!found || newest.length === 0) return { text: 'no key is there more than once' };

  const seconds = Number(found.sluice_seconds);
  const apart = Math.floor(seconds / SECONDS_OF_AN_HOUR) + 1;
  const isBroken = seconds > 0 && seconds >= promised * SECONDS_OF_AN_HOUR;
  const example = `${key.map((name) => `${name} ${String(found[name])}`).join(', ')}: ${String(found.sluice_first)} and ${String(found.sluice_last)}`;
  const count = `${plural(Number(found.sluice_keys), 'key')} more than once`;
  const hours = newest.map((row) => hourOf(new Date(`${String(row.sluice_partition).replace(' ', 'T')}Z`)));
  return {
    text: isBroken
      ? `${count}, with values of ${eventTime} less than ${apart} h apart (${example}), while ${promised} h are promised`
      : `${count} (${example}), although ${eventTime} is as promised: something else than the loads writes to it`,
    fix: [
      ...(isBroken ? [promiseFix(connection, dataset, apart)] : []),
      'Load the hours of the newest rows again. The merge then deletes the older rows; where the files of an hour are gone, delete them by hand:',
      ...hours
        .slice(0, MOST_LOADS)
        .map((hour) => sluice(connection, `load ${hour} --dataset ${dataset.name}`)),
      ...(hours.length > MOST_LOADS
        ? [`… and ${hours.length - MOST_LOADS} more hours, which sluice doctor names then.`]
        : []),
    ].join('\n'),
  };
}

function promiseFix(connection: Connection, { name }: Dataset, hours: number): string {
  const remove = 'remove event_time_immutable and event_time_drift_hours (this check then looks no more)';
  const change =
    hours > MOST_DRIFT_HOURS
      ? remove
      : `set target.event_time_drift_hours: ${hours} or more, without event_time_immutable; or ${remove}`;
  return `In datasets/${name}.yml, ${change}. ${deployAgain(connection)}`;
}
