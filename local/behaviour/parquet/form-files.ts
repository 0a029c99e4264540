import type { FileForm } from '../copy-rules';
import { plainFile } from './plain-file';
import { parquetOf } from './written-file';

/** A file of one row and one column, `a`, whose values are stored in a form of the table. */
export interface FormFile {
  readonly bytes: Buffer;
  /** The column's type in DDL. */
  readonly type: string;
  readonly value: number | string;
  /** How the file's name ends. */
  readonly extension: string;
}

const [INT32, DOUBLE, BYTE_ARRAY] = [1, 5, 6];
/** The encodings' numbers in Parquet's Thrift definition. */
const [DELTA_BINARY_PACKED, DELTA_LENGTH_BYTE_ARRAY, DELTA_BYTE_ARRAY, BYTE_STREAM_SPLIT] = [5, 6, 7, 9];

/** One small number: blocks of 128 values in 4 parts, 1 value in all, and the first value in zigzag. There is no block. */
const packed = (value: number) => Buffer.from([0x80, 0x01, 4, 1, value * 2]);

const NUMBER = { type: 'INT', value: 1, extension: '.parquet' };
const TEXT = { type: 'VARCHAR(4)', value: 'a', extension: '.parquet' };
const stored = (physical: number, values: Buffer, encoding = 0, version: 1 | 2 = 1) =>
  plainFile([{ name: 'a', physical, values: [values], encoding }], version);

/** Source: Apache Parquet, "Encodings.md", "parquet.thrift". */
const STORED: Readonly<Record<string, FormFile>> = {
  DATA_PAGE_V2: { ...NUMBER, bytes: stored(INT32, Buffer.from([1, 0, 0, 0]), 0, 2) },
  DELTA_BINARY_PACKED: { ...NUMBER, bytes: stored(INT32, packed(1), DELTA_BINARY_PACKED) },
  DELTA_LENGTH_BYTE_ARRAY: {
    ...TEXT,
    bytes: stored(BYTE_ARRAY, Buffer.concat([packed(1), Buffer.from('a')]), DELTA_LENGTH_BYTE_ARRAY),
  },
  // The length that it shares with the value before, then the rest.
  DELTA_BYTE_ARRAY: {
    ...TEXT,
    bytes: stored(BYTE_ARRAY, Buffer.concat([packed(0), packed(1), Buffer.from('a')]), DELTA_BYTE_ARRAY),
  },
  // The bytes of one value are in their order.
  BYTE_STREAM_SPLIT: {
    ...NUMBER,
    type: 'DOUBLE PRECISION',
    bytes: stored(DOUBLE, Buffer.from(Float64Array.of(1).buffer), BYTE_STREAM_SPLIT),
  },
};

/** The codecs that DuckDB writes. */
const WRITTEN_CODECS = ['UNCOMPRESSED', 'SNAPPY', 'GZIP', 'BROTLI', 'ZSTD', 'LZ4_RAW'];

/** Whether something here writes a file of the form. */
export const isWritten = ({ of, form }: Pick<FileForm, 'of' | 'form'>): boolean =>
  of === 'extension' || (of === 'codec' ? WRITTEN_CODECS.includes(form) : form in STORED);

/** A file that is stored so; undefined if nothing here writes one. */
export async function formFile(row: Pick<FileForm, 'of' | 'form'>): Promise<FormFile | undefined> {
  if (!isWritten(row)) return undefined;
  const { of, form } = row;
  if (of === 'encoding' || of === 'page') return STORED[form];
  const bytes = await parquetOf('SELECT 1::INTEGER AS a', ...(of === 'codec' ? [`COMPRESSION ${form}`] : []));
  return { ...NUMBER, bytes, ...(of === 'extension' && { extension: form }) };
}
