import { RedshiftDataClient } from '@aws-sdk/client-redshift-data';
import { StartExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runDoctor, type DoctorDocument } from '../../../cli/doctor';
import { startLoad } from '../../../cli/load/follow';
import type { Connection } from '../../../cli/shared/connection';
import { query } from '../../../cli/shared/query';
import { SILENT } from '../../../cli/shared/silent-output';
import { chooseDataset, type Dataset } from '../../../core/dataset';
import { hourOf } from '../../../core/hour';
import { prefixOfHour } from '../../../core/prefix';
import { asWritten } from '../../../core/sql';
import type { WarehouseObjects } from '../../../core/warehouse-objects';
import { creatingBatch } from '../../../service/create-warehouse';
import { readDatasets } from '../../../service/datasets';
import { CapturedOutput } from '../../../testkit/captured-output';
import { emptyTwin } from '../../../testkit/empty-twin';
import { parquetOf, tripsSelect } from '../../../testkit/parquet';
import { ROOT } from '../../../testkit/root';
import { ServiceTwin } from '../../../testkit/service-twin';
import { untilPicked } from '../../../testkit/until-picked';

/**
 * Loads into a warehouse that was there before, under exactly the rights that docs/deploy.md documents. Then each right is
 * taken away in turn: the load fails by name and changes nothing, and what doctor prints gives the right back.
 */
const HOUR = '2026-11-20T08';
const DATABASE = 'my_database';
const USER = '"IAMR:sluice-local-statements"';
const COPY_ROLE = 'arn:aws:iam::000000000000:role/sluice-local-copy';

const TRIPS = readFileSync(join(ROOT, 'datasets/trips.yml'), 'utf8');
/** The same dataset with the other strategy. */
const MERGED = TRIPS.replace('dataset: trips', 'dataset: merged')
  .replaceAll('trips/year', 'merged/year')
  .replace('table: trips', 'table: merged')
  .replace('strategy: delete-insert', 'strategy: merge');

/** The blocks of SQL in docs/deploy.md, for this deployment: in their order. */
const [EVERYTHING = [], PREPARED = [], ASSUME_ROLE = []] = [
  ...readFileSync(join(ROOT, 'docs/deploy.md'), 'utf8').matchAll(/```sql\n([^]*?)```/g),
].map(([, block = '']) =>
  block
    .replaceAll('sluice-dev-statements', 'sluice-local-statements')
    .replaceAll('<CopyRoleArn>', COPY_ROLE)
    .replaceAll(/--.*$/gm, '')
    .split(';')
    .map((statement) => statement.trim())
    .filter((statement) => statement !== ''),
);

let deployed: ServiceTwin;
let connection: Connection;
let datasets: readonly Dataset[];
/** The account's root without a secret. */
let administrator: Connection;
beforeAll(async () => {
  deployed = await ServiceTwin.start(
    { 'merged.yml': MERGED },
    {
      workgroup: 'analytics',
      workgroupArn: 'arn:aws:redshift-serverless:us-east-1:000000000000:workgroup/analytics',
      database: DATABASE,
    },
    { iamRoles: [COPY_ROLE] },
  );
  datasets = readDatasets(deployed.service.directory);
  connection = { ...deployed.twin.connection, datasets };
  administrator = { ...connection, redshiftData: new RedshiftDataClient(connection.settings) };
  // Nobody has a right that was not granted.
  await asAdministrator(
    'REVOKE CREATE, USAGE ON SCHEMA public FROM PUBLIC',
    `REVOKE TEMP ON DATABASE ${DATABASE} FROM PUBLIC`,
    'REVOKE ASSUMEROLE ON ALL FROM PUBLIC FOR ALL',
    ...EVERYTHING.filter((statement) => statement.startsWith('CREATE USER')),
  );
});
afterAll(async () => {
  administrator.redshiftData.destroy();
  await deployed.remove();
});

