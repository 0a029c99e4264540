import { execFile } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { startTwin } from '../../local/twin';
import { ServiceCopy } from '../../testkit/service-copy';
import { temporaryFolder } from '../../testkit/temporary-folder';

const trips = readFileSync(join(__dirname, '../../datasets/trips.yml'), 'utf8');
const typo = trips
  .replace('event_time: pickup_datetime', 'event_tme: pickup_datetime')
  .replace('type: integer', 'type: intger');

let service: ServiceCopy;
beforeAll(async () => {
  service = await ServiceCopy.make({ 'trips.yml': typo });
});
afterAll(() => service.remove());

/** Checks the file, line, column and expected value, for each of the two mistakes. */
function expectNamed(message: string): void {
  const line = (text: string) => typo.split('\n').findIndex((each) => each.includes(text)) + 1;
  // The key and the value are at the typo's position, counted from 1.
  expect(message).toContain(
    `datasets/trips.yml:${line('event_tme')}:3: target.event_tme: unknown key; known are `,
  );
  expect(message).toMatch(/known are .*\bevent_time\b/);
  expect(message).toMatch(
    new RegExp(
      `datasets/trips\\.yml:${line('intger')}:\\d+: columns\\.1\\.type: "intger" is not a type that Sluice loads`,
    ),
  );
  expect(message).toMatch(/Use smallint, integer, bigint/);
}

test('the twin refuses to start on a dataset file with typos, and names their places and the expected values', async () => {
  const stateDirectory = temporaryFolder('sluice-twin-');
  try {
    const start = startTwin({ serviceDirectory: service.directory, stateDirectory });
    const error = await start.then(
      () => undefined,
      (thrown: Error) => thrown,
    );
    expect(error?.name).toBe('PackagingFailed');
    expectNamed(error?.message ?? '');
    // Nothing is left that the next start could take for a package or a running twin.
    for (const file of ['package', 'lock', 'twin.json'])
      expect(existsSync(join(stateDirectory, file))).toBe(false);
  } finally {
    rmSync(stateDirectory, { recursive: true, force: true });
  }
});

test('serverless package refuses it with the same message', async () => {
  const { code, output } = await run(service.directory);
  expect(code).toBe(1);
  expectNamed(output);
});

function run(directory: string): Promise<{ code: unknown; output: string }> {
  return new Promise((resolve) => {
    const options = { cwd: directory, timeout: 50_000, env: { ...process.env, SLS_TELEMETRY_DISABLED: '1' } };
    execFile('npx', ['--no-install', 'serverless', 'package'], options, (error, stdout, stderr) => {
      resolve({
        code: error === null ? 0 : error.code,
        output: stripVTControlCharacters(`${stdout}${stderr}`),
      });
    });
  });
}
