import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(__dirname, '../../..');

test('the bench runs, and its two sides load the same rows', () => {
  const output = execFileSync('npx', ['--no-install', 'tsx', 'bench/hourly-load.ts', '2000', '2', '2'], {
    cwd: root,
    encoding: 'utf8',
  });
  expect(output).toMatch(/^2000 rows in 2 files, 2 rounds$/m);
  expect(output).toMatch(/^1 .* s .* s .*\d\.\d\d +0 +\d+$/m);
  expect(output).toMatch(/^2 .* s .* s .*\d\.\d\d +[1-9]\d* +\d+$/m);
});

test('the memory of the twin does not grow with its requests', () => {
  const output = execFileSync('npx', ['--no-install', 'tsx', 'bench/many-requests.ts', '10000'], {
    cwd: root,
    encoding: 'utf8',
  });
  const heaps = [...output.matchAll(/^ *\d+ +([\d.]+) MiB/gm)].map(([, heap]) => Number(heap));
  expect(heaps).toHaveLength(10);
  // A kilobyte a request would be 8 MiB.
  expect(heaps.at(-1)! - heaps[1]!).toBeLessThan(4);
});
