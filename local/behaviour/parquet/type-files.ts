import { parquetMetadata, parquetSchema } from 'hyparquet';
import type { ParquetField } from '../../../core/parquet-types';
import type { ParquetColumn } from '../../redshift-data/copy/footer';
import { byteArray, framed, int96, plainFile } from './plain-file';
import { i32, i64, struct, structs, text, writeStruct, type ThriftValue } from './thrift';

/** One value in a file of one column, `v`. */
export interface ParquetFile {
  readonly type: string;
  /** How the footer says the annotation: the older or the newer way, or of which decimal. */
  readonly how: string;
  readonly bytes: Buffer;
  readonly field: ParquetField;
  /** The value as the Data API shows it. */
  readonly value?: string | number | boolean | null;
  readonly decimal?: { readonly precision: number; readonly scale: number; readonly length?: number };
}

/** The twin's column for a file's, as COPY reads it. */
export function parquetColumn({ type, field, decimal }: ParquetFile): ParquetColumn {
  const [physical, annotation, alone] = type.split(' ');
  if (physical === 'group') return { name: 'v', repetition: 'OPTIONAL' };
  if (physical === 'repeated') return { name: 'v', physical: 'INT32', repetition: 'REPEATED' };
  return {
    name: 'v',
    physical,
    annotation,
    isConverted: alone === undefined,
    ...decimal,
    typeLength: field.type_length,
    repetition: 'REQUIRED',
  };
}

const [BOOLEAN, INT32, INT64, INT96, FLOAT, DOUBLE, BYTE_ARRAY, FIXED] = [0, 1, 2, 3, 4, 5, 6, 7];
const [REPEATED, OPTIONAL] = [2, 1];
const [MILLIS, MICROS, NANOS] = [1, 2, 3];
const EMPTY = struct({});

const int32 = (value: number) => Buffer.from(Int32Array.of(value).buffer);
const int64 = (value: bigint) => Buffer.from(BigInt64Array.of(value).buffer);
const bigEndian = (value: number, length: number) =>
  Buffer.from([...Array<number>(length - 1).fill(0), value]);

/** The members of a SchemaElement: its converted type, and its logical type by the field of the union. */
const converted = (code: number): Record<number, ThriftValue> => ({ 6: i32(code) });
const logical = (field: number, value: ThriftValue = EMPTY): Record<number, ThriftValue> => ({
  10: struct({ [field]: value }),
});
const isUtc: ThriftValue = { type: 'boolean', value: true };
const time = (field: number, unit: number) =>
  logical(field, struct({ 1: isUtc, 2: struct({ [unit]: EMPTY }) }));
const integer = (bits: number, isSigned: boolean) =>
  logical(10, struct({ 1: { type: 'byte', value: bits }, 2: { type: 'boolean', value: isSigned } }));

type Element = Readonly<Record<number, ThriftValue>>;
type Made = readonly [
  type: string,
  physical: number,
  bytes: Buffer,
  value: ParquetFile['value'],
  elements: Readonly<Record<string, Element>>,
];

const TIME = new Date('2026-11-23T08:15:00.250Z');
const SHOWN_TIME = '2026-11-23 08:15:00.25';
const since1970 = BigInt(TIME.getTime());
const UUID = Buffer.alloc(16, 1);
const plain = { '': {} };

