import { knownPartitions } from '../../core/attempts';
import { parseExecutionInput } from '../../core/execution-input';
import { attemptsOf, ledgerPrefix, type LedgerHours } from '../../core/ledger';
import { hoursToList } from '../../core/partitions';
import { readHistory } from '../ledger/history';
import { ledgerOf } from '../ledger/ledger-of';
import { plural } from '../shared/text';
import { sluice } from './commands';
import { ofEach, type Check } from './finding';
import { dataApi } from './warehouse';

/**
 * Whether the ledger is as the load history in the hours of the lookback. A ledger that is behind repairs itself. One that
 * is ahead, because the warehouse was restored or its tables were changed by hand, hides hours until the next load.
 */
export const ledger: Check = {
  title: 'ledger as the load history',
  needs: 's3:GetObject and s3:ListBucket under sluice/, and SELECT on sluice.load_history',
  after: dataApi,
  run(site) {
    return ofEach(this, site, site.connection.datasets, async (dataset) => {
      const { connection } = site;
      const range = hoursToList(dataset, parseExecutionInput({}), new Date());
      const subject = `s3://${connection.bucket}/${ledgerPrefix(dataset.name)}`;
      const { hours: told } = await ledgerOf(connection, dataset).read(range);
      const history = await readHistory(connection, dataset, range.from);
      // What an attempt left matters, not how it is told: its own number may differ.
      const meaning = (hours: LedgerHours) =>
        new Map(
          knownPartitions(attemptsOf(hours)).map(({ partition, isFailing, holdings }) => [
            partition,
            JSON.stringify([isFailing, holdings]),
          ]),
        );
      const [byLedger, byHistory] = [meaning(told), meaning(history)];
      const wrong = [...new Set([...byLedger.keys(), ...byHistory.keys()])]
        .filter((hour) => hour <= range.to && byLedger.get(hour) !== byHistory.get(hour))
        .sort();
      const [first] = wrong;
      if (first === undefined)
        return [
          {
            subject,
            text: `as the load history in the last ${plural(dataset.source.lookback_hours, 'hour')}`,
          },
        ];
      return [
        {
          subject,
          text: `${plural(wrong.length, 'hour')} not as in the load history, from ${first} on`,
          fix: `${sluice(connection, `ledger rebuild --dataset ${dataset.name}`)}; the next scheduled execution then loads what is missing.`,
        },
      ];
    });
  },
};
