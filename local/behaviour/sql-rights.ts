import { proven, unproven, type Known } from './outcome';

/** The rights that a statement of Redshift asks of a database user who owns nothing. */
export interface SqlRights extends Known {
  readonly what: string;
  /** On the tables `t` and `other` of the schema `s`, which the user may use. The user may create in the schema `mine`. */
  readonly statement: string;
  /** Each as GRANT writes it. */
  readonly needs: readonly string[];
}

const GRANT = proven('Amazon Redshift, "GRANT"');
const RBAC = proven('Amazon Redshift, "System permissions for RBAC"');
const [ON_DATABASE, IN_DATABASE] = ['CREATE ON DATABASE dev', 'TEMP ON DATABASE dev'];
const [SELECT, INSERT, UPDATE, DELETE] = ['SELECT ON s.t', 'INSERT ON s.t', 'UPDATE ON s.t', 'DELETE ON s.t'];
const OTHER = 'SELECT ON s.other';

export const SQL_RIGHTS: readonly SqlRights[] = [
  { what: 'CREATE SCHEMA', statement: 'CREATE SCHEMA another', needs: [ON_DATABASE], ...RBAC },
  {
    what: 'CREATE SCHEMA IF NOT EXISTS, of one that exists',
    statement: 'CREATE SCHEMA IF NOT EXISTS s',
    needs: [ON_DATABASE],
    ...proven('airbytehq/airbyte #83748, dataform-co/dataform #689'),
  },
  { what: 'CREATE TABLE', statement: 'CREATE TABLE s.made (a INT)', needs: ['CREATE ON SCHEMA s'], ...RBAC },
  {
    what: 'CREATE TABLE IF NOT EXISTS, of one that exists',
    statement: 'CREATE TABLE IF NOT EXISTS s.t (a INT)',
    needs: ['CREATE ON SCHEMA s'],
    ...unproven('as of a schema; nobody reports it'),
  },
  {
    what: 'CREATE TABLE AS',
    statement: 'CREATE TABLE mine.made AS SELECT a FROM s.t',
    needs: [SELECT],
    ...GRANT,
  },
  {
    what: 'CREATE TABLE (LIKE)',
    statement: 'CREATE TABLE mine.made (LIKE s.t)',
    needs: [SELECT],
    ...unproven('PostgreSQL 8.0'),
  },
  {
    what: 'CREATE TEMP TABLE',
    statement: 'CREATE TEMP TABLE made (a INT)',
    needs: [IN_DATABASE],
    ...unproven('Amazon Redshift, "GRANT" has the right; the text is PostgreSQL 8.0’s'),
  },
  { what: 'SELECT', statement: 'SELECT a FROM s.t', needs: [SELECT], ...GRANT },
  {
    what: 'a query in an expression',
    statement: 'SELECT (SELECT MAX(a) FROM s.t) FROM s.other',
    needs: [SELECT, OTHER],
    ...GRANT,
  },
  { what: 'INSERT', statement: 'INSERT INTO s.t VALUES (1)', needs: [INSERT], ...GRANT },
  {
    what: 'INSERT from the table itself',
    statement: 'INSERT INTO s.t SELECT a FROM s.t',
    needs: [INSERT, SELECT],
    ...GRANT,
  },
  {
    what: 'INSERT from another table',
    statement: 'INSERT INTO s.t SELECT a FROM s.other',
    needs: [INSERT, OTHER],
    ...GRANT,
  },
  { what: 'UPDATE', statement: 'UPDATE s.t SET a = 2', needs: [UPDATE, SELECT], ...GRANT },
  { what: 'DELETE', statement: 'DELETE FROM s.t WHERE a = 1', needs: [DELETE, SELECT], ...GRANT },
  {
    what: 'DELETE USING',
    statement: 'DELETE FROM s.t USING s.other WHERE s.t.a = s.other.a',
    needs: [DELETE, SELECT, OTHER],
    ...GRANT,
  },
  {
    what: 'MERGE',
    statement:
      'MERGE INTO s.t USING s.other ON s.t.a = s.other.a WHEN MATCHED THEN UPDATE SET a = s.other.a WHEN NOT MATCHED THEN INSERT VALUES (s.other.a)',
    needs: [IN_DATABASE, SELECT, INSERT, UPDATE, OTHER],
    ...unproven(
      'the statements of which it is made, by Redshift Observatory, "MERGE"; nobody reports its rights',
    ),
  },
  {
    what: 'LOCK',
    statement: 'LOCK s.t',
    needs: [UPDATE],
    ...unproven('PostgreSQL 8.0, where DELETE suffices too; nobody reports it'),
  },
];

/** What Redshift says to a user without a right. */
export function refusalOf(right: string): string {
  const [privilege, object = ''] = right.split(' ON ');
  const [kind, name = ''] = object.split(' ');
  if (privilege === 'TEMP') return `permission denied to create temporary tables in database "${name}"`;
  if (kind === 'DATABASE' || kind === 'SCHEMA') return `permission denied for ${kind.toLowerCase()} ${name}`;
  return `permission denied for relation ${object.split('.')[1]}`;
}
