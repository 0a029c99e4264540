import { parquetMetadata } from 'hyparquet';
import { nameProblem, storageProblem } from '../../../core/copy-conditions';
import { FILE_FORMS, type FileForm } from '../../../local/behaviour/copy-rules';
import { withStorage } from '../../../local/behaviour/parquet/edit-footer';
import { formFile, type FormFile } from '../../../local/behaviour/parquet/form-files';
import { parquetOf } from '../../../testkit/parquet';
import { ROLE, execute, given, rowsOf, startTwin, type Twin } from '../redshift-data/harness';

let twin: Twin;
beforeAll(async () => {
  twin = await startTwin();
});
afterAll(() => twin.stop());

/** The names in the order of their numbers in Parquet's Thrift definition, which writes the numbers. */
const CODECS = ['UNCOMPRESSED', 'SNAPPY', 'GZIP', 'LZO', 'BROTLI', 'LZ4', 'ZSTD', 'LZ4_RAW'];
const ENCODINGS = [
  ...['PLAIN', 'GROUP_VAR_INT', 'PLAIN_DICTIONARY', 'RLE', 'BIT_PACKED', 'DELTA_BINARY_PACKED'],
  ...['DELTA_LENGTH_BYTE_ARRAY', 'DELTA_BYTE_ARRAY', 'RLE_DICTIONARY', 'BYTE_STREAM_SPLIT'],
];
const PAGES = ['DATA_PAGE', 'INDEX_PAGE', 'DICTIONARY_PAGE', 'DATA_PAGE_V2'];
const QUERY = 'SELECT 1::INTEGER AS a';

/** A file of the form, or one whose footer says so, if nothing here writes one. */
async function fileOf(row: Pick<FileForm, 'of' | 'form'>): Promise<FormFile> {
  const made = await formFile(row);
  if (made) return made;
  const { of, form } = row;
  const names: readonly string[] = { codec: CODECS, encoding: ENCODINGS, page: PAGES, extension: [] }[of];
  const bytes = withStorage(await parquetOf(QUERY), { [of]: names.indexOf(form) });
  return { bytes, type: 'INT', value: 1, extension: '.parquet' };
}

/** Why InspectFiles refuses the file, before any COPY. */
const problemOf = (key: string, file: Buffer) =>
  nameProblem(key) ?? storageProblem(parquetMetadata(new Uint8Array(file).buffer));

let number = 0;
async function copied(
  key: string,
  file: Buffer,
  { type, value }: Pick<FormFile, 'type' | 'value'> = { type: 'INT', value: 1 },
): Promise<string | undefined> {
  const table = `t${(number += 1)}`;
  await given(twin, `CREATE TABLE ${table} (a ${type})`);
  await twin.store.put('lake', key, file);
  const { Error: error } = await execute(
    twin,
    `COPY ${table} FROM 's3://lake/${key}' IAM_ROLE '${ROLE}' FORMAT AS PARQUET`,
  );
  expect(await rowsOf(twin, `SELECT * FROM ${table}`)).toEqual(error === undefined ? [[value]] : []);
  return error;
}

test.each(FILE_FORMS.map((row, index) => [row.of, row.form, row, index] as const))(
  'COPY and InspectFiles, %s %s',
  async (_, form, row, index) => {
    const file = await fileOf(row);
    const key = `${index}/part${file.extension}`;
    const [error, problem] = [await copied(key, file.bytes, file), problemOf(key, file.bytes)];
    if (row.outcome.does === 'refuses') {
      expect(error).toContain(row.outcome.text);
      expect(problem).toContain(form);
    } else expect([error, problem]).toEqual([undefined, undefined]);
  },
);

test('every codec and encoding of Parquet has a row', () => {
  const rows = (of: FileForm['of']) => FILE_FORMS.filter((row) => row.of === of).map(({ form }) => form);
  expect(rows('codec').sort()).toEqual([...CODECS].sort());
  expect(rows('encoding').sort()).toEqual([...ENCODINGS].sort());
});

test.each([
  ['a codec', { codec: 8 }],
  ['an encoding', { encoding: 10 }],
])('%s of a later version of Parquet is refused by COPY and by InspectFiles', async (_, storage) => {
  const file = withStorage(await parquetOf(QUERY), storage);
  expect(await copied('later.parquet', file)).toContain('Failed to read Parquet');
  expect(problemOf('later.parquet', file)).toBeDefined();
});

test('a file without an extension is read, as Firehose may write it', async () => {
  const file = await parquetOf(QUERY);
  expect(await copied('stream-1-2026-11-23-08-00-00-id', file)).toBeUndefined();
  expect(problemOf('stream-1-2026-11-23-08-00-00-id', file)).toBeUndefined();
});

test('the reason names the option of the common writers', async () => {
  const rows = 'SELECT i::INTEGER AS a FROM range(100) AS numbers(i)';
  const files = [
    await parquetOf(rows, 'COMPRESSION brotli'),
    withStorage(await parquetOf(rows), { encoding: 9 }),
  ];
  for (const file of files) expect(problemOf('a.parquet', file)).toMatch(/pyarrow.*Spark.*DuckDB/);
});
