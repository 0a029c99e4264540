import { parseColumnType, type ColumnType } from '../../core/column-types';
import { parquetTypeText, redshiftTypeOf, writeInstead, type ParquetField } from '../../core/parquet-types';

const field = (members: Omit<ParquetField, 'name'>): ParquetField => ({ name: 'x', ...members });
const column = (text: string) => parseColumnType(text) as ColumnType;

const INT32 = field({ type: 'INT32' });
const INT64 = field({ type: 'INT64' });
const TEXT = field({ type: 'BYTE_ARRAY', converted_type: 'UTF8' });
const INT96 = field({ type: 'INT96' });
const NANOS = field({
  type: 'INT64',
  logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: false, unit: 'NANOS' },
});
const LOGICAL_DATE = field({ type: 'INT32', logical_type: { type: 'DATE' } });
const fixedDecimal = (precision: number, bytes: number) =>
  field({ type: 'FIXED_LEN_BYTE_ARRAY', type_length: bytes, converted_type: 'DECIMAL', precision, scale: 2 });

describe('a field as writers annotate it, and the type it loads into', () => {
  test.each<[string, ParquetField, string, string]>([
    ['BOOLEAN', field({ type: 'BOOLEAN' }), 'boolean', 'BOOLEAN'],
    ['INT32', INT32, 'integer', 'INT32'],
    ['INT32 INT_32', field({ type: 'INT32', converted_type: 'INT_32' }), 'integer', 'INT32 INT_32'],
    ['INT32 INT_16', field({ type: 'INT32', converted_type: 'INT_16' }), 'smallint', 'INT32 INT_16'],
    ['INT32 INT_8', field({ type: 'INT32', converted_type: 'INT_8' }), 'smallint', 'INT32 INT_8'],
    ['INT32 DATE', field({ type: 'INT32', converted_type: 'DATE' }), 'date', 'INT32 DATE'],
    [
      'INT32 signed, logical only',
      field({ type: 'INT32', logical_type: { type: 'INTEGER', bitWidth: 32, isSigned: true } }),
      'integer',
      'INT32 INT_32',
    ],
    [
      'INT32 of 16 bits, logical only',
      field({ type: 'INT32', logical_type: { type: 'INTEGER', bitWidth: 16, isSigned: true } }),
      'smallint',
      'INT32 INT_16',
    ],
    [
      'no type, because all is null',
      field({ type: 'INT32', logical_type: { type: 'NULL' } }),
      'integer',
      'INT32 NULL',
    ],
    ['INT64', INT64, 'bigint', 'INT64'],
    ['INT64 INT_64', field({ type: 'INT64', converted_type: 'INT_64' }), 'bigint', 'INT64 INT_64'],
    ['FLOAT', field({ type: 'FLOAT' }), 'real', 'FLOAT'],
    ['DOUBLE', field({ type: 'DOUBLE' }), 'double precision', 'DOUBLE'],
    ['INT96', INT96, 'timestamp', 'INT96 timestamp'],
    [
      'INT64 millis',
      field({ type: 'INT64', converted_type: 'TIMESTAMP_MILLIS' }),
      'timestamp',
      'INT64 TIMESTAMP(MILLIS)',
    ],
    [
      'INT64 micros',
      field({ type: 'INT64', converted_type: 'TIMESTAMP_MICROS' }),
      'timestamp',
      'INT64 TIMESTAMP(MICROS)',
    ],
    [
      'INT64 decimal',
      field({ type: 'INT64', converted_type: 'DECIMAL', precision: 10, scale: 2 }),
      'decimal(10,2)',
      'INT64 DECIMAL(10, 2)',
    ],
    [
      'fixed bytes decimal, without a scale',
      field({ type: 'FIXED_LEN_BYTE_ARRAY', type_length: 16, converted_type: 'DECIMAL', precision: 38 }),
      'decimal(38,0)',
      'FIXED_LEN_BYTE_ARRAY DECIMAL(38, 0)',
    ],
    ['text', TEXT, 'varchar(65535)', 'BYTE_ARRAY UTF8'],
    [
      'text, logical only',
      field({ type: 'BYTE_ARRAY', logical_type: { type: 'STRING' } }),
      'varchar(65535)',
      'BYTE_ARRAY STRING',
    ],
    ['bytes', field({ type: 'BYTE_ARRAY' }), 'varchar(65535)', 'BYTE_ARRAY'],
  ])('%s', (_, found, type, text) => {
    expect(redshiftTypeOf(found)).toEqual(column(type));
    expect(parquetTypeText(found)).toBe(text);
  });
});

