/**
 * What COPY asks of a Parquet file beside its columns: its name, and how its values are stored. The table of the twin,
 * FILE_FORMS in local/behaviour/copy-rules.ts, says what is known of each form.
 * Sources: Amazon Redshift, "COPY from columnar data formats" (names) and "Data files for queries in Amazon Redshift
 * Spectrum" (Parquet v1; the codecs).
 */

/** The members of a footer that say how values are stored, in hyparquet's names. */
export interface StoredValues {
  readonly row_groups: readonly {
    readonly columns: readonly { readonly meta_data?: ColumnChunk }[];
  }[];
}

interface ColumnChunk {
  readonly path_in_schema: readonly string[];
  /** Undefined for one that hyparquet does not know. */
  readonly codec?: string;
  readonly encodings: readonly string[];
  /** Some writers leave it out. Then the footer does not tell the version of the pages. */
  readonly encoding_stats?: readonly { readonly page_type: string; readonly encoding: string }[];
}

const CODECS: readonly string[] = ['UNCOMPRESSED', 'SNAPPY', 'GZIP', 'ZSTD'];
/**
 * RLE and BIT_PACKED are the encodings of levels. Parquet v2 has the delta encodings, and streams of Firehose with
 * WriterVersion V2 write them. Whether COPY reads them is unproven: if it does not, it fails and names the file.
 */
const ENCODINGS: readonly string[] = [
  ...['PLAIN', 'PLAIN_DICTIONARY', 'RLE_DICTIONARY', 'RLE', 'BIT_PACKED'],
  ...['DELTA_BINARY_PACKED', 'DELTA_LENGTH_BYTE_ARRAY', 'DELTA_BYTE_ARRAY'],
];

const VERSION_1 =
  'AWS documents Parquet v1 for COPY: write its encodings (pyarrow: data_page_version="1.0" and no column_encoding; ' +
  'Spark: parquet.writer.version=v1; DuckDB: PARQUET_VERSION v1)';
const KNOWN_CODEC =
  'COPY reads SNAPPY, GZIP and ZSTD: write one of them (pyarrow and pandas: compression="snappy"; ' +
  'Spark: spark.sql.parquet.compression.codec=snappy; DuckDB: COMPRESSION snappy)';

/** @returns why COPY does not read the file because of how its values are stored, as a clause; undefined if it does. */
export function storageProblem({ row_groups }: StoredValues): string | undefined {
  for (const { meta_data: chunk } of row_groups.flatMap(({ columns }) => columns)) {
    if (!chunk) continue;
    const column = chunk.path_in_schema.join('.');
    if (chunk.codec === undefined || !CODECS.includes(chunk.codec))
      return `column ${column} is compressed with ${chunk.codec ?? 'a codec of a later version'}. ${KNOWN_CODEC}`;
    const stats = chunk.encoding_stats ?? [];
    const others = [...chunk.encodings, ...stats.map(({ encoding }) => encoding)].filter(
      (encoding) => !ENCODINGS.includes(encoding),
    );
    if (others.length > 0)
      return `column ${column} has the encoding ${others[0] ?? 'of a later version'}. ${VERSION_1}`;
  }
  return undefined;
}

/** COPY decompresses files with these names as a whole. Names such as `part.gz.parquet` say the codec within the file. */
const DECOMPRESSED = /\.(?:gz|snappy|bz2)$/i;

/** @returns why COPY does not read a file of this name, as a clause; undefined if it does. */
export function nameProblem(key: string): string | undefined {
  const [extension] = DECOMPRESSED.exec(key) ?? [];
  if (extension === undefined) return undefined;
  return (
    `its name ends with ${extension}, so COPY would decompress it as a whole. Compress within the file, and end its name ` +
    `with .parquet (Spark does so: part-0${extension}.parquet)`
  );
}
