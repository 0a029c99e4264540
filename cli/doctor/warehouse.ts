import { GetWorkgroupCommand } from '@aws-sdk/client-redshift-serverless';
import { HISTORY_TABLE } from '../../core/history';
import { planMigration } from '../../core/migration';
import { quoteText, sql } from '../../core/sql';
import { stagedLoad } from '../../core/staging';
import { SLUICE_SCHEMA } from '../../core/warehouse';
import { assertTargetFits } from '../../core/warehouse-objects';
import { sluice } from '../shared/commands';
import { query } from '../shared/query';
import { readTargetColumns, readWarehouseObjects } from '../shared/target-columns';
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

/** No load needs access from the Internet. Whether a workgroup outside the stack is public is its owner's decision. */
function reachability({ connection, scheduleGroup }: Site, isPublic: boolean): Passed | Failed {
  const subject = `workgroup ${connection.workgroup}`;
  if (!isPublic) return { subject, text: 'it cannot be reached from the Internet' };
  // The stack gives its own workgroup and its schedule group the same name.
  if (connection.workgroup !== scheduleGroup) {
    return { subject, text: 'it can be reached from the Internet, which no load needs' };
  }
  return {
    subject,
    text: 'it can be reached from the Internet',
    fix: `aws redshift-serverless update-workgroup --region ${connection.region} --workgroup-name ${connection.workgroup} --no-publicly-accessible`,
  };
}

/** Uses the role that submits statements and, if there is one, the secret, as the functions do. */
export const dataApi: Check = {
  title: 'Data API reachable and permitted',
  needs: 'sts:AssumeRole on the statements role (sluice-<stage>-statements)',
  async run({ connection }) {
    await query(connection, sql`SELECT 1`);
    const user =
      connection.secret === undefined ? 'the user of the statements role' : 'the user of the secret';
    return [{ subject: `database ${connection.database}`, text: `a statement ran as ${user}` }];
  },
};

export const targetColumns: Check = {
  title: 'target has the dataset’s columns',
  needs: 'sts:AssumeRole on the statements role, and SELECT on the target',
  after: dataApi,
  run(site) {
    const { connection } = site;
    return ofEach(this, site, connection.datasets, async (dataset) => {
      const subject = `${dataset.target.schema}.${dataset.target.table}`;
      const { create, add, refused } = planMigration(dataset, await readTargetColumns(connection, dataset));
      const objects = await readWarehouseObjects(connection, dataset);
      if (create) {
        // A table on which the user has no privilege seems to have no columns.
        assertTargetFits(objects, dataset);
        return [{ subject, text: 'there is no table yet: the first load creates it' }];
      }
      const found = refused.map(({ column, problem, fix }) => ({
        subject,
        text: `${column} ${problem}`,
        fix,
      }));
      if (add.length > 0) {
        found.push({
          subject,
          text: `it lacks ${add.map(({ name }) => name).join(', ')}`,
          fix: sluice(connection, `migrate --dataset ${dataset.name}`),
        });
      }
      if (objects.lackingHistory.length > 0) {
        found.push({
          subject: `${SLUICE_SCHEMA}.${HISTORY_TABLE}`,
          text: `it lacks ${objects.lackingHistory.join(', ')}, which the next load adds if its user owns the table`,
          fix: sluice(connection, `migrate --dataset ${dataset.name}`),
        });
      }
      return found.length > 0
        ? found
        : [{ subject, text: `it has the columns of datasets/${dataset.name}.yml` }];
    });
  },
};

/** Each load creates its own staging tables. An existing one belongs to a running load or to a stopped one. */
export const stagingColumns: Check = {
  title: 'staging tables have only the dataset’s columns',
  needs: 'sts:AssumeRole on the statements role',
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
      const expected = new Set(dataset.columns.map(({ name }) => name));
      // A table may lack columns that its files lack.
      const others = [...tables].filter(([, columns]) => columns.some((name) => !expected.has(name)));
      if (others.length === 0) {
        return {
          subject,
          text: tables.size === 0 ? 'none is left over' : `${tables.size} of running loads`,
        };
      }
      return {
        subject,
        text: `${others.map(([name]) => name).join(', ')} has other columns: another version of the dataset file created it`,
        fix: 'Wait until its execution has ended: the next scheduled execution drops leftover tables. DROP TABLE is safe when no execution runs.',
      };
    });
  },
};
