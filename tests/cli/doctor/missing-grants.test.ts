import { missingGrants, type Privileges, type TablePrivilege } from '../../../cli/doctor/missing-grants';
import { ordersDataset } from '../../core/orders';

const dataset = ordersDataset();
const { schema, table } = dataset.target;
const all = { usage: true, create: true };
const privileges = (changes: Partial<Privileges> = {}): Privileges => ({
  createSchemas: false,
  schemas: new Map([
    ['sluice', all],
    [schema, all],
  ]),
  target: new Set(),
  ...changes,
});
const grants = (changes?: Partial<Privileges>) =>
  missingGrants(dataset, privileges(changes), 'dwh', '"IAMR:x"');

test('a user with all privileges needs no GRANT', () => {
  expect(grants()).toEqual([]);
  expect(grants({ createSchemas: true, schemas: new Map([[schema, all]]), target: undefined })).toEqual([]);
});

test('a new user needs every GRANT', () => {
  const none = { usage: false, create: false };
  expect(
    grants({
      schemas: new Map([[schema, none]]),
      target: new Set<TablePrivilege>(['SELECT', 'INSERT', 'DELETE', 'UPDATE']),
    }),
  ).toEqual([
    'GRANT CREATE ON DATABASE "dwh" TO "IAMR:x"',
    `GRANT USAGE ON SCHEMA "${schema}" TO "IAMR:x"`,
    `GRANT SELECT, INSERT, DELETE, UPDATE ON "${schema}"."${table}" TO "IAMR:x"`,
  ]);
});

test('without a target, the user needs CREATE on its schema', () => {
  const readOnly = { usage: true, create: false };
  const schemas = new Map([
    ['sluice', readOnly],
    [schema, readOnly],
  ]);
  expect(grants({ schemas, target: undefined })).toEqual([
    'GRANT CREATE ON SCHEMA "sluice" TO "IAMR:x"',
    `GRANT CREATE ON SCHEMA "${schema}" TO "IAMR:x"`,
  ]);
});
