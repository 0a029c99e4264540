import { GetWorkgroupCommand } from '@aws-sdk/client-redshift-serverless';
import { planMigration } from '../../core/migration';
import { SLUICE_SCHEMA, stagedLoad } from '../../core/warehouse';
import { query } from '../shared/query';
import { readTargetColumns } from '../shared/target-columns';
import type { Check } from './finding';

export const workgroup: Check = {
  title: 'workgroup available',
  needs: 'redshift-serverless:GetWorkgroup',
  async run({ redshift, connection }) {
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
      found?.publiclyAccessible
        ? {
            subject,
            text: 'it can be reached from the Internet',
            fix: `aws redshift-serverless update-workgroup --region ${connection.region} --workgroup-name ${connection.workgroup} --no-publicly-accessible`,
          }
        : { subject, text: 'it cannot be reached from the Internet' },
    ];
  },
};

/** As the functions do it: with the role of the statements, and the secret where there is one. */
export const dataApi: Check = {
  title: 'Data API reachable and permitted',
  needs: 'sts:AssumeRole on the role of the statements (sluice-<stage>-statements)',
  async run({ connection }) {
    await query(connection, 'SELECT 1');
    const user =
      connection.secret === undefined ? 'the user of the role of the statements' : 'the user of the secret';
    return [{ subject: `database ${connection.database}`, text: `a statement ran as ${user}` }];
  },
};

export const targetColumns: Check = {
  title: 'target has the dataset’s columns',
  needs: 'sts:AssumeRole on the role of the statements, and SELECT on the target',
  async run({ connection }) {
    return Promise.all(
      connection.datasets.map(async (dataset) => {
        const subject = `${dataset.target.schema}.${dataset.target.table}`;
        const { create, add, refused } = planMigration(dataset, await readTargetColumns(connection, dataset));
        if (create) return { subject, text: 'there is no table yet: the first load makes it' };
        if (add.length === 0 && refused.length === 0)
          return { subject, text: `it is what datasets/${dataset.name}.yml says` };
        const problems = [
          ...add.map(({ name }) => `${name} is not in it`),
          ...refused.map(({ column, problem }) => `${column} ${problem}`),
        ];
        const stage = connection.stage === 'local' ? '' : ` --stage ${connection.stage}`;
        return {
          subject,
          text: problems.join('; '),
          fix: `sluice migrate --plan --dataset ${dataset.name}${stage}, then without --plan`,
        };
      }),
    );
  },
};

/** Each load makes a staging table of its own; one that is there belongs to a running load, or to a dead one. */
export const stagingColumns: Check = {
  title: 'staging tables have the dataset’s columns',
  needs: 'sts:AssumeRole on the role of the statements',
  async run({ connection }) {
    const { rows } = await query(
      connection,
      `SELECT table_name, column_name FROM svv_columns WHERE table_schema = '${SLUICE_SCHEMA}' AND table_name LIKE 'staging%'`,
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
