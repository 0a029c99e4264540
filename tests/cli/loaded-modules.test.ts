import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parquetOf } from '../../testkit/parquet';
import { temporaryFolder } from '../../testkit/temporary-folder';

const COMMAND = resolve(__dirname, '../../cli/sluice.cjs');
const folder = temporaryFolder('sluice-loaded-');
const hook = join(folder, 'hook.cjs');
writeFileSync(hook, `process.on('exit', () => console.error(Object.keys(require.cache).join('\\n')));`);
afterAll(() => rmSync(folder, { recursive: true }));

/** The packages that the command loads: `@aws-sdk/client-s3`, `zod` … */
function packagesOf(...args: string[]): Set<string> {
  const script = `"${process.execPath}" --require "${hook}" "${COMMAND}" ${args.map((arg) => `"${arg}"`).join(' ')} 2>&1 >/dev/null`;
  const loaded = execFileSync('sh', ['-c', script], { cwd: folder, encoding: 'utf8' });
  const names = loaded.split('\n').map((path) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1]);
  return new Set(names.filter((name) => name !== undefined));
}

// Each of these packages takes longer to load than the rest of the command.
test('--help loads no SDK, no DuckDB, no zod and no YAML parser', () => {
  const loaded = packagesOf('--help');
  expect(loaded).toContain('commander');
  expect([...loaded].filter((name) => /aws|smithy|duckdb|zod|yaml|ora/.test(name))).toEqual([]);
});

test('inspect loads no SDK for a local file, and no DuckDB for its footer alone', async () => {
  writeFileSync(join(folder, 'a.parquet'), await parquetOf('SELECT 1 AS a'));
  const footer = packagesOf('inspect', 'a.parquet', '--rows', '0');
  expect(footer).toContain('hyparquet');
  expect([...footer].filter((name) => /aws|smithy|duckdb/.test(name))).toEqual([]);
  expect([...packagesOf('inspect', 'a.parquet')].filter((name) => name.includes('duckdb'))).not.toEqual([]);
});

test('init loads no SDK, and DuckDB only for Parquet', async () => {
  writeFileSync(
    join(folder, 'a.ndjson'),
    '{"trip_id":"a","pickup_datetime":1763885700,"updated_at":1763885700}',
  );
  writeFileSync(join(folder, 'b.parquet'), await parquetOf(`SELECT 1 AS id, TIMESTAMP '2026-11-23' AS at`));
  for (const check of [[], ['--check', '--dataset', 'trips']]) {
    const ofEvents = packagesOf('init', 'a.ndjson', ...check);
    expect(ofEvents).toContain('yaml');
    expect([...ofEvents].filter((name) => /aws|smithy|duckdb/.test(name))).toEqual([]);
  }
  const ofParquet = packagesOf('init', 'b.parquet');
  expect([...ofParquet].filter((name) => name.includes('duckdb'))).not.toEqual([]);
  expect([...ofParquet].filter((name) => /aws|smithy/.test(name))).toEqual([]);
});
