import fc from 'fast-check';
import { execFileSync } from 'node:child_process';
import { writeFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { typeName } from '../../../cli/init/dataset-text';
import { readReference } from '../../../cli/init/reference';
import { parseColumnType } from '../../../core/column-types';
import { temporaryFolder } from '../../../testkit/temporary-folder';
import { datasetOf } from './sampled';

const AT = '2026-11-23T08:15:00Z';
const made = (...events: object[]) =>
  datasetOf(events.map((event) => JSON.stringify({ id: 'a', at: AT, ...event })).join('\n'));

test('a dataset file has each choice with its reason, and what the reference says of the option', async () => {
  const { text } = await made({ amount: 12.5, tags: ['x'] }, { id: 'b', amount: 3, note: null });
  expect(text).toBe(`# Made by sluice init from standard input: 2 events.
# Read the comments, and change what is wrong: a sample shows what was, not what
# may come. datasets/reference.yml explains every option.

# The dataset's name: a lower-case letter, then up to 29 letters, digits or _.
dataset: events
source:
  # Where the Parquet files of an hour are in the lake: an S3 prefix (not a URI)
  # with {yyyy}, {MM}, {dd} and {HH}, the hour of arrival in UTC, once each, in
  # this order, with a "/" before the hour and at the end.
  prefix: events/year={yyyy}/month={MM}/day={dd}/hour={HH}/
target:
  # The target table.
  table: events
  # The columns that identify an event.
  # id: 2 different values in 2 events, never null.
  key: [id]
  # The column that orders the versions of one event: the greatest version wins,
  # in whatever order files arrive.
  # None is named, so the event time is the version. No key of the sample has
  # several versions.
  # The column that says when the event happened: a timestamp in UTC, required
  # below.
  # at: the only time in every event.
  event_time: at
  # The column whose values distribute the rows, default none (Redshift
  # chooses).
  # A key column makes the merge fastest.
  distkey: id
  # The columns that Redshift sorts the rows by, default none.
  # The event time serves queries that ask for ranges of time.
  sortkey: [at]
  # A promise: the event time of a key never changes, not even in a correction.
  # The sample does not show it: no key has several versions.
  event_time_immutable: false
# The columns of the Parquet files, at most 1500.
# Types have head room. An event is refused if a value does not fit its column:
# a longer text, a number with more decimals, a null where required is true.
# Only what the target needs is required here.
columns:
  # Text of up to 1 byte, never null.
  - { name: id, type: varchar(16), required: true }
  # Times, never null.
  - { name: at, type: timestamp, required: true }
  # Numbers with up to 1 decimal, 3 to 12.5, never null.
  - { name: amount, type: 'decimal(18,1)' }
  # 2 attributes left out. The transform drops their values.
  # tags: an array (line 1), and a column holds no nested value. Send its
  #   members as events of their own, or its JSON as text.
  # note: null wherever it occurs, so its type is unknown. Choose one.
  # - { name: note, type: varchar(256) }
`);
});

test('attributes with the names of derived columns keep their values', async () => {
  const { dataset, text } = await made({ year: 2026, hour: 8, source_partition: 'x', loaded_partition: 'y' });
  expect(dataset.target).toMatchObject({
    derive: ['month', 'day'],
    partition_column: 'loaded_partition_2',
  });
  expect(text).toContain(
    '# Without year, hour: the events have columns of these names.\n  derive: [month, day]\n',
  );
  const all = await made({ year: 1, month: 1, day: 1, hour: 1 });
  expect(all.dataset.target.derive).toEqual([]);
});

test('any name of an attribute is written so that it is read again', async () => {
  const names = [
    'null',
    'yes',
    'n',
    'user-id',
    'a: b',
    "it's",
    'say "x"',
    'a, b}',
    '# c',
    '- d',
    'é',
    '~',
    '1a',
    ' ',
    '\\',
    '\u2028',
    'x'.repeat(120),
  ];
  const { dataset, text } = await made(Object.fromEntries(names.map((name) => [name, 1])));
  expect(dataset.columns.slice(2).map(({ name }) => name)).toEqual(names);
  expect(text).not.toMatch(/[\u2028\u0085]/);
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }), async (name) => {
      const { dataset: one, draft } = await made({ [`x${name}`]: 1 });
      const expected = draft.sample.leftOut.length > 0 ? undefined : `x${name}`.toLowerCase();
      expect(one.columns[2]?.name).toBe(expected);
    }),
    { numRuns: 50 },
  );
});

test('names and values of events write no line of their own', async () => {
  const hostile = 'a\n  - { name: evil, type: integer }\u001b[2J\u202e';
  const { dataset, text } = await made(
    { [hostile]: 1, value: hostile },
    { value: { x: 1 } },
    { value: '\u0000' },
  );
  expect(dataset.columns.map(({ name }) => name)).toEqual(['id', 'at']);
  // eslint-disable-next-line no-control-regex
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
});

test('each option has what the reference says of it', () => {
  const reference = readReference();
  for (const option of [
    'dataset',
    'columns',
    'source.prefix',
    'source.stream',
    'target.derive',
    'target.partition_column',
  ])
    expect(reference.get(option)).toMatch(/^[A-Z].*[.:]$/);
  // The first option after the comment about the file.
  expect(reference.get('dataset')).toMatch(/^The dataset's name/);
});

test.each(['decimal(10,2)', 'varchar(16)', 'double precision', 'timestamp', 'bigint'])(
  '%s is a type that is read again',
  (text) => {
    const type = parseColumnType(text);
    if ('problem' in type) throw new Error(type.problem);
    expect(parseColumnType(typeName(type).replaceAll("'", ''))).toEqual(type);
  },
);

test('the lines are short, and the file is as Prettier writes it', async () => {
  const wide = Object.fromEntries(['a b', "it's", 'x'.repeat(100), 'Ünï'].map((name) => [name, 1.5]));
  const { text } = await made({ ...wide, nested: {}, year: 2026, source_partition: 1 });
  const long = text.split('\n').filter((line) => line.length > 80 && line.includes('#'));
  expect(long).toEqual([]);
  const folder = temporaryFolder('sluice-prettier-');
  const file = join(folder, 'events.yml');
  writeFileSync(file, text);
  const root = resolve(__dirname, '../../..');
  const prettier = join(root, 'node_modules/prettier/bin/prettier.cjs');
  const formatted = execFileSync(
    process.execPath,
    [prettier, '--config', join(root, '.prettierrc.json'), file],
    {
      cwd: root,
      encoding: 'utf8',
    },
  );
  rmSync(folder, { recursive: true });
  expect(formatted).toBe(text);
});