const MADE: readonly Made[] = [
  ['BOOLEAN', BOOLEAN, Buffer.from([1]), true, plain],
  ['INT32', INT32, int32(7), 7, plain],
  ['INT32 INT_8', INT32, int32(-7), -7, { old: converted(15), new: integer(8, true) }],
  ['INT32 INT_16', INT32, int32(-7), -7, { old: converted(16), new: integer(16, true) }],
  ['INT32 INT_32', INT32, int32(-7), -7, { old: converted(17), new: integer(32, true) }],
  ['INT32 UINT_8', INT32, int32(7), 7, { old: converted(11), new: integer(8, false) }],
  ['INT32 UINT_16', INT32, int32(7), 7, { old: converted(12), new: integer(16, false) }],
  ['INT32 UINT_32', INT32, int32(-1), 2 ** 32 - 1, { old: converted(13), new: integer(32, false) }],
  ['INT32 DATE', INT32, int32(20_000), '2024-10-04', { old: converted(6) }],
  ['INT32 DATE (logical type alone)', INT32, int32(20_000), '2024-10-04', { new: logical(6) }],
  ['INT32 TIME_MILLIS', INT32, int32(1), undefined, { old: converted(7), new: time(7, MILLIS) }],
  ['INT32 NULL', INT32, int32(7), null, { new: logical(11) }],
  ['INT64', INT64, int64(2n ** 40n), 2 ** 40, plain],
  ['INT64 INT_64', INT64, int64(7n), 7, { old: converted(18), new: integer(64, true) }],
  ['INT64 UINT_64', INT64, int64(7n), 7, { old: converted(14), new: integer(64, false) }],
  [
    'INT64 TIMESTAMP_MILLIS',
    INT64,
    int64(since1970),
    SHOWN_TIME,
    { old: converted(9), new: time(8, MILLIS) },
  ],
  [
    'INT64 TIMESTAMP_MICROS',
    INT64,
    int64(since1970 * 1_000n),
    SHOWN_TIME,
    { old: converted(10), new: time(8, MICROS) },
  ],
  ['INT64 TIMESTAMP_NANOS', INT64, int64(since1970 * 1_000_000n), SHOWN_TIME, { new: time(8, NANOS) }],
  ['INT64 TIME_MICROS', INT64, int64(1n), undefined, { old: converted(8), new: time(7, MICROS) }],
  ['INT64 TIME_NANOS', INT64, int64(1n), undefined, { new: time(7, NANOS) }],
  ['INT96', INT96, int96(TIME), SHOWN_TIME, plain],
  ['FLOAT', FLOAT, Buffer.from(Float32Array.of(1.5).buffer), 1.5, plain],
  ['DOUBLE', DOUBLE, Buffer.from(Float64Array.of(0.1).buffer), 0.1, plain],
  ['BYTE_ARRAY', BYTE_ARRAY, byteArray('a'), 'a', plain],
  ['BYTE_ARRAY UTF8', BYTE_ARRAY, byteArray('a'), 'a', { old: converted(0), new: logical(1) }],
  ['BYTE_ARRAY ENUM', BYTE_ARRAY, byteArray('a'), 'a', { old: converted(4), new: logical(4) }],
  ['BYTE_ARRAY JSON', BYTE_ARRAY, byteArray('{}'), '{}', { old: converted(19), new: logical(12) }],
  ['BYTE_ARRAY BSON', BYTE_ARRAY, byteArray('a'), undefined, { old: converted(20), new: logical(13) }],
  ['FIXED_LEN_BYTE_ARRAY', FIXED, UUID, undefined, { '': { 2: i32(16) } }],
  [
    'FIXED_LEN_BYTE_ARRAY INTERVAL',
    FIXED,
    Buffer.alloc(12),
    undefined,
    { old: { 2: i32(12), ...converted(21) } },
  ],
  ['FIXED_LEN_BYTE_ARRAY UUID', FIXED, UUID, undefined, { new: { 2: i32(16), ...logical(14) } }],
  ['FIXED_LEN_BYTE_ARRAY FLOAT16', FIXED, Buffer.alloc(2), undefined, { new: { 2: i32(2), ...logical(15) } }],
  ['repeated', INT32, int32(7), undefined, { '': { 3: i32(REPEATED) } }],
];

type Decimal = readonly [type: string, physical: number, precision: number, scale: number, length?: number];

