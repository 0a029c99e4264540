import { GetWorkgroupCommand } from '@aws-sdk/client-redshift-serverless';
import { planMigration } from '../../core/migration';
import { quoteText, sql } from '../../core/sql';
import { SLUICE_SCHEMA, stagedLoad } from '../../core/warehouse';
import { query } from '../shared/query';
import { readTargetColumns } from '../shared/target-columns';
import { sluice } from './commands';
import { ofEach, type Check, type Failed, type Passed } from './finding';
import type { Site } from './site';

export const workgroup: Check = {
  title: 'workgroup available',
  needs: 'redshift-serverless:GetWorkgroup',
  async run(site) {
    const { redshift, connection } = site;
    const { workgroup: found } = await redshift.send(
      new GetWorkgroupCommand({ workgroupName: connection.workgroup }),
    );
    const subject = `workgroup ${connection.workgroup}`;
    return [
      found?.status === 'AVAILABLE'
        ? { subject, text: 'it is AVAILABLE' }
        : {
            subject,
            text: `it is ${found?.status ?? 'not there'}`,
            fix: `aws redshift-serverless get-workgroup --region ${connection.region} --workgroup-name ${connection.workgroup}, and wait until it is AVAILABLE.`,
          },
      reachability(site, found?.publiclyAccessible ?? false),
    ];
  },
};

/** Nothing that loads needs a way in from the Internet. What a workgroup of somebody else's is open for is theirs to say. */
function reachability({ connection, scheduleGroup }: Site, isPublic: boolean): Passed | Failed {
  const subject = `workgroup ${connection.workgroup}`;
  if (!isPublic) return { subject, text: 'it cannot be reached from the Internet' };
  // The stack names its own workgroup as it names its schedules' group.
  if (connection.workgroup !== scheduleGroup) {
    return { subject, text: 'it can be reached from the Internet, which no load needs' };
  }
  return {
    subject,
    text: 'it can be reached from the Internet',
    fix: `aws redshift-serverless update-workgroup --region ${connection.region} --workgroup-name ${connection.workgroup} --no-publicly-accessible`,
  };
}

/** As the functions do it: with the role of the statements, and the secret where there is one. */
export const dataApi: Check = {
  title: 'Data API reachable and permitted',
  needs: 'sts:AssumeRole on the role of the statements (sluice-<stage>-statements)',
  async run({ connection }) {
    await query(connection, sql`SELECT 1`);
    const user =
      connection.secret === undefined ? 'the user of the role of the statements' : 'the user of the secret';
    return [{ subject: `database ${connection.database}`, text: `a statement ran as ${user}` }];
  },
};

export const targetColumns: Check = {
  title: 'target has the dataset’s columns',
  needs: 'sts:AssumeRole on the role of the statements, and SELECT on the target',
  after: dataApi,
  run(site) {
    const { connection } = site;
    return ofEach(this, site, connection.datasets, async (dataset) => {
      const subject = `${dataset.target.schema}.${dataset.target.table}`;
      const { create, add, refused } = planMigration(dataset, await readTargetColumns(connection, dataset));
      if (create) return [{ subject, text: 'there is no table yet: the first load makes it' }];
      const found = refused.map(({ column, problem, fix }) => ({
        subject,
        text: `${column} ${problem}`,
        fix,
      }));
      if (add.length > 0) {
        found.push({
          subject,
          text: `${add.map(({ name }) => name).join(', ')} not in it`,
          fix: sluice(connection, `migrate --dataset ${dataset.name}`),
        });
      }
      return found.length > 0
        ? found
        : [{ subject, text: `it holds what datasets/${dataset.name}.yml says` }];
    });
  },
};

/** Each load makes a staging table of its own; one that is there belongs to a running load, or to a dead one. */
export const stagingColumns: Check = {
  title: 'staging tables have the dataset’s columns',
  needs: 'sts:AssumeRole on the role of the statements',
  after: dataApi,
  async run({ connection }) {
    const { rows } = await query(
      connection,
      sql`SELECT table_name, column_name FROM svv_columns WHERE table_schema = ${quoteText(SLUICE_SCHEMA)} AND table_name LIKE 'staging%'`,
    );
    return connection.datasets.map((dataset) => {
      const subject = `staging tables of ${dataset.name}`;
      const tables = new Map<string, string[]>();
      for (const [table, column] of rows) {
        if (!stagedLoad(dataset.name, String(table))) continue;
        tables.set(String(table), [...(tables.get(String(table)) ?? []), String(column)]);
      }
      const expected = dataset.columns.map(({ name }) => name).sort();
      const others = [...tables].filter(([, columns]) => columns.sort().join() !== expected.join());
      if (others.length === 0) {
        return {
          subject,
          text: tables.size === 0 ? 'none is left over' : `${tables.size} of loads under way`,
        };
      }
      return {
        subject,
        text: `${others.map(([name]) => name).join(', ')} has other columns: made by another version of the dataset file`,
        fix: 'Let its execution end; the next scheduled execution drops what dead ones left. DROP TABLE is safe once nothing runs.',
      };
    });
  },
};