describe('a field that loads into no column', () => {
  test.each<[string, ParquetField, string]>([
    ['a group', field({ num_children: 2, repetition_type: 'OPTIONAL' }), 'nested'],
    ['a list', field({ num_children: 1, converted_type: 'LIST' }), 'nested'],
    ['a repeated leaf', field({ type: 'INT32', repetition_type: 'REPEATED' }), 'repeated'],
    ['unsigned', field({ type: 'INT32', converted_type: 'UINT_32' }), 'INT32 UINT_32'],
    [
      'unsigned, logical only',
      field({ type: 'INT64', logical_type: { type: 'INTEGER', bitWidth: 64, isSigned: false } }),
      'INT64 UINT_64',
    ],
    ['a time of day', field({ type: 'INT32', converted_type: 'TIME_MILLIS' }), 'INT32 TIME_MILLIS'],
    ['a time of day in INT64', field({ type: 'INT64', converted_type: 'TIME_MICROS' }), 'INT64 TIME_MICROS'],
    ['BSON', field({ type: 'BYTE_ARRAY', converted_type: 'BSON' }), 'BYTE_ARRAY BSON'],
    [
      'an interval',
      field({ type: 'FIXED_LEN_BYTE_ARRAY', converted_type: 'INTERVAL' }),
      'FIXED_LEN_BYTE_ARRAY INTERVAL',
    ],
    [
      'a UUID',
      field({ type: 'FIXED_LEN_BYTE_ARRAY', logical_type: { type: 'UUID' } }),
      'FIXED_LEN_BYTE_ARRAY UUID',
    ],
    ['INT64 nanos', NANOS, 'INT64 TIMESTAMP(NANOS)'],
    ['a date by its logical type alone', LOGICAL_DATE, 'INT32 DATE'],
    ['a decimal of more bytes than it needs', fixedDecimal(18, 16), 'FIXED_LEN_BYTE_ARRAY DECIMAL(18, 2)'],
    [
      'a decimal of more digits than Redshift has',
      fixedDecimal(39, 17),
      'FIXED_LEN_BYTE_ARRAY DECIMAL(39, 2)',
    ],
    [
      'a decimal in bytes of any length',
      field({ type: 'BYTE_ARRAY', converted_type: 'DECIMAL', precision: 18, scale: 2 }),
      'BYTE_ARRAY DECIMAL(18, 2)',
    ],
    ['no type at all', field({}), 'unknown'],
  ])('%s', (_, found, text) => {
    expect(redshiftTypeOf(found)).toBeUndefined();
    expect(parquetTypeText(found)).toBe(text);
  });
});

test('nanoseconds name how to write microseconds instead; INT96, which COPY reads right, does not', () => {
  expect(writeInstead(NANOS)).toMatch(
    /another year: write microseconds \(pyarrow and pandas: coerce_timestamps="us"/,
  );
  expect(writeInstead(INT96)).toBeUndefined();
});

test('decimals of too many bytes name how many to write, and logical types alone name the converted type', () => {
  expect(writeInstead(fixedDecimal(18, 16))).toBe(
    'COPY refuses 16 bytes: write decimals of precision 18 in the fewest bytes that hold them, which are 8',
  );
  expect(writeInstead(fixedDecimal(18, 8))).toBeUndefined();
  expect(writeInstead(LOGICAL_DATE)).toMatch(/write the converted type of DATE, too/);
});
