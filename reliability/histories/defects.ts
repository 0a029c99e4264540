import type { BadFileError } from '../../core/bad-files';
import { LARGEST_FOOTER_BYTES } from '../../core/footer';
import { withoutStatistics, withStorage, withWrongRows } from '../../local/behaviour/parquet/edit-footer';
import { framed } from '../../local/behaviour/parquet/plain-file';
import type { FileColumn, TripColumn } from './layout';

/** Where Sluice can find a defect at the earliest. Of the files of an hour, those with an earlier stage are found first. */
export const STAGES = ['footer', 'COPY', 'staged rows'] as const;

/** What is wrong with a file, and the error by which Sluice must name it. */
export interface Defect {
  readonly error: BadFileError;
  readonly stage: (typeof STAGES)[number];
  /** Makes a good file's columns bad. */
  readonly columns?: (columns: readonly FileColumn[]) => readonly FileColumn[];
  /** Makes the bytes bad. */
  readonly bytes?: (file: Buffer) => Buffer;
}

type Columns = NonNullable<Defect['columns']>;

const replaced =
  (name: TripColumn, value: string): Columns =>
  (columns) => [...columns.filter((each) => each.name !== name), { name, value }];

/** One row of the file has this value. @param others the values of the other rows, in the same type. */
const inOneRow = (name: TripColumn, value: string, others: string): Columns =>
  replaced(name, `CASE place WHEN 0 THEN ${value} ELSE ${others} END`);

const nullIn = (name: TripColumn, type: string): Columns => inOneRow(name, 'NULL', `${name}::${type}`);

/** A column that every dataset file asks for. */
const lacking: Columns = (columns) => columns.filter(({ name }) => name !== 'vendor_id');

const lateYear = inOneRow(
  'pickup_datetime',
  "'40000-01-01 00:00:00'::TIMESTAMP",
  'pickup_datetime::TIMESTAMP',
);

const ENCRYPTED_MAGIC = Buffer.from('PARE');

export const DEFECTS = {
  'is not Parquet': {
    error: 'UnreadableFile',
    stage: 'footer',
    bytes: () => Buffer.from('trip_id,vendor_id\na,1\n'),
  },
  'is cut off': {
    error: 'UnreadableFile',
    stage: 'footer',
    bytes: (file) => file.subarray(0, Math.floor(file.length / 2)),
  },
  'is empty': { error: 'UnreadableFile', stage: 'footer', bytes: () => Buffer.alloc(0) },
  'has an encrypted footer': {
    error: 'UnreadableFile',
    stage: 'footer',
    bytes: (file) => Buffer.concat([file.subarray(0, -ENCRYPTED_MAGIC.length), ENCRYPTED_MAGIC]),
  },
  'has a footer that contradicts itself': { error: 'UnreadableFile', stage: 'footer', bytes: withWrongRows },
  'has too large a footer': {
    error: 'UnreadableFile',
    stage: 'footer',
    bytes: () => framed(Buffer.from('PAR1'), Buffer.alloc(LARGEST_FOOTER_BYTES + 1)),
  },
  'is compressed with Brotli': {
    error: 'UnreadableFile',
    stage: 'footer',
    bytes: (file) => withStorage(file, { codec: 4 }),
  },
  'has the encoding BYTE_STREAM_SPLIT': {
    error: 'UnreadableFile',
    stage: 'footer',
    bytes: (file) => withStorage(file, { encoding: 9 }),
  },
  'lacks a column': { error: 'ColumnMismatch', stage: 'footer', columns: lacking },
  'has another column': {
    error: 'ColumnMismatch',
    stage: 'footer',
    columns: (columns) => [...columns, { name: 'surplus', value: '1' }],
  },
  'has another name for a column': {
    error: 'ColumnMismatch',
    stage: 'footer',
    columns: (columns) => [...lacking(columns), { name: 'vendor', value: 'vendor_id::INTEGER' }],
  },
  'has a type that never converts': {
    error: 'ColumnMismatch',
    stage: 'footer',
    columns: replaced('trip_distance', 'trip_distance::VARCHAR'),
  },
  'has nanoseconds': {
    error: 'ColumnMismatch',
    stage: 'footer',
    columns: replaced('updated_at', 'updated_at::TIMESTAMP_NS'),
  },
  'has a null key': { error: 'NullKeys', stage: 'footer', columns: nullIn('trip_id', 'VARCHAR') },
  'has a null key and no statistics': {
    error: 'NullKeys',
    stage: 'staged rows',
    columns: nullIn('trip_id', 'VARCHAR'),
    bytes: withoutStatistics,
  },
  'has a null version and no statistics': {
    error: 'NullKeys',
    stage: 'staged rows',
    columns: nullIn('updated_at', 'TIMESTAMP'),
    bytes: withoutStatistics,
  },
  'has too long a text': {
    error: 'ValueTooLong',
    stage: 'COPY',
    columns: inOneRow('trip_id', "repeat('x', 65)", 'trip_id'),
  },
  'has a text that is not UTF-8': {
    error: 'ValueInvalid',
    stage: 'COPY',
    columns: inOneRow('trip_id', String.raw`'a\xFF'::BLOB`, 'encode(trip_id)'),
  },
  'has a NUL in a key': {
    error: 'ValueInvalid',
    stage: 'COPY',
    columns: inOneRow('trip_id', "'a' || chr(0)", 'trip_id'),
  },
  'has a key with a blank at its end': {
    error: 'ValueInvalid',
    stage: 'staged rows',
    columns: inOneRow('trip_id', "trip_id || ' '", 'trip_id'),
  },
  'has half a passenger': {
    error: 'ValueInvalid',
    stage: 'staged rows',
    columns: inOneRow('passenger_count', '2.5::DOUBLE', 'passenger_count::DOUBLE'),
  },
  'has an integer beyond 32 bits': {
    error: 'ValueInvalid',
    stage: 'staged rows',
    columns: inOneRow('vendor_id', '3000000000::BIGINT', 'vendor_id::BIGINT'),
  },
  'has a fraction of a cent': {
    error: 'ValueInvalid',
    stage: 'staged rows',
    columns: inOneRow('total_amount', "'1.005'", "'1.00'"),
  },
  'has a time with an offset': {
    error: 'ValueInvalid',
    stage: 'staged rows',
    columns: inOneRow('updated_at', "'2026-11-20T08:00:00+02:00'", 'updated_at'),
  },
  'has a blank for a number': {
    error: 'ValueInvalid',
    stage: 'staged rows',
    columns: inOneRow('passenger_count', "''", "'1'"),
  },
  'has a year beyond SMALLINT': { error: 'ValueInvalid', stage: 'footer', columns: lateYear },
  'has a year beyond SMALLINT and no statistics': {
    error: 'ValueInvalid',
    stage: 'staged rows',
    columns: lateYear,
    bytes: withoutStatistics,
  },
} as const satisfies Readonly<Record<string, Defect>>;

export type DefectName = keyof typeof DEFECTS;

export const defectOf = (name: DefectName): Defect => DEFECTS[name];
