import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parquetOf } from '../../../testkit/parquet';
import { temporaryFolder } from '../../../testkit/temporary-folder';

const COMMAND = resolve(__dirname, '../../../cli/sluice.cjs');
const HOUR = '2026-11-20T08';

/** The working directory of the command: its state directory and its package would appear here. */
const folder = temporaryFolder('sluice-usage-');
const FILES = ['empty-directory', 'events.ndjson', 'no-parquet.parquet', 'other.parquet', 'trips.parquet'];

beforeAll(async () => {
  mkdirSync(join(folder, 'empty-directory'));
  writeFileSync(join(folder, 'events.ndjson'), '{}\n');
  writeFileSync(join(folder, 'no-parquet.parquet'), 'PAR1 and then nothing of the kind');
  writeFileSync(join(folder, 'other.parquet'), await parquetOf('SELECT 1 AS a'));
  writeFileSync(
    join(folder, 'trips.parquet'),
    await parquetOf(
      `SELECT 2 AS "VendorID", TIMESTAMP '2025-02-01 07:10:00' AS tpep_pickup_datetime, TIMESTAMP '2025-02-01 07:20:00' AS tpep_dropoff_datetime,
       1.0 AS passenger_count, 2.5 AS trip_distance, 166 AS "PULocationID", 143 AS "DOLocationID", 20.25 AS total_amount`,
    ),
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function sluice(args: readonly string[]): Promise<Ended> {
  return new Promise((done) => {
    const child = execFile(process.execPath, [COMMAND, ...args], { cwd: folder }, (_, stdout, stderr) =>
      done({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}

/** The kinds of wrong usage that the arguments, the dataset files or the file system show. */
const WRONG: readonly (readonly [kind: string, args: readonly string[], message: RegExp])[] = [
  ['no such subcommand', ['lod'], /unknown command 'lod'/],

  ['demo: an option out of its range', ['demo', '--rows', '0'], /whole number from 1/],
  ['demo: an hour count that is none', ['demo', '--hours', 'many'], /whole number from 1/],
  ['demo: no such file', ['demo', '--from', 'nowhere'], /There is no file nowhere/],
  ['demo: no Parquet', ['demo', '--from', 'events.ndjson'], /events.ndjson cannot be read as Parquet/],
  ['demo: no trips', ['demo', '--from', 'other.parquet'], /no TLC yellow or green taxi file/],
  ['demo: two sources', ['demo', '--from', 'trips.parquet', '--rows', '5'], /for made-up trips/],
  ['demo: all hours of no file', ['demo', '--hours', 'all'], /name the file with --from/],
  ['demo: no such dataset', ['demo', '--dataset', 'trains'], /no dataset "trains"/],
  ['demo: against a stage', ['demo', '--stage', 'dev'], /works on the twin only/],

  ['local: no such port', ['local', '--port', '99999'], /whole number from 0/],
  ['local: against a stage', ['local', '--stage', 'dev'], /has no --stage/],
  ['local: no such dataset', ['local', '--dataset', 'trains'], /no dataset "trains"/],

  ['stream: no file named', ['stream'], /missing required argument 'file'/],
  ['stream: no such file', ['stream', 'nowhere'], /There is no file nowhere/],
  ['stream: a directory', ['stream', 'empty-directory'], /empty-directory cannot be read/],
  ['stream: no Parquet', ['stream', 'no-parquet.parquet'], /cannot be read as Parquet/],
  ['stream: no trips', ['stream', 'other.parquet'], /no TLC yellow or green taxi file/],
  ['stream: no hour', ['stream', 'events.ndjson', '--at', '8'], /Write an hour in UTC/],
  ['stream: no such dataset', ['stream', 'events.ndjson', '--dataset', 'trains'], /no dataset "trains"/],
  [
    'stream: an hour of arrival on AWS',
    ['stream', 'events.ndjson', '--at', HOUR, '--stage', 'dev'],
    /--at is for the twin/,
  ],

  ['load: an unknown option', ['load', '--force'], /unknown option '--force'/],
  ['load: no hour', ['load', 'nonsense'], /"nonsense" is not an hour.*2026-11-23T08/],
  ['load: an hour and a range', ['load', HOUR, '--from', HOUR, '--to', HOUR], /not both/],
  ['load: half a range', ['load', '--from', HOUR], /needs both --from HOUR and --to HOUR/],
  ['load: a range backwards', ['load', '--from', HOUR, '--to', '2026-11-19T08'], /is after/],
  [
    'load: too long a range',
    ['load', '--from', '2020-01-01T00', '--to', '2026-01-01T00'],
    /more than 366 days/,
  ],
  ['load: two hours', ['load', HOUR, HOUR], /too many arguments/],
  ['load: no such dataset', ['load', '--dataset', 'trains'], /no dataset "trains"/],

  ['inspect: no such file', ['inspect', 'nowhere'], /There is no file or directory nowhere/],
  ['inspect: nothing in it', ['inspect', 'empty-directory'], /There is no file in empty-directory/],
  ['inspect: no bucket', ['inspect', 's3://'], /names no bucket/],
  ['inspect: no such dataset', ['inspect', 'other.parquet', '--dataset', 'trains'], /no dataset "trains"/],

  ['replay: no place named', ['replay'], /missing required argument 'what'/],
  ['replay: no place', ['replay', 'yesterday'], /yesterday is no place of refused events/],
  ['replay: no bucket', ['replay', 's3://'], /names no bucket/],
  ['replay: files of this machine', ['replay', 'events.ndjson'], /sluice inspect events.ndjson --events/],
  ['replay: no reason', ['replay', HOUR, '--reason', ''], /--reason needs a part of a reason/],
  ['replay: no such dataset', ['replay', HOUR, '--dataset', 'trains'], /no dataset "trains"/],

  ['sql: no statement named', ['sql'], /missing required argument 'statement'/],
  ['sql: no statement in it', ['sql', ' ; '], /There is no statement/],
  [
    'sql: no such dataset',
    ['sql', 'SELECT 1', '--dataset', 'trains'],
    /no dataset "trains".*\n.*Name one of: trips/,
  ],

  ['migrate: no such dataset', ['migrate', '--dataset', 'trains'], /no dataset "trains"/],
  ['migrate: a Region of no stage', ['migrate', '--region', 'eu-west-1'], /--region needs --stage/],

  ['bill: no time', ['bill', '--since', 'yesterday'], /Write a time in UTC/],
  ['bill: no such day', ['bill', '--since', '2026-02-30'], /Write a time in UTC/],
  ['bill: a time to come', ['bill', '--since', '2999-01-01T08'], /is in the future/],
  ['bill: of one dataset', ['bill', '--dataset', 'trips'], /that of all datasets/],
  [
    'bill: of a time that CloudWatch has no minutes of',
    ['bill', '--stage', 'dev', '--since', '2020-01-01T08:30'],
    /for 15 days only/,
  ],

  ['certify: no such probe', ['certify', '--only', 'nanos'], /There is no probe "nanos".*Name groups/],
  ['certify: nobody to ask', ['certify', '--stage', 'dev'], /no terminal to ask on.*--yes/],
  ['certify: no such folder', ['certify', '--out', 'nowhere/a.json'], /nowhere\/a.json cannot be written/],
  ['certify: no such probe to plan', ['certify', '--plan', '--only', 'nanos'], /There is no probe "nanos"/],

  ['doctor: no such dataset', ['doctor', '--dataset', 'trains'], /no dataset "trains"/],
  ['doctor: no such stage', ['doctor', '--stage', '../dev'], /Name a stage/],
  ['doctor: no state directory', ['doctor', '--state-dir', ''], /Name a directory/],
];

describe('wrong usage exits with 2 before the service is packaged or a connection is opened', () => {
  test.each(WRONG)('%s', async (_, args, message) => {
    const { code, stdout, stderr } = await sluice(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/^ {4}at |Packaging/m);
    expect(readdirSync(folder).sort()).toEqual(FILES);
  });

  test.each([
    [['load', 'a', 'b']],
    [['load', '--unheard-of']],
    [['sql']],
    [['local', '--port', '99999']],
    [['demo', '--rows', '0']],
    [['load', '--from', '2020-01-01T00', '--to', '2026-01-01T00']],
    [['stream', 'nowhere']],
  ])('with --json, one document says what is wrong: %j', async (args) => {
    const { code, stdout } = await sluice([...args, '--json']);
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toEqual({ error: 'UsageError', message: expect.any(String) as string });
  });
});
