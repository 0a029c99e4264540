import { BatchExecuteStatementCommand, GetStatementResultCommand } from '@aws-sdk/client-redshift-data';
import { redshiftType, parseColumnType, type ColumnType } from '../../../core/column-types';
import { conversionInto, stagedColumnOf, stagedDefinition } from '../../../core/staged-columns';
import {
  copyPair,
  PARQUET_TYPES,
  TYPE_FAMILIES,
  TYPE_PAIRS,
  type TypePair,
} from '../../../local/behaviour/copy-types';
import { PARQUET_FILES, parquetColumn, type ParquetFile } from '../../../local/behaviour/parquet/type-files';
import { parseTypeName } from '../../../local/redshift-data/sql/types';
import { ROLE, WHERE, ended, given, plain, startTwin, type Twin } from '../redshift-data/harness';

const WITH_ZONE = 'timestamp with time zone';

/** A table's column of each type, and of several decimals, by the name in the catalogue. */
const COLUMNS = [
  ...['boolean', 'smallint', 'integer', 'bigint', 'real', 'double precision', 'date', 'super'],
  ...['character(8)', 'character varying(8)', 'timestamp without time zone', WITH_ZONE],
  ...['numeric(10,2)', 'numeric(9,2)', 'numeric(18,9)', 'numeric(29,9)', 'numeric(38,2)'],
];

let twin: Twin;
beforeAll(async () => {
  twin = await startTwin();
  await given(twin, ...COLUMNS.map((type, index) => `CREATE TABLE t${index} (v ${type})`));
  for (const [index, { bytes }] of PARQUET_FILES.entries())
    await twin.store.put('lake', `${index}.parquet`, bytes);
});
afterAll(() => twin.stop());

/** Loads a file into a table, reads the value, and empties the table again. */
async function copied(file: number, table: number): Promise<{ error?: string; value?: unknown }> {
  const Sqls = [
    `COPY t${table} FROM 's3://lake/${file}.parquet' IAM_ROLE '${ROLE}' FORMAT AS PARQUET${PARQUET_FILES[file]?.type === 'group' ? ' SERIALIZETOJSON' : ''}`,
    `SELECT v FROM t${table}`,
    `DELETE FROM t${table}`,
  ];
  const submit = new BatchExecuteStatementCommand({ ...WHERE, Sqls, WaitTimeSeconds: 30 });
  const { Id, Status } = await twin.client.send(submit);
  if (Status !== 'FINISHED') return { error: (await ended(twin.client, Id!)).Error ?? '' };
  const { Records = [] } = await twin.client.send(new GetStatementResultCommand({ Id: `${Id}:2` }));
  return { value: Records[0]?.[0] && plain(Records[0][0]) };
}

const named = (file: ParquetFile) => `${file.type}${file.how && ` (${file.how})`}`;

test('there is a file of every Parquet type, and a column of every type', () => {
  expect([...new Set(PARQUET_FILES.map(({ type }) => type))].sort()).toEqual([...PARQUET_TYPES].sort());
  expect([...new Set(COLUMNS.map((type) => parseTypeName(type).family))].sort()).toEqual(
    [...TYPE_FAMILIES].sort(),
  );
});

const nameOf = ({ parquet, family, when }: TypePair) => [parquet, family, when ?? ''].join(' | ');

test('COPY does on the twin what the table says, for every pair of types', async () => {
  const wrong: string[] = [];
  const walked = new Set<string>();
  // One file after the other into each table, because statements that change one table at once conflict.
  await Promise.all(
    COLUMNS.map(async (name, table) => {
      for (const [index, file] of PARQUET_FILES.entries()) {
        const pair = copyPair(parquetColumn(file), parseTypeName(name));
        const { does } = pair.outcome;
        // One refusal of a pair is like the other.
        if (does === 'refuses' && walked.has(nameOf(pair))) continue;
        walked.add(nameOf(pair));
        const { error, value } = await copied(index, table);
        const expected =
          name === WITH_ZONE && typeof file.value === 'string' ? `${file.value}+00` : file.value;
        const isAsTold =
          does === 'refuses'
            ? error?.includes(pair.outcome.text)
            : error === undefined && (does === 'accepts') === (value === expected);
        if (isAsTold !== true)
          wrong.push(`${named(file)} into ${name}: ${does}, but ${error ?? String(value)}`);
      }
    }),
  );
  expect(wrong).toEqual([]);
  expect([...walked].sort()).toEqual(TYPE_PAIRS.map(nameOf).sort());
});

const DATASET_TYPES = [
  ...['smallint', 'integer', 'bigint', 'real', 'double precision', 'boolean', 'date', 'timestamp'],
  ...['char(8)', 'varchar(8)', 'decimal(10,2)', 'decimal(9,2)', 'decimal(18,9)', 'decimal(38,2)'],
  ...['decimal(38,9)', 'decimal(5,0)'],
].map((text) => parseColumnType(text) as ColumnType);

/** The type's name in the catalogue. */
const catalogueName = (definition: string) =>
  definition
    .toLowerCase()
    .replace(/, /g, ',')
    .replace(/^varchar/, 'character varying')
    .replace(/^char\(/, 'character(')
    .replace(/^decimal/, 'numeric')
    .replace(/^timestamp$/, 'timestamp without time zone');

test('InspectFiles stages a file’s column only as a type into which COPY loads its values unchanged', () => {
  const wrong: string[] = [];
  let staged = 0;
  for (const file of PARQUET_FILES) {
    for (const type of DATASET_TYPES) {
      const made = stagedColumnOf({ name: 'v', type, required: false }, file.field);
      if (!made) continue;
      staged += 1;
      expect(() => conversionInto(type, made)).not.toThrow();
      const definition = stagedDefinition(made);
      const { does } = copyPair(parquetColumn(file), parseTypeName(catalogueName(definition))).outcome;
      if (does !== 'accepts')
        wrong.push(`${named(file)} for ${redshiftType(type)} as ${definition}: COPY ${does}`);
    }
  }
  expect(wrong).toEqual([]);
  expect(staged).toBeGreaterThan(100);
});

test('InspectFiles takes every type that COPY loads unchanged into a column of some dataset', () => {
  const takes = ({ field }: ParquetFile) =>
    DATASET_TYPES.some((type) => stagedColumnOf({ name: 'v', type, required: false }, field));
  const loads = (file: ParquetFile) =>
    DATASET_TYPES.some((type) => {
      const into = parseTypeName(catalogueName(redshiftType(type)));
      return copyPair(parquetColumn(file), into).outcome.does === 'accepts';
    });
  expect(PARQUET_FILES.filter((file) => loads(file) && !takes(file)).map(named)).toEqual([]);
});