/** Decimals of 1.25 or 125, next to DECIMAL(10, 2) and at the limits of what their bytes hold. */
const DECIMALS: readonly Decimal[] = [
  ...(
    [
      [9, 2],
      [5, 2],
      [9, 0],
      [10, 2],
      [0, 0],
      [9, 10],
    ] as const
  ).map(([precision, scale]) => ['INT32 DECIMAL', INT32, precision, scale] as const),
  ...(
    [
      [10, 2],
      [10, 3],
      [12, 2],
      [18, 2],
      [19, 2],
      [39, 2],
    ] as const
  ).map(([precision, scale]) => ['INT64 DECIMAL', INT64, precision, scale] as const),
  ...(
    [
      [10, 2, 5],
      [10, 2, 16],
      [10, 2, 4],
      [10, 3, 5],
      [9, 2, 5],
      [18, 9, 8],
      [29, 9, 13],
      [38, 2, 16],
      [39, 2, 17],
      [38, 38, 16],
    ] as const
  ).map(
    ([precision, scale, length]) =>
      ['FIXED_LEN_BYTE_ARRAY DECIMAL', FIXED, precision, scale, length] as const,
  ),
  ['BYTE_ARRAY DECIMAL', BYTE_ARRAY, 10, 2],
];

function decimalFiles([type, physical, precision, scale, length]: Decimal): ParquetFile[] {
  const unscaled = 125;
  const bytes =
    { [INT32]: int32(unscaled), [INT64]: int64(BigInt(unscaled)) }[physical] ??
    bigEndian(unscaled, length ?? 1);
  const value = (unscaled / 10 ** scale).toFixed(scale);
  const old = { ...converted(5), 7: i32(scale), 8: i32(precision) };
  const elements: Record<string, Element> = {
    old,
    new: logical(5, struct({ 1: i32(scale), 2: i32(precision) })),
  };
  return Object.entries(elements).map(([how, element]) => ({
    ...file(
      how === 'new' && physical !== BYTE_ARRAY ? `${type} (logical type alone)` : type,
      physical,
      physical === BYTE_ARRAY ? byteArray('}') : bytes,
      {
        ...(length === undefined ? element : { 2: i32(length), ...element }),
      },
    ),
    how: `${how}, ${precision}, ${scale}${length === undefined ? '' : `, ${length} bytes`}`,
    value,
    decimal: { precision, scale, ...(length === undefined ? {} : { length }) },
  }));
}

function file(type: string, physical: number, value: Buffer, element: Element) {
  const bytes = plainFile([{ name: 'v', physical, element, values: [value] }]);
  return { type, bytes, field: fieldOf(bytes) };
}

/** A group of one leaf, without rows: COPY decides by the footer. */
function groupFile(): ParquetFile {
  const schema = [
    struct({ 4: text('schema'), 5: i32(1) }),
    struct({ 3: i32(OPTIONAL), 4: text('v'), 5: i32(1) }),
    struct({ 1: i32(INT32), 3: i32(OPTIONAL), 4: text('inner') }),
  ];
  const footer = struct({ 1: i32(1), 2: structs(schema), 3: i64(0), 4: structs([]) });
  const bytes = framed(Buffer.from('PAR1'), Buffer.from(writeStruct(footer)));
  return { type: 'group', how: '', bytes, field: fieldOf(bytes) };
}

/** The field as InspectFiles reads it. */
function fieldOf(bytes: Buffer): ParquetField {
  const whole = new Uint8Array(bytes).buffer;
  return parquetSchema(parquetMetadata(whole)).children[0]!.element;
}

/** A file or more of every type of the table. */
export const PARQUET_FILES: readonly ParquetFile[] = [
  ...MADE.flatMap(([type, physical, bytes, value, elements]) =>
    Object.entries(elements).map(([how, element]) => ({
      ...file(type, physical, bytes, element),
      how,
      value,
    })),
  ),
  ...DECIMALS.flatMap(decimalFiles),
  groupFile(),
];
