import { accepts, changes, proven, refuses, unproven, type Known, type Outcome } from './outcome';

/** A rule of COPY from Parquet that is not about types, as one COPY of one file that meets it. */
export interface CopyRule extends Known {
  readonly what: string;
  /** The table's columns in DDL. */
  readonly columns: string;
  /** The file's columns, as a SELECT of the twin's engine. */
  readonly file: string;
  /** Options after FORMAT AS PARQUET. */
  readonly options?: string;
  /** The manifest's entry in place of the right one. */
  readonly entry?: (right: ManifestEntry) => object;
  readonly outcome: Outcome;
  /** The rows in the table after a COPY that is not refused. */
  readonly loaded?: readonly (readonly unknown[])[];
}

interface ManifestEntry {
  readonly url: string;
  readonly mandatory: boolean;
  readonly meta: { readonly content_length: number };
}

const COLUMNAR = proven('Amazon Redshift, "COPY from columnar data formats"');
const MANIFEST = proven('Amazon Redshift, "Using a manifest to specify data files"');
const REPORTED = proven('public issue threads on COPY with "Spectrum Scan Error"');
const ONE = { columns: 'a INT, b INT', file: 'SELECT 1::INTEGER AS a, 2::INTEGER AS b' };

/** Dates and times that Parquet holds and Redshift does not: before 4713 BC and after 294276 AD. */
const BEFORE_REDSHIFT = "'4714-12-31 (BC)'";
const RANGE: Known = unproven('Amazon Redshift, "Datetime types" has the range; nobody reports the text');

const NUL: Known = unproven(
  'COPY from text ends a value at a NUL; nobody reports it for Parquet, where it may be kept, cut off or refused',
);

export const COPY_RULES: readonly CopyRule[] = [
  { what: 'one file by a manifest', ...ONE, outcome: accepts, loaded: [[1, 2]], ...MANIFEST },
  {
    what: 'REGION, also the right one',
    ...ONE,
    options: "REGION 'eu-west-1'",
    outcome: refuses('REGION argument is not supported for PARQUET based COPY'),
    ...COLUMNAR,
  },
  {
    what: 'MAXERROR',
    ...ONE,
    options: 'MAXERROR AS 10',
    outcome: refuses('MAXERROR argument is not supported for PARQUET based COPY'),
    ...COLUMNAR,
  },
  {
    what: 'columns in another order',
    columns: 'b INT, a INT',
    file: ONE.file,
    outcome: changes('values of the column at the same position, without an error'),
    loaded: [[1, 2]],
    ...COLUMNAR,
  },
  {
    what: 'fewer columns in the file',
    columns: 'a INT, b INT, c INT',
    file: ONE.file,
    outcome: refuses('Unmatched number of columns between table and file'),
    ...REPORTED,
  },
  {
    what: 'fewer columns in the file, with FILLRECORD',
    columns: 'a INT, b INT, c INT',
    file: ONE.file,
    options: 'FILLRECORD',
    outcome: changes('nulls in the last columns'),
    loaded: [[1, 2, null]],
    ...COLUMNAR,
  },
  {
    what: 'a manifest’s entry without meta',
    ...ONE,
    entry: ({ url }) => ({ url, mandatory: true }),
    outcome: refuses("File entry does not have 'meta' key."),
    ...MANIFEST,
  },
  {
    what: 'another size in the manifest',
    ...ONE,
    entry: (right) => ({ ...right, meta: { content_length: right.meta.content_length + 1 } }),
    outcome: refuses('HTTP response error code: 416 Message: InvalidRange'),
    ...REPORTED,
  },
  {
    what: 'a file that is not there',
    ...ONE,
    entry: (right) => ({ ...right, url: `${right.url}.gone` }),
    outcome: refuses('The specified key does not exist'),
    ...MANIFEST,
  },
  {
    what: 'a file that is not there and not mandatory',
    ...ONE,
    entry: ({ url, meta }) => ({ url: `${url}.gone`, meta }),
    outcome: changes('nothing, without an error'),
    loaded: [],
    ...MANIFEST,
  },
  {
    what: 'a null in a NOT NULL column',
    columns: 'a INT NOT NULL',
    file: 'SELECT NULL::INTEGER AS a',
    outcome: refuses('Cannot insert a NULL value into column'),
    ...unproven('the text of INSERT; nobody reports it for Parquet'),
  },
  {
    what: 'text of more bytes than the column has',
    columns: 'a VARCHAR(4)',
    file: "SELECT 'abcdé' AS a",
    outcome: refuses('is longer than the length defined in the table'),
    ...REPORTED,
  },
  {
    what: 'text of just as many bytes',
    columns: 'a VARCHAR(4)',
    file: "SELECT 'abé' AS a",
    outcome: accepts,
    loaded: [['abé']],
    ...proven('Amazon Redshift, "Character types"'),
  },
  {
    what: 'more than one byte in a CHAR',
    columns: 'a CHAR(4)',
    file: "SELECT 'é' AS a",
    outcome: refuses('Multibyte character not supported for CHAR'),
    ...unproven('the text of COPY from text, error 1220'),
  },
  {
    what: 'a NUL in a text',
    columns: 'a VARCHAR(4)',
    file: "SELECT 'k' || chr(0) || 'a' AS a",
    outcome: refuses('String contains invalid or unsupported UTF-8 codepoints. Bad UTF-8 hex sequence: 00'),
    ...NUL,
  },
  {
    what: 'a NUL in a CHAR',
    columns: 'a CHAR(4)',
    file: "SELECT 'k' || chr(0) AS a",
    outcome: refuses('String contains invalid or unsupported UTF-8 codepoints. Bad UTF-8 hex sequence: 00'),
    ...NUL,
  },
  {
    what: 'a time before 4713 BC',
    columns: 'a TIMESTAMP',
    file: `SELECT TIMESTAMP ${BEFORE_REDSHIFT} AS a`,
    outcome: refuses('is out of range for type TIMESTAMP'),
    ...RANGE,
  },
  {
    what: 'the greatest time of 64 bits',
    columns: 'a TIMESTAMP',
    file: "SELECT TIMESTAMP 'infinity' AS a",
    outcome: refuses('is out of range for type TIMESTAMP'),
    ...RANGE,
  },
  {
    what: 'a day before 4713 BC',
    columns: 'a DATE',
    file: `SELECT DATE ${BEFORE_REDSHIFT} AS a`,
    outcome: refuses('is out of range for type DATE'),
    ...RANGE,
  },
  {
    what: 'a day after 294276 AD',
    columns: 'a DATE',
    file: "SELECT DATE '294277-01-01' AS a",
    outcome: refuses('is out of range for type DATE'),
    ...RANGE,
  },
  {
    what: 'the days at the ends of the range',
    columns: 'a DATE',
    file: "SELECT * FROM (VALUES (DATE '4713-01-01 (BC)'), (DATE '294276-12-31')) AS days(a)",
    outcome: accepts,
    loaded: [['4713-01-01 (BC)'], ['294276-12-31']],
    ...proven('Amazon Redshift, "Datetime types"'),
  },
];

