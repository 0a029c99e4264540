import { ledgerPrefix } from '../../core/ledger';
import { ledgerDifferences } from '../ledger/differences';
import { sluice } from '../shared/commands';
import { plural } from '../shared/text';
import { ofEach, type Check } from './finding';
import { dataApi } from './warehouse';

/**
 * Whether the ledger is as the load history, as far back as plans are kept. One that is behind is repaired by the next load.
 * One that is ahead, because the warehouse was restored or its tables were changed by hand, hides hours until then.
 */
export const ledger: Check = {
  title: 'ledger as the load history',
  needs: 's3:GetObject and s3:ListBucket under sluice/, and SELECT on sluice.load_history',
  after: dataApi,
  run(site) {
    return ofEach(this, site, site.connection.datasets, async (dataset) => {
      const { connection } = site;
      const subject = `s3://${connection.bucket}/${ledgerPrefix(dataset.name)}`;
      const { behind, ahead } = await ledgerDifferences(connection, dataset);
      const [first] = ahead;
      if (first !== undefined)
        return [
          {
            subject,
            text: `tells of attempts that the load history does not have, in ${plural(ahead.length, 'hour')} from ${first} on`,
            fix: `${sluice(connection, `ledger rebuild --dataset ${dataset.name}`)}; the next scheduled execution then loads what is missing.`,
          },
        ];
      const [late] = behind;
      const text =
        late === undefined
          ? `as the load history in the last ${plural(dataset.load.retention_days, 'day')}`
          : `behind the load history in ${plural(behind.length, 'hour')} from ${late} on: the next load puts it right`;
      return [{ subject, text }];
    });
  },
};
