import { parseColumnType, redshiftType, type ColumnType } from '../../core/column-types';
import type { ParquetField } from '../../core/parquet-types';
import { conversionInto, stagedColumnOf } from '../../core/staged-columns';

const column = (text: string) => ({ name: 'x', type: parseColumnType(text) as ColumnType, required: false });
const field = (type: string, members: Partial<ParquetField> = {}): ParquetField => ({
  name: 'X',
  type,
  ...members,
});
const decimal = (precision: number, scale: number) =>
  field('INT64', { converted_type: 'DECIMAL', precision, scale });

const INT_16 = field('INT32', { converted_type: 'INT_16' });
const INT32 = field('INT32');
const INT64 = field('INT64');
const FLOAT = field('FLOAT');
const DOUBLE = field('DOUBLE');
const TEXT = field('BYTE_ARRAY', { converted_type: 'UTF8' });
const DATE = field('INT32', { converted_type: 'DATE' });
const INT96 = field('INT96');
const NULLS = field('INT32', { logical_type: { type: 'NULL' } });

describe('a staging column has the type of the files, whatever the dataset wants', () => {
  test.each<[string, ParquetField, string, string]>([
    ['INT32 for bigint', INT32, 'bigint', 'INTEGER'],
    ['INT32 for smallint', INT32, 'smallint', 'INTEGER'],
    ['INT_16 for integer', INT_16, 'integer', 'SMALLINT'],
    ['INT64 for integer', INT64, 'integer', 'BIGINT'],
    ['INT64 for decimal', INT64, 'decimal(10,0)', 'BIGINT'],
    ['INT64 for double precision', INT64, 'double precision', 'BIGINT'],
    ['FLOAT for double precision', FLOAT, 'double precision', 'REAL'],
    ['DOUBLE for real', DOUBLE, 'real', 'DOUBLE PRECISION'],
    ['DOUBLE for bigint', DOUBLE, 'bigint', 'DOUBLE PRECISION'],
    ['DOUBLE for decimal', DOUBLE, 'decimal(10,2)', 'DOUBLE PRECISION'],
    ['a decimal for a wider one', decimal(9, 2), 'decimal(10,2)', 'DECIMAL(9, 2)'],
    ['a decimal for a wider one of a greater scale', decimal(9, 2), 'decimal(11,4)', 'DECIMAL(9, 2)'],
    ['a decimal for bigint', decimal(10, 0), 'bigint', 'DECIMAL(10, 0)'],
    ['text for decimal', TEXT, 'decimal(10,2)', 'VARCHAR(65535)'],
    ['text for date', TEXT, 'date', 'VARCHAR(65535)'],
    ['text for timestamp', TEXT, 'timestamp', 'VARCHAR(65535)'],
    ['text for bigint', TEXT, 'bigint', 'VARCHAR(65535)'],
    ['a date for timestamp', DATE, 'timestamp', 'DATE'],
    ['a timestamp for date', INT96, 'date', 'TIMESTAMP'],
    ['nulls without a type for text', NULLS, 'varchar(16)', 'INTEGER'],
    ['nulls without a type for boolean', NULLS, 'boolean', 'INTEGER'],
    [
      'nothing but nulls in another type',
      { ...DOUBLE, has_only_nulls: true },
      'varchar(16)',
      'DOUBLE PRECISION',
    ],
    ['a decimal for a narrower one', decimal(12, 2), 'decimal(10,2)', 'DECIMAL(12, 2)'],
    ['a decimal for one of a smaller scale', decimal(18, 3), 'decimal(10,2)', 'DECIMAL(18, 3)'],
    ['text for char, which hides blanks at the end', TEXT, 'char(2)', 'VARCHAR(2)'],
  ])('%s', (_, found, type, staged) => {
    const made = stagedColumnOf(column(type), found);
    expect(made).toMatchObject({ name: 'x', type: staged });
    expect(() => made && conversionInto(column(type).type, made)).not.toThrow();
  });

  test.each<[string, ParquetField, string]>([
    ['text for varchar: COPY names a file whose text is too long', TEXT, 'varchar(16)'],
    ['INT32 for integer', INT32, 'integer'],
    ['a decimal of the same precision and scale', decimal(10, 2), 'decimal(10,2)'],
    ['INT96 for timestamp', INT96, 'timestamp'],
  ])('%s needs no conversion', (_, found, type) => {
    const made = stagedColumnOf(column(type), found);
    expect(made).toEqual({ name: 'x', type: redshiftType(column(type).type) });
    expect(made && conversionInto(column(type).type, made).unchanged).toBeUndefined();
  });
});

describe('values that cannot become the dataset’s', () => {
  test.each<[string, ParquetField, string]>([
    ['a number for text', INT64, 'varchar(20)'],
    ['a boolean for smallint', field('BOOLEAN'), 'smallint'],
    ['smallint for boolean', INT_16, 'boolean'],
    ['text for boolean', TEXT, 'boolean'],
    ['text for double precision, which would round it', TEXT, 'double precision'],
    ['a number for timestamp', INT64, 'timestamp'],
    ['a timestamp for bigint', INT96, 'bigint'],
    ['an unsigned integer', field('INT32', { converted_type: 'UINT_32' }), 'bigint'],
    [
      'INT64 nanoseconds',
      field('INT64', { logical_type: { type: 'TIMESTAMP', unit: 'NANOS' } }),
      'timestamp',
    ],
    ['a group', field('INT32', { num_children: 2 }), 'integer'],
  ])('%s', (_, found, type) => {
    expect(stagedColumnOf(column(type), found)).toBeUndefined();
  });
});
