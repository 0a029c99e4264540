import type { Dataset } from '../../core/dataset';
import { parseExecutionInput } from '../../core/execution-input';
import { oneLine } from '../../core/one-line';
import { hoursToList } from '../../core/partitions';
import { dayPrefixes, ownPrefix, prefixesAboveDays, prefixOfHour, prefixProblem } from '../../core/prefix';
import { explainStray, nearestTemplate, strayFinder } from '../../core/strays';
import { findStrays } from '../../functions/shared/find-strays';
import { inParallel } from '../../functions/shared/in-parallel';
import { listEntries } from '../../functions/shared/listing';
import { shellText, sluice } from '../shared/commands';
import { plural } from '../shared/text';
import { ofEach, type Check } from './finding';
import type { Site } from './site';

const CONCURRENT_DAYS = 16;

/** What a scheduled load would report as belonging to no hour. It makes no load fail, so nothing else tells. */
export const strays: Check = {
  title: 'every file belongs to an hour',
  needs: 's3:ListBucket',
  run(site) {
    return ofEach(this, site, site.connection.datasets, async (dataset) => {
      const { s3, bucket } = site.connection;
      const { prefix, lookback_hours } = dataset.source;
      const { from, to } = hoursToList(dataset, parseExecutionInput({}), new Date());
      const list = (start: string, options: { delimiter?: string; pages: number }) =>
        listEntries(s3, bucket, start, options);
      const find = strayFinder(dataset, site.datasets);
      const days = await inParallel(dayPrefixes(prefix, from, to), CONCURRENT_DAYS, async (day) => [
        ...find(await list(day, { pages: Infinity })),
      ]);
      const { count, complete, keys } = await findStrays(
        list,
        find,
        prefixesAboveDays(prefix, from, to),
        new Map(days.flat()),
      );
      const more = count - keys.length;
      if (count === 0) {
        const text = `no file of another layout ${complete ? 'in' : 'was found among the first in'} the folders of the last ${plural(lookback_hours, 'hour')}`;
        return [{ subject: `s3://${bucket}/${ownPrefix(prefix)}`, text }];
      }
      return [
        ...keys.map((key) => ({
          subject: `s3://${bucket}/${key}`,
          text: `it ${explainStray(dataset, key)}`,
          fix: fixOf(site, dataset, key),
        })),
        ...(more > 0
          ? [
              {
                subject: `dataset ${dataset.name}`,
                text: `${complete ? '' : 'at least '}${more} more folders or files belong to no hour`,
                fix: 'Fix the named ones first: doctor then names the next ones.',
              },
            ]
          : []),
      ];
    });
  },
};

function fixOf({ connection }: Site, { name, source }: Dataset, key: string): string {
  const url = (text: string) => shellText(oneLine(`s3://${connection.bucket}/${text}`));
  const nearest = nearestTemplate(source.prefix, key);
  if (nearest?.hour === undefined) {
    return `If it is data, move it under the hour in which it arrived (${source.prefix}) and load that hour. If not, move it out of s3://${connection.bucket}/${ownPrefix(source.prefix)}, or let its name begin with _, which readers of data leave out.`;
  }
  const { template, hour } = nearest;
  const depth = template.split('/').length - 1;
  const folder = `${key.split('/').slice(0, depth).join('/')}/`;
  const option =
    prefixProblem(template) === undefined
      ? ` If all its files are written like that, set source.prefix in datasets/${name}.yml to ${oneLine(template)} instead.`
      : '';
  return (
    `Let its writer use ${source.prefix}, and move what is there, one hour after the other: ` +
    `aws s3 mv --recursive ${url(folder)} ${url(prefixOfHour(source.prefix, hour))} && ` +
    `${sluice(connection, `load ${hour} --dataset ${name}`)}.${option}`
  );
}
