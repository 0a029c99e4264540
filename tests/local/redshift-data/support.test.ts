import { redshiftDataSupport } from '../../../local/redshift-data';
import { OPERATIONS } from '../../../local/redshift-data/service';
import { FUNCTION_NAMES } from '../../../local/redshift-data/sql/functions';
import { execute, startTwin, type Twin } from './harness';

let twin: Twin;
beforeAll(async () => {
  twin = await startTwin();
});
afterAll(() => twin.stop());

describe('the list of supported features', () => {
  it('contains every operation and every function', () => {
    expect(redshiftDataSupport.supported).toEqual(expect.arrayContaining([...OPERATIONS.keys()]));
    expect(redshiftDataSupport.supported).toEqual(
      expect.arrayContaining(FUNCTION_NAMES.map((name) => `${name}()`)),
    );
  });

  it('has no entry in common with the list of refused features', () => {
    const { supported, refused } = redshiftDataSupport;
    expect(refused.filter((item) => supported.includes(item))).toEqual([]);
    expect(refused.filter((item) => OPERATIONS.has(item))).toEqual([]);
  });
});

describe('the list of refused features', () => {
  const functions = redshiftDataSupport.refused.filter((item) => item.endsWith('()'));

  it.each(functions)('%s', async (item) => {
    const { Status, Error: error } = await execute(twin, `SELECT ${item}`);
    expect(Status).toBe('FAILED');
    expect(error).toContain('is not supported by the local twin');
  });

  const statements: Readonly<Record<string, string>> = {
    BEGIN: 'BEGIN',
    COMMIT: 'COMMIT',
    UNLOAD: "UNLOAD ('SELECT 1') TO 's3://lake/'",
    'CREATE VIEW': 'CREATE VIEW v AS SELECT 1',
    'CREATE EXTERNAL TABLE': 'CREATE EXTERNAL TABLE s.t (a INT)',
    'GRANT TO ROLE': 'GRANT CREATE ON SCHEMA public TO ROLE r',
    'GRANT TO GROUP': 'GRANT CREATE ON SCHEMA public TO GROUP g',
    'GRANT WITH GRANT OPTION': 'GRANT CREATE ON SCHEMA public TO u WITH GRANT OPTION',
    'GRANT ON ALL TABLES': 'GRANT SELECT ON ALL TABLES IN SCHEMA public TO u',
    'GRANT ASSUMEROLE ON DEFAULT': 'GRANT ASSUMEROLE ON DEFAULT TO u FOR COPY',
    'GRANT DROP': 'GRANT DROP ON svv TO u',
    'ALTER TABLE OWNER TO': 'ALTER TABLE svv OWNER TO u',
    'ALTER DEFAULT PRIVILEGES': 'ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO u',
    'CREATE ROLE': 'CREATE ROLE r',
    'CREATE SCHEMA AUTHORIZATION': 'CREATE SCHEMA s AUTHORIZATION u',
    'SET SESSION AUTHORIZATION': 'SET SESSION AUTHORIZATION u',
    PRAGMA: 'PRAGMA version',
    ATTACH: "ATTACH 'a.db'",
    INSTALL: 'INSTALL httpfs',
    'SET threads': 'SET threads TO 1',
    PIVOT: 'SELECT * FROM svv_tables PIVOT (COUNT(*) FOR table_name IN (1))',
    'SELECT INTO': 'SELECT 1 INTO t',
    IDENTITY: 'CREATE TABLE t (a INT IDENTITY(0, 1))',
    VARBYTE: 'CREATE TABLE t (a VARBYTE)',
    TIME: 'CREATE TABLE t (a TIME)',
    svv_all_tables: 'SELECT * FROM svv_all_tables',
    sys_load_history: 'SELECT * FROM sys_load_history',
    'information_schema.tables': 'SELECT * FROM information_schema.tables',
  };

  it.each(Object.entries(statements))('%s', async (item, sql) => {
    expect(redshiftDataSupport.refused).toContain(item);
    const { Status, Error: error } = await execute(twin, sql);
    expect(Status).toBe('FAILED');
    expect(error).toMatch(/not supported/);
  });
});
