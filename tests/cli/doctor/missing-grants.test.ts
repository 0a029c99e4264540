import {
  missingGrants,
  neededTables,
  tableName,
  type Privileges,
  type TablePrivilege,
} from '../../../cli/doctor/missing-grants';
import { ordersDataset } from '../../core/orders';

const dataset = ordersDataset({ target: { schema: 'sales' } });
const [target, history, mutex] = neededTables(dataset).map(tableName) as [string, string, string];

type SchemaPrivilege = 'USAGE' | 'CREATE';

/** A user who needs nothing: the administrator has made every table. */
const SUFFICIENT: Privileges = {
  database: new Set(['TEMP']),
  schemas: new Map([
    ['sales', new Set<SchemaPrivilege>(['USAGE'])],
    ['sluice', new Set<SchemaPrivilege>(['USAGE', 'CREATE'])],
  ]),
  tables: new Map([
    [target, new Set<TablePrivilege>(['SELECT', 'INSERT', 'DELETE'])],
    [history, new Set<TablePrivilege>(['SELECT', 'INSERT'])],
    [mutex, new Set<TablePrivilege>(['SELECT', 'INSERT', 'UPDATE'])],
  ]),
  copy: true,
};
const grants = (changes: Partial<Privileges> = {}, of = dataset) =>
  missingGrants(
    of,
    { ...SUFFICIENT, ...changes },
    { database: 'dwh', user: '"IAMR:x"', copyRoleArn: 'arn:aws:iam::1:role/copy' },
  );
const withTable = (name: string, privileges: readonly TablePrivilege[]) => ({
  tables: new Map([...SUFFICIENT.tables, [name, new Set(privileges)]]),
});

test('a user with the least privileges needs no GRANT', () => {
  expect(grants()).toEqual([]);
});

test.each<[string, Partial<Privileges>]>([
  ['GRANT TEMP ON DATABASE "dwh"', { database: new Set() }],
  [
    'GRANT CREATE ON DATABASE "dwh"',
    { schemas: new Map([['sales', new Set(['USAGE', 'CREATE'])]]), tables: new Map() },
  ],
  ['GRANT USAGE ON SCHEMA "sales"', { schemas: new Map([...SUFFICIENT.schemas, ['sales', new Set()]]) }],
  [
    'GRANT CREATE ON SCHEMA "sluice"',
    { schemas: new Map([...SUFFICIENT.schemas, ['sluice', new Set(['USAGE'])]]) },
  ],
  ['GRANT CREATE ON SCHEMA "sales"', { tables: new Map() }],
  [`GRANT DELETE ON ${target}`, withTable(target, ['SELECT', 'INSERT', 'UPDATE'])],
  [`GRANT SELECT, INSERT ON ${history}`, withTable(history, [])],
  [`GRANT UPDATE ON ${mutex}`, withTable(mutex, ['SELECT', 'INSERT'])],
])('only %s is printed if only that is missing', (grant, changes) => {
  expect(grants(changes)).toEqual([`${grant} TO "IAMR:x"`]);
});

test('the right to COPY with the role names it by its ARN', () => {
  expect(grants({ copy: false })).toEqual([
    `GRANT ASSUMEROLE ON 'arn:aws:iam::1:role/copy' TO "IAMR:x" FOR COPY`,
  ]);
});

test('the strategy merge needs UPDATE in place of DELETE', () => {
  const merging = ordersDataset({ target: { schema: 'sales' }, load: { strategy: 'merge' } });
  expect(grants({}, merging)).toEqual([`GRANT UPDATE ON ${target} TO "IAMR:x"`]);
});

test('tables that the user may not ask about are left for the next run', () => {
  const schemas = new Map([...SUFFICIENT.schemas, ['sales', new Set<'USAGE' | 'CREATE'>()]]);
  const tables = new Map([...SUFFICIENT.tables, [target, undefined]]);
  expect(grants({ schemas, tables })).toEqual(['GRANT USAGE ON SCHEMA "sales" TO "IAMR:x"']);
});