async function asAdministrator(...statements: readonly string[]): Promise<void> {
  for (const statement of statements) await query(administrator, asWritten(statement));
}

const rows = async (statement: string) => (await query(administrator, asWritten(statement))).rows;

/** Deletes everything, and takes every right from the user of the loads. */
async function empty(): Promise<void> {
  await emptyTwin(administrator);
  await asAdministrator(
    'DROP SCHEMA IF EXISTS sluice CASCADE',
    `REVOKE CREATE, TEMP ON DATABASE ${DATABASE} FROM ${USER}`,
    `REVOKE CREATE, USAGE ON SCHEMA public FROM ${USER}`,
    `REVOKE ASSUMEROLE ON ALL FROM ${USER} FOR ALL`,
  );
}

/** A right that a block of the documentation grants. */
interface Right {
  readonly privilege: string;
  /** `SCHEMA sluice`, `public.trips`, `'arn:…'` */
  readonly object: string;
  /** The statement that takes it away. */
  readonly revoke: string;
}

/** The rights that GRANT statements give, one by one. */
function rightsIn(statements: readonly string[]): Right[] {
  return statements.flatMap((statement) => {
    const [, privileges, object = '', rest] =
      /^GRANT (.+) ON (.+) TO "[^"]+"( FOR COPY)?$/.exec(statement) ?? [];
    return (privileges?.split(', ') ?? []).map((privilege) => ({
      privilege,
      object,
      revoke: `REVOKE ${privilege} ON ${object} FROM ${USER}${rest ?? ''}`,
    }));
  });
}

const isGrant = (statement: string) => statement.startsWith('GRANT');
const withoutUser = (statements: readonly string[]) =>
  statements.filter((each) => !each.startsWith('CREATE USER'));

/** What an administrator makes in place of the first load. */
async function made(dataset: string, missing: Partial<WarehouseObjects>): Promise<void> {
  const all = { schemas: ['sluice', 'public'], hasTarget: true, hasHistory: true, hasMutex: true };
  const objects = { ...all, lackingHistory: [], targetColumns: [], staging: [], ...missing };
  const { sqls } = creatingBatch(
    deployed.service.directory,
    chooseDataset(datasets, dataset),
    objects,
    'made',
  );
  // Nothing was ever loaded, so nothing was dropped.
  await asAdministrator(...sqls.filter((statement) => statement.startsWith('CREATE')));
}

interface Warehouse {
  readonly dataset: string;
  /** What the documentation grants for it, and what the test then takes away, one by one. */
  readonly grants: readonly string[];
  /** Makes it. The user has the rights afterwards, and no others. */
  readonly make: () => Promise<void>;
}

const TABLES_OF_SLUICE = [
  `GRANT SELECT, INSERT ON sluice.load_history TO ${USER}`,
  `GRANT SELECT, INSERT, UPDATE ON sluice.mutex_trips TO ${USER}`,
];
const FOR_MERGE = PREPARED.map((statement) =>
  statement.replace('public.trips', 'public.merged').replace('DELETE', 'UPDATE'),
);
const FIRST_ONLY = [`CREATE ON DATABASE ${DATABASE}`, 'CREATE ON SCHEMA public'];

