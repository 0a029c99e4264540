import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { runInit } from '../../cli/init';
import type { InitDocument } from '../../cli/init/summary';
import { checkInit, type InitOptions } from '../../cli/init/usage';
import { parseDataset } from '../../core/dataset';
import { CapturedOutput } from '../../testkit/captured-output';
import { temporaryFolder } from '../../testkit/temporary-folder';

const folder = temporaryFolder('sluice-init-test-');
afterAll(() => rmSync(folder, { recursive: true }));

const RIDES = [
  '{"ride_id":"a","began":"2026-11-23T08:15:00Z","fare":12.50,"tags":[]}',
  'no event',
  '{"ride_id":"b","began":"2026-11-23T08:16:00Z","fare":"3"}',
].join('\n');

function write(name: string, text = RIDES): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

async function init(options: InitOptions, { json = false, input = '' } = {}) {
  const captured = new CapturedOutput(json);
  checkInit(options);
  const code = await runInit(captured.output, options, Readable.from([Buffer.from(input)]));
  return { code, ...captured, document: () => captured.document<InitDocument>() };
}

test('the dataset file goes to stdout, and what people should know to stderr', async () => {
  const file = write('rides.ndjson');
  const { code, stdout, stderr } = await init({ file });
  expect(code).toBe(0);
  expect(parseDataset(stdout, 'rides.yml')).toMatchObject({
    name: 'rides',
    target: { key: ['ride_id'], event_time: 'began' },
  });
  expect(stdout).toMatch(
    /^# Made by sluice init from rides\.ndjson: 2 events\. 1 line of it is no event and\n# was left out\.\n/,
  );
  expect(stderr.replace(/\s+/g, ' ')).toContain(
    'rides.ndjson: 2 events, 134 bytes, all of it read. 3 columns, 1 left out.',
  );
  expect(stderr).toContain(
    "1 line of it is no event:\n  line 2: not JSON: Unexpected character ('n') at column 1\n",
  );
  expect(stderr).toContain('key         ride_id: 2 different values in 2 events, never null.\n');
  expect(stderr).toContain('event time  began: the only time in every event.\n');
  expect(stderr).toContain('Left out\n  tags: an array (line 1)');
  expect(stderr).toContain(
    'To decide\n  fare: A number in 1, the text of one in 1: the column has numbers.\n',
  );
  expect(stderr).toContain(
    `  npx sluice init ${file} --out datasets/rides.yml\n  npx sluice init ${file} --check --dataset rides\n`,
  );
  const lines = `${stdout}${stderr}`.split('\n').filter((line) => !line.includes(folder));
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
});

test('with --json stdout has one document, which holds the file', async () => {
  const { stdout, document } = await init({ file: '-', name: 'rides' }, { json: true, input: RIDES });
  expect(document()).toMatchObject({
    dataset: 'rides',
    out: null,
    text: expect.stringMatching(/^# Made by sluice init from standard input: 2 events/) as string,
    sample: { path: 'standard input', format: 'events', rows: 2, compared: 2, refused: { count: 1 } },
    key: { columns: ['ride_id'] },
    version: { columns: [] },
    event_time: { columns: ['began'] },
    columns: [
      { name: 'ride_id', type: 'VARCHAR(16)', required: true, present: 2 },
      { name: 'began', type: 'TIMESTAMP', required: true, present: 2 },
      { name: 'fare', type: 'DECIMAL(18, 2)', required: false, present: 2 },
    ],
    left_out: [{ name: 'tags', rows: 1 }],
  });
  expect(stdout.trimEnd().split('\n').at(-1)).toBe('}');
});

describe('--out', () => {
  const file = () => write('events-2026-11-23.jsonl.gz', RIDES);

  test('writes the file, names the dataset after it, and writes over nothing', async () => {
    const out = join(folder, 'journeys.yml');
    const { stdout, stderr } = await init({ file: file(), out });
    expect(stdout).toBe('');
    const text = readFileSync(out, 'utf8');
    expect(parseDataset(text, out).name).toBe('journeys');
    expect(stderr).toContain(`Written to ${out}.`);

    writeFileSync(out, 'mine');
    await expect(init({ file: file(), out })).rejects.toMatchObject({
      name: 'UsageError',
      message: `${out} exists, and nothing is written over it. --force replaces it.`,
    });
    expect(readFileSync(out, 'utf8')).toBe('mine');
    await init({ file: file(), out, force: true });
    expect(readFileSync(out, 'utf8')).toBe(text);
  });

  test('writes nothing if there is no dataset to write', async () => {
    const out = join(folder, 'none.yml');
    const nameless = write('nameless.ndjson', '{"amount":1,"at":"2026-11-23T08:15:00Z"}');
    await expect(init({ file: nameless, out })).rejects.toMatchObject({ name: 'KeyNotFound' });
    expect(existsSync(out)).toBe(false);
  });

  test('in a folder that is not there, or that is a folder, is wrong usage', async () => {
    const out = join(folder, 'nowhere/a.yml');
    await expect(init({ file: file(), out })).rejects.toMatchObject({ name: 'UsageError' });
    mkdirSync(join(folder, 'folder.yml'));
    await expect(init({ file: file(), out: join(folder, 'folder.yml'), force: true })).rejects.toMatchObject({
      name: 'UsageError',
    });
  });
});

test.each([
  ['rides.ndjson', 'rides'],
  ['Page Views-2026-11-23.jsonl.gz', 'page_views'],
  ['part-00000.parquet.json', 'part'],
  ['2026.ndjson', 'events'],
  ['x'.repeat(60), 'x'.repeat(30)],
  ['été.ndjson', 't'],
])('a dataset is named after its sample: %s', async (file, name) => {
  const { document } = await init({ file: write(file) }, { json: true });
  expect(document().dataset).toBe(name);
});

test('a dataset that another one would clash with is named', async () => {
  const { stderr } = await init({ file: write('trips.ndjson') });
  expect(stderr).toContain(
    'Dataset trips exists: both describe dataset "trips". Give each dataset a name of its own.',
  );
});

test('the commands that are printed have what was given', async () => {
  const { stderr } = await init({
    file: write("it's.ndjson"),
    key: 'ride_id,fare',
    eventTime: 'began',
    name: 'rides',
  });
  expect(stderr).toContain(
    `  npx sluice init '${join(folder, "it'\\''s.ndjson")}' --name rides --key ride_id,fare --event-time began --out datasets/rides.yml\n`,
  );
});

test.each<[string, Partial<InitOptions>, RegExp]>([
  ['--stage', { stage: 'dev' }, /has no --stage/],
  ['--dataset without --check', { dataset: 'trips' }, /--dataset names what --check compares with/],
  ['--check with --key', { check: true, key: 'id' }, /does not go with --key/],
  ['--check with --out', { check: true, out: 'a.yml' }, /does not go with --out/],
  ['--force without --out', { force: true }, /--force is for the file/],
  [
    'a name that no dataset has',
    { name: 'Rides' },
    /--name Rides is no name of a dataset\. Write a lower-case letter/,
  ],
])('wrong usage says what to write instead: %s', async (_, options, message) => {
  const promise = init({ file: '-', ...options }, { input: RIDES });
  await expect(promise).rejects.toMatchObject({
    name: 'UsageError',
    message: expect.stringMatching(message) as string,
  });
});
