import { hourOf, addHours, type Hour } from '../../core/hour';
import type { HourStatus } from '../../core/hour-state';
import { sluice, sluiceOf } from '../shared/commands';
import { plural } from '../shared/text';
import { groupsOfHours, groupText } from '../status/hour-groups';
import { readStatus, type DatasetStatus } from '../status/read-status';
import { ofEach, type Check, type Failed } from './finding';
import type { Site } from './site';

const NEEDS = 's3:ListBucket, s3:GetObject under sluice/, and states:ListExecutions';

/** Groups of hours that are named. */
const NAMED = 5;

const statusOf = ({ connection }: Site, dataset: Site['datasets'][number]): Promise<DatasetStatus> => {
  const now = new Date();
  const to = hourOf(now);
  return readStatus(connection, dataset, { from: addHours(to, 1 - dataset.source.lookback_hours), to }, now);
};

/** What the alarms of failing and of late hours are about: hours that failed, and hours that nothing has loaded. */
export const hoursLoaded: Check = {
  title: 'every hour is loaded',
  needs: NEEDS,
  run(site) {
    return ofEach(this, site, site.connection.datasets, async (dataset) => {
      const status = await statusOf(site, dataset);
      const all = [...status.others, ...status.hours];
      const groups = groupsOfHours(all, ['failed', 'overdue', 'quarantined']);
      if (groups.length === 0) {
        const { newest, from } = status;
        const text =
          newest === null
            ? `no hour since ${from} has files: there is nothing to load`
            : `no hour has failed or is overdue; the newest that is in is ${newest}`;
        return [{ subject: `dataset ${dataset.name}`, text }];
      }
      const found = groups.slice(0, NAMED).map((group): Failed => {
        const [first] = group.hours;
        const range = group.from === group.to ? group.from : `--from ${group.from} --to ${group.to}`;
        return {
          subject: `dataset ${dataset.name}, ${groupText(group)}`,
          text: textOf(first),
          fix: `${first?.fix ?? ''} ${sluiceOf(site.connection, dataset, `load ${range}`)}`.trim(),
        };
      });
      const more = groups.length - found.length;
      if (more > 0)
        found.push({
          subject: `dataset ${dataset.name}`,
          text: `${plural(more, 'more group')} of hours`,
          fix: `${sluiceOf(site.connection, dataset, 'status')} names them.`,
        });
      return found;
    });
  },
};

function textOf(first: HourStatus | undefined): string {
  if (first?.state === 'failed') return `it failed: ${first.error}: ${first.cause ?? ''}`;
  if (first?.state === 'quarantined') return `files were left out: ${first.error}: ${first.cause ?? ''}`;
  return 'it has files that should be loaded by now';
}

/** What the alarms of a stream are about. A dataset that never had an event may wait for the first one. */
export const eventsArrive: Check = {
  title: 'files arrive',
  needs: NEEDS,
  run(site) {
    return ofEach(this, site, site.connection.datasets, async (dataset) => {
      const subject = `dataset ${dataset.name}`;
      const { hours, counts } = await statusOf(site, dataset);
      const newest = newestWithFiles(hours);
      if (newest !== undefined) return [{ subject, text: `the newest file is of hour ${newest}` }];
      // The hours of a dataset that has begun count as missing.
      if (counts.missing === 0) return [{ subject, text: 'nothing has arrived yet' }];
      return [
        {
          subject,
          text: `nothing has arrived in the last ${plural(dataset.source.lookback_hours, 'hour')}`,
          fix: `Look whether anybody sends events, and whether they arrive under the error prefix: ${sluice(site.connection, `inspect s3://${site.connection.bucket}/${errorFolder(dataset.source.error_prefix)}`)}`,
        },
      ];
    });
  },
};

const newestWithFiles = (hours: readonly HourStatus[]): Hour | undefined =>
  hours.findLast(({ files }) => files > 0)?.hour;

const errorFolder = (template: string): string => template.slice(0, template.indexOf('{'));
