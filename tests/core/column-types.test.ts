import { glueType, parseColumnType, redshiftType, type ColumnType } from '../../core/column-types';

function parsed(text: string): ColumnType {
  const type = parseColumnType(text);
  if ('problem' in type) throw new Error(type.problem);
  return type;
}

describe('a type in every spelling that Redshift accepts', () => {
  test.each([
    ['smallint', 'SMALLINT', 'smallint'],
    ['INT2', 'SMALLINT', 'smallint'],
    ['integer', 'INTEGER', 'int'],
    ['int', 'INTEGER', 'int'],
    ['int4', 'INTEGER', 'int'],
    ['bigint', 'BIGINT', 'bigint'],
    ['int8', 'BIGINT', 'bigint'],
    ['real', 'REAL', 'float'],
    ['float4', 'REAL', 'float'],
    ['double  precision', 'DOUBLE PRECISION', 'double'],
    ['float', 'DOUBLE PRECISION', 'double'],
    ['float8', 'DOUBLE PRECISION', 'double'],
    ['Boolean', 'BOOLEAN', 'boolean'],
    ['bool', 'BOOLEAN', 'boolean'],
    ['date', 'DATE', 'date'],
    [' timestamp ', 'TIMESTAMP', 'timestamp'],
    ['timestamp without time zone', 'TIMESTAMP', 'timestamp'],
    ['decimal(10,2)', 'DECIMAL(10, 2)', 'decimal(10,2)'],
    ['NUMERIC ( 38 , 37 )', 'DECIMAL(38, 37)', 'decimal(38,37)'],
    ['decimal(18)', 'DECIMAL(18, 0)', 'decimal(18,0)'],
    ['decimal(1,1)', 'DECIMAL(1, 1)', 'decimal(1,1)'],
    ['char(1)', 'CHAR(1)', 'string'],
    ['character(4096)', 'CHAR(4096)', 'string'],
    ['nchar(2)', 'CHAR(2)', 'string'],
    ['char(max)', 'CHAR(4096)', 'string'],
    ['varchar(65535)', 'VARCHAR(65535)', 'string'],
    ['character varying (7)', 'VARCHAR(7)', 'string'],
    ['nvarchar(7)', 'VARCHAR(7)', 'string'],
    ['varchar(MAX)', 'VARCHAR(65535)', 'string'],
  ])('%s', (text, redshift, glue) => {
    expect(redshiftType(parsed(text))).toBe(redshift);
    expect(glueType(parsed(text), true)).toBe(glue);
  });
});

test('Firehose writes as text or int what it is not known to write right', () => {
  expect(
    ['decimal(10,2)', 'smallint', 'integer', 'bigint', 'date'].map((text) => glueType(parsed(text), false)),
  ).toEqual(['string', 'int', 'int', 'bigint', 'date']);
});

test('a type that is written as DDL is read as the same type', () => {
  for (const text of [
    'smallint',
    'double precision',
    'decimal(38,37)',
    'char(3)',
    'varchar(9)',
    'timestamp',
  ]) {
    expect(parsed(redshiftType(parsed(text)))).toEqual(parsed(text));
  }
});

describe('a type that is refused, with the reason', () => {
  test.each([
    ['timestamptz', 'use timestamp, in UTC'],
    ['TIMESTAMP WITH TIME ZONE', 'use timestamp, in UTC'],
    ['super', 'varchar(65535)'],
    ['varchar(0)', '1 to 65535 bytes'],
    ['varchar(65536)', '1 to 65535 bytes'],
    ['varchar(99999999999999999999999)', '1 to 65535 bytes'],
    ['char(4097)', '1 to 4096 bytes'],
    ['decimal(0,0)', 'precision is 1 to 38'],
    ['decimal(39,2)', 'precision is 1 to 38'],
    ['decimal(5,6)', 'scale at most the precision'],
    ['decimal(38,38)', 'at most 37'],
    ['varchar', 'is not a type'],
    ['decimal', 'is not a type'],
    ['text', 'is not a type'],
    ['varchar(-1)', 'is not a type'],
    ['varchar(1.5)', 'is not a type'],
    ['varchar(1); drop table trips', 'is not a type'],
    ['int unsigned', 'is not a type'],
    ['', 'is not a type'],
    ['constructor', 'is not a type'],
    ['__proto__', 'is not a type'],
  ])('%s', (text, problem) => {
    expect(parseColumnType(text)).toEqual({ problem: expect.stringContaining(problem) as string });
  });
});