const WAREHOUSES: Readonly<Record<string, Warehouse>> = {
  'an empty database': {
    dataset: 'trips',
    grants: [...EVERYTHING, ...ASSUME_ROLE].filter(isGrant),
    make: () => asAdministrator(...withoutUser(EVERYTHING), ...ASSUME_ROLE),
  },
  'a database with the target': {
    dataset: 'trips',
    grants: [...PREPARED, ...ASSUME_ROLE].filter(isGrant),
    make: async () => {
      await made('trips', { hasTarget: false });
      await asAdministrator(...withoutUser(PREPARED), ...ASSUME_ROLE);
    },
  },
  'a database with the target, strategy merge': {
    dataset: 'merged',
    grants: FOR_MERGE.filter((statement) => statement.includes('public.merged')),
    make: async () => {
      await made('merged', { hasTarget: false });
      await asAdministrator(...withoutUser(FOR_MERGE), ...ASSUME_ROLE);
    },
  },
  'a database in which somebody else has run migrate': {
    dataset: 'trips',
    grants: TABLES_OF_SLUICE,
    make: async () => {
      await made('trips', { schemas: ['public'], hasTarget: false, hasHistory: false, hasMutex: false });
      const prepared = withoutUser(PREPARED).filter((statement) => !statement.startsWith('CREATE SCHEMA'));
      await asAdministrator(...prepared, ...TABLES_OF_SLUICE, ...ASSUME_ROLE);
    },
  },
  'a database that was loaded before': {
    dataset: 'trips',
    grants: [
      ...EVERYTHING.map((grant) => grant.replace('CREATE, ', '').replace(', CREATE', '')),
      ...ASSUME_ROLE,
    ].filter(isGrant),
    make: async () => {
      await asAdministrator(...withoutUser(EVERYTHING), ...ASSUME_ROLE);
      await put('trips', '2026-11-20T07', 'before');
      expect(await load('trips', { partition: '2026-11-20T07' })).toMatchObject({ status: 'SUCCEEDED' });
      await asAdministrator(...FIRST_ONLY.map((right) => `REVOKE ${right} FROM ${USER}`));
    },
  },
};

async function put(dataset: string, hour: string, trip_id: string): Promise<void> {
  const { source } = chooseDataset(datasets, dataset);
  await deployed.twin.put(
    `${prefixOfHour(source.prefix, hour)}a.parquet`,
    await parquetOf(tripsSelect([{ trip_id }])),
  );
}

const load = (dataset: string, input: object) => startLoad(connection, SILENT, { dataset, ...input });

/** The rows of a target; undefined if there is no table. */
async function target(dataset: string): Promise<unknown> {
  const found = await rows(`SELECT 1 FROM pg_tables WHERE tablename = '${dataset}'`);
  return found.length === 0 ? undefined : rows(`SELECT * FROM public.${dataset} ORDER BY trip_id`);
}

const stagingTables = () =>
  rows(`SELECT tablename FROM pg_tables WHERE schemaname = 'sluice' AND tablename LIKE 'staging%'`);

/** What doctor says of the rights of the database user. */
async function rightsByDoctor(dataset: string): Promise<{ ok: boolean; fix: string | null }> {
  const captured = new CapturedOutput(true);
  await runDoctor(connection, captured.output, { dataset });
  const { findings } = captured.document<DoctorDocument>();
  return findings.find(({ check }) => check === 'database user may load')!;
}

beforeEach(empty);

