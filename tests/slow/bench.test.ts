import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

test('the bench runs, and its two sides load the same rows', () => {
  const root = join(__dirname, '../..');
  const output = execFileSync('npx', ['--no-install', 'tsx', 'bench/hourly-load.ts', '2000', '2', '2'], {
    cwd: root,
    encoding: 'utf8',
  });
  expect(output).toMatch(/^2000 rows in 2 files, 2 rounds$/m);
  expect(output).toMatch(/^1 .* s .* s .*\d\.\d\d +0 +\d+$/m);
  expect(output).toMatch(/^2 .* s .* s .*\d\.\d\d +[1-9]\d* +\d+$/m);
});