/** A form of a file that decides whether COPY reads it: how its values are stored, by Parquet's names, or how its name ends. */
export interface FileForm extends Known {
  readonly of: 'codec' | 'encoding' | 'page' | 'extension';
  readonly form: string;
  readonly outcome: Outcome;
}

const SPECTRUM = 'Amazon Redshift, "Data files for queries in Amazon Redshift Spectrum"';
const VERSION_1 = proven(`${SPECTRUM}: Parquet v1`);
const NOT_VERSION_1 = unproven(`${SPECTRUM} names Parquet v1 alone; nobody reports it`);
const DECOMPRESSED = unproven(
  'Amazon Redshift, "COPY from columnar data formats": COPY decompresses it as a whole; nobody reports it for a file that is not compressed',
);
const VERSION_2 = unproven(
  'Firehose writes it with WriterVersion V2; AWS documents Parquet v1 for COPY, and nobody reports an error',
);
const form = (of: FileForm['of'], outcome: Outcome, known: Known, ...forms: readonly string[]): FileForm[] =>
  forms.map((each) => ({ of, form: each, outcome, ...known }));

/** COPY of the twin decides by these rows. The texts are its own. */
export const FILE_FORMS: readonly FileForm[] = [
  ...form('codec', accepts, proven(SPECTRUM), 'UNCOMPRESSED', 'SNAPPY', 'GZIP', 'ZSTD'),
  ...form(
    'codec',
    refuses('the codec is not supported'),
    unproven(`${SPECTRUM} does not name it; nobody reports it`),
    ...['LZO', 'BROTLI', 'LZ4', 'LZ4_RAW'],
  ),
  ...form('encoding', accepts, VERSION_1, 'PLAIN', 'PLAIN_DICTIONARY', 'RLE', 'BIT_PACKED'),
  ...form(
    'encoding',
    accepts,
    proven('aws/aws-sdk-pandas loads pyarrow’s files, which have it'),
    'RLE_DICTIONARY',
  ),
  ...form(
    'encoding',
    refuses('the encoding is not supported'),
    NOT_VERSION_1,
    ...['GROUP_VAR_INT', 'BYTE_STREAM_SPLIT'],
  ),
  ...form(
    'encoding',
    accepts,
    VERSION_2,
    ...['DELTA_BINARY_PACKED', 'DELTA_LENGTH_BYTE_ARRAY', 'DELTA_BYTE_ARRAY'],
  ),
  ...form('page', accepts, VERSION_1, 'DATA_PAGE', 'DICTIONARY_PAGE'),
  ...form('page', accepts, VERSION_2, 'DATA_PAGE_V2'),
  ...form(
    'extension',
    accepts,
    proven('Apache Spark names its files so'),
    '.parquet',
    '.gz.parquet',
    '.snappy.parquet',
  ),
  ...form('extension', refuses('the file cannot be decompressed'), DECOMPRESSED, '.gz', '.snappy', '.bz2'),
  ...form(
    'extension',
    refuses('the file cannot be decompressed'),
    unproven('nobody reports whether capitals count'),
    ...['.GZ', '.Snappy', '.BZ2'],
  ),
];

/** @returns why COPY does not read a file with these forms: the text, and the form; undefined if it reads them. */
export function refusedForm(of: FileForm['of'], forms: readonly string[]): string | undefined {
  for (const each of forms) {
    const row = FILE_FORMS.find((known) => known.of === of && known.form === each);
    // An extension is one of many, all others are listed.
    if (!row && of !== 'extension') return `the ${of} is not known: ${each}`;
    if (row?.outcome.does === 'refuses') return `${row.outcome.text}: ${each}`;
  }
  return undefined;
}
