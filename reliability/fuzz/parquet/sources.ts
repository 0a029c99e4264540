import { readFileSync } from 'node:fs';
import { byteArray, int96, plainFile } from '../../../local/behaviour/parquet/plain-file';
import { withDuckDB } from '../parquet-file';

/** Rows of dataset every_type. Every third value is null if its column allows nulls. */
const rows = (count: number) => `
  SELECT 'id-' || i AS id, TIMESTAMP '2026-11-20 08:00:00' + to_seconds(i) AS happened_at,
    TIMESTAMP '2026-11-20 08:30:00.123456' + to_seconds(i) AS updated_at,
    CASE WHEN i % 3 > 0 THEN (i % 100)::SMALLINT END AS small, CASE WHEN i % 3 > 0 THEN i::INTEGER END AS whole,
    (9007199254740993 + i)::BIGINT AS big, (i * 1.0001)::DECIMAL(12, 4) AS price,
    CASE WHEN i % 3 > 1 THEN (i * 12345678901234567890.0123456789)::DECIMAL(38, 10) END AS wide, (i / 3)::REAL AS single,
    (i / 7)::DOUBLE AS double, i % 2 = 0 AS flag, DATE '2026-01-01' + (i % 300)::INTEGER AS on_day,
    'c' || (i % 9) AS code, repeat('note ' || (i % 5), (i % 4)::INTEGER) AS note
  FROM range(${count}) AS numbers(i)`;

const PLAIN_ROWS = 20;
const range = Array.from({ length: PLAIN_ROWS }, (_, index) => index);

/** A file as Firehose's parquet-mr writes it: INT96, and UTF8 as the only annotation. It belongs to dataset plain. */
const int96File = () =>
  plainFile([
    { name: 'id', physical: 6, values: range.map((index) => byteArray(`id-${index}`)) },
    {
      name: 'happened_at',
      physical: 3,
      values: range.map((index) => int96(new Date(Date.UTC(2026, 10, 20, 8, index)))),
    },
    {
      name: 'whole',
      physical: 1,
      values: range.map((index) => Buffer.from(Int32Array.of(index - 10).buffer)),
    },
    { name: 'note', physical: 6, values: range.map((index) => byteArray(`note ${index} ü`)) },
  ]);

/** A SELECT and the options of the COPY that writes its result. */
const QUERIES = {
  uncompressed: [rows(40), 'COMPRESSION uncompressed'],
  snappy: [rows(40), 'COMPRESSION snappy'],
  gzip: [rows(40), 'COMPRESSION gzip'],
  zstd: [rows(40), 'COMPRESSION zstd'],
  lz4: [rows(40), 'COMPRESSION lz4_raw'],
  brotli: [rows(40), 'COMPRESSION brotli'],
  'version 2': [rows(40), 'PARQUET_VERSION v2, COMPRESSION snappy'],
  'many row groups': [rows(9_000), 'ROW_GROUP_SIZE 2048, COMPRESSION snappy'],
  'zero rows': [rows(0), 'COMPRESSION snappy'],
  'other order': [`SELECT note, * EXCLUDE (note) FROM (${rows(40)})`, 'COMPRESSION snappy'],
  nested: [
    `SELECT * REPLACE ({'text': note, 'list': [1, 2, whole]} AS note) FROM (${rows(40)})`,
    'COMPRESSION snappy',
  ],
  'a map': [`SELECT * REPLACE (MAP {note: whole} AS note) FROM (${rows(40)})`, 'COMPRESSION snappy'],
  'thousands of columns': [
    `SELECT ${Array.from({ length: 3_000 }, (_, index) => `i AS c${index}`).join(', ')} FROM range(3) AS numbers(i)`,
    'COMPRESSION snappy',
  ],
  'null keys': [`SELECT * REPLACE (nullif(id, 'id-3') AS id) FROM (${rows(40)})`, 'COMPRESSION snappy'],
  infinity: [
    `SELECT * REPLACE (CASE WHEN small = 4 THEN 'infinity'::TIMESTAMP ELSE happened_at END AS happened_at) FROM (${rows(40)})`,
    'COMPRESSION snappy',
  ],
  'not a number': [
    `SELECT * REPLACE ('nan'::DOUBLE AS double, '-inf'::REAL AS single) FROM (${rows(40)})`,
    'COMPRESSION snappy',
  ],
  'text in char': [`SELECT * REPLACE ('ü' AS code) FROM (${rows(40)})`, 'COMPRESSION snappy'],
} as const;

export type SourceName = keyof typeof QUERIES | 'int96';

export const SOURCE_NAMES = [...Object.keys(QUERIES), 'int96'] as SourceName[];

const made = new Map<SourceName, Buffer>();

/** A whole Parquet file. @param path where the file may be written. */
export async function sourceFile(name: SourceName, path: string): Promise<Buffer> {
  let file = made.get(name);
  if (file) return file;
  if (name === 'int96') file = int96File();
  else {
    const [select, options] = QUERIES[name];
    await withDuckDB((duckdb) => duckdb.run(`COPY (${select}) TO '${path}' (FORMAT parquet, ${options})`));
    file = readFileSync(path);
  }
  made.set(name, file);
  return file;
}