describe.each(Object.entries(WAREHOUSES))('%s', (_, { dataset, grants, make }) => {
  test('is loaded under exactly the documented rights', async () => {
    await make();
    await put(dataset, HOUR, 'a');
    expect(await rightsByDoctor(dataset)).toMatchObject({ ok: true });
    expect(await load(dataset, { partition: HOUR })).toMatchObject({
      status: 'SUCCEEDED',
      partitions: [{ inserted: 1 }],
    });
    expect(await load(dataset, { partition: HOUR })).toMatchObject({
      status: 'SUCCEEDED',
      partitions: [{ deleted: 1 }],
    });
    expect(await rightsByDoctor(dataset)).toMatchObject({ ok: true });
  });

  const rights = rightsIn(grants);
  test('has rights to take away', () => {
    expect(rights.length).toBeGreaterThan(2);
  });

  test.each(rights.map((right) => [right.privilege, right.object, right] as const))(
    'is not touched without %s on %s, and doctor prints the GRANT',
    async (privilege, object, { revoke }) => {
      await make();
      await put(dataset, HOUR, 'a');
      const before = (await target(dataset)) ?? [];
      await asAdministrator(revoke);

      const failed = await load(dataset, { partition: HOUR });
      expect(failed).toMatchObject({ status: 'FAILED' });
      const [partition] = failed.partitions;
      expect(partition?.error ?? failed.error).toBe('WarehouseAccessDenied');
      const said = `${partition?.cause} ${partition?.fix} ${failed.cause}`;
      for (const words of [...privilege.split(' '), object.split(/[ .]/).at(-1)!.replaceAll("'", '')])
        expect(said).toContain(words);
      expect((await target(dataset)) ?? []).toEqual(before);
      expect(await stagingTables()).toEqual([]);

      const { ok, fix } = await rightsByDoctor(dataset);
      const [grant = ''] = (fix ?? '').replace('As an administrator of the database: ', '').split(/;(?: |$)/);
      const quoted = (text: string) => text.replaceAll('"', '');
      expect([ok, quoted(fix ?? '')]).toEqual([
        false,
        expect.stringContaining(`GRANT ${privilege} ON ${object} TO `),
      ]);
      expect(fix?.match(/GRANT/g)).toHaveLength(1);
      await asAdministrator(grant);
      expect(await load(dataset, { partition: HOUR })).toMatchObject({
        status: 'SUCCEEDED',
        partitions: [{ inserted: 1 }],
      });
      expect(await rightsByDoctor(dataset)).toMatchObject({ ok: true });
    },
  );
});

test('several hours are loaded at the same time', async () => {
  await WAREHOUSES['an empty database']!.make();
  const hours = ['08', '09', '10', '11', '12', '13'].map((hour) => `2026-11-20T${hour}`);
  for (const hour of hours) await put('trips', hour, hour);
  const loaded = await load('trips', { from: hours[0], to: hours.at(-1) });
  expect(loaded).toMatchObject({ status: 'SUCCEEDED' });
  expect(loaded.partitions.map(({ inserted }) => inserted)).toEqual(hours.map(() => 1));
});

test('a target on which the user has no right at all is not taken for a missing one', async () => {
  const { make } = WAREHOUSES['a database with the target']!;
  await make();
  await asAdministrator(`REVOKE SELECT, INSERT, DELETE ON public.trips FROM ${USER}`);
  await put('trips', HOUR, 'a');
  expect(await load('trips', { partition: HOUR })).toMatchObject({
    status: 'FAILED',
    error: 'WarehouseAccessDenied',
    cause: expect.stringContaining(
      'public.trips exists, but the database user has no privilege on it',
    ) as string,
  });
  expect((await rightsByDoctor('trips')).fix).toContain('GRANT SELECT, INSERT, DELETE ON "public"."trips"');
});

test('leftovers of a stopped execution are swept without any further right', async () => {
  await WAREHOUSES['a database that was loaded before']!.make();
  await put('trips', HOUR, 'a');
  deployed.twin.twin.faults.set([
    {
      service: 'redshift-data',
      operation: 'statement',
      match: 'AS "other_hours"',
      fault: { type: 'delay', ms: 600_000 },
    },
  ]);
  const { stateMachineArn, stepFunctions } = connection;
  const input = JSON.stringify({ dataset: 'trips', partition: HOUR });
  const { executionArn = '' } = await stepFunctions.send(
    new StartExecutionCommand({ stateMachineArn, input }),
  );
  await untilPicked(deployed.twin.connection, `${executionArn.split(':').at(-1)} ${HOUR} ValidateStaging`);
  deployed.twin.twin.faults.clear();
  await stepFunctions.send(new StopExecutionCommand({ executionArn }));
  expect(await stagingTables()).toHaveLength(1);
  // An execution that loads something sweeps.
  await put('trips', hourOf(new Date(Date.now() - 5 * 3_600_000)), 'b');
  expect(await load('trips', {})).toMatchObject({ housekeeping: { staging_tables: 1, error: null } });
  expect(await stagingTables()).toEqual([]);
});
