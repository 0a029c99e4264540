/**
 * Runs the demo on a real taxi file, then compares the target's row count and sums with an independent DuckDB query
 * over the same file. `tsx .ci/compare-with-duckdb.ts FILE.parquet [HOURS]`; exits with 1 if they differ.
 */
import { DuckDBInstance } from '@duckdb/node-api';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const [file, hours = '24'] = process.argv.slice(2);
if (file === undefined) throw new Error('Name a trip file.');
const root = resolve(__dirname, '..');
const state = mkdtempSync(join(tmpdir(), 'sluice-compare-'));

function sluice(...words: string[]): string {
  return execFileSync(
    process.execPath,
    [join(root, 'cli/sluice.cjs'), ...words, '--json', '--state-dir', state],
    {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
      maxBuffer: 64 * 1024 * 1024,
    },
  );
}

const MEASURES =
  'COUNT(*), SUM(total_amount), SUM(passenger_count), SUM(CAST(trip_distance * 100 AS BIGINT)), SUM(hour)';

/** Reads the file without Sluice: one row for each trip, and the greatest by all columns if a trip occurs twice. */
async function expected(from: string, to: string): Promise<string[]> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const described = await connection.runAndReadAll(
    `SELECT column_name FROM (DESCRIBE SELECT * FROM read_parquet('${file}'))`,
  );
  const kind = described.getRows().flat().includes('lpep_pickup_datetime') ? 'lpep' : 'tpep';
  const result = await connection.runAndReadAll(`
    WITH trips AS (
      SELECT VendorID AS vendor_id, ${kind}_pickup_datetime AS pickup, ${kind}_dropoff_datetime AS dropoff,
        PULocationID AS pickup_place, DOLocationID AS dropoff_place,
        passenger_count::INTEGER AS passenger_count, trip_distance, total_amount::DECIMAL(10, 2) AS total_amount,
        EXTRACT(hour FROM ${kind}_pickup_datetime) AS hour
      FROM read_parquet('${file}')
      WHERE ${kind}_pickup_datetime >= '${from}:00:00' AND ${kind}_pickup_datetime < TIMESTAMP '${to}:00:00' + INTERVAL 1 HOUR
    )
    SELECT ${MEASURES} FROM (
      SELECT * FROM trips
      QUALIFY ROW_NUMBER() OVER (
        PARTITION BY vendor_id, pickup, dropoff, pickup_place, dropoff_place
        ORDER BY passenger_count DESC NULLS LAST, trip_distance DESC NULLS LAST, total_amount DESC NULLS LAST
      ) = 1
    )`);
  return (result.getRowsJson()[0] ?? []).map(String);
}

async function main(): Promise<void> {
  try {
    const demo = JSON.parse(sluice('demo', '--from', file ?? '', '--hours', hours)) as {
      hours: string[];
      seconds: number;
    };
    const { rows } = JSON.parse(sluice('sql', `SELECT ${MEASURES} FROM trips`)) as { rows: unknown[][] };
    const found = (rows[0] ?? []).map(String);
    const wanted = await expected(
      (demo.hours[0] ?? '').replace('T', ' '),
      (demo.hours.at(-1) ?? '').replace('T', ' '),
    );
    const same = JSON.stringify(found.map(Number)) === JSON.stringify(wanted.map(Number));
    console.log(`${file}: ${demo.hours.length} hours in ${demo.seconds.toFixed(1)} s`);
    console.log(`  target: ${found.join(', ')}`);
    console.log(`  DuckDB: ${wanted.join(', ')}`);
    console.log(same ? '  the same' : '  DIFFERENT');
    if (!same) process.exitCode = 1;
  } finally {
    rmSync(state, { recursive: true, force: true });
  }
}

void main();
