import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { ListStateMachinesCommand } from '@aws-sdk/client-sfn';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CertifyDocument } from '../../../cli/certify/document';
import { PROBES } from '../../../cli/certify/probes';
import { CASTS } from '../../../local/behaviour/casts';
import { ROOT } from '../../../testkit/root';
import { TestTwin } from '../../../testkit/test-twin';

/** The command against a stage, which the twin plays: waits and retries take as long as they do. */
let twin: TestTwin;
beforeAll(async () => {
  twin = await TestTwin.start({ speed: 1 });
});
afterAll(() => twin.remove());

function certify(...args: string[]) {
  const child = spawn(
    process.execPath,
    [join(ROOT, 'cli/sluice.cjs'), 'certify', '--stage', 'local', '--yes', '--json', ...args],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH, CI: 'true', ...twin.twin.description.env },
    },
  );
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, stdout, stderr }));
  return { child, ended };
}

async function made(): Promise<unknown[]> {
  const { s3, bucket: Bucket, stepFunctions } = twin.connection;
  const schemas = await twin.sql("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'sluice_certify%'");
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'sluice/certify/' }));
  const { stateMachines = [] } = await stepFunctions.send(new ListStateMachinesCommand({}));
  return [
    ...schemas.rows.flat(),
    ...Contents.map(({ Key }) => Key),
    ...stateMachines.map(({ name = '' }) => name).filter((name) => name.startsWith('sluice-certify')),
  ];
}

test('a whole run in a stage sees where the twin is not as Redshift, and nothing else', async () => {
  const { code, stdout, stderr } = await certify().ended;
  const document = JSON.parse(stdout) as CertifyDocument;
  expect(document.probes.map(({ name }) => name)).toEqual(PROBES.map(({ name }) => name));
  const others = document.probes.filter(({ outcome }) => outcome === 'does not hold' || outcome === 'failed');
  const known = PROBES.filter(({ covers = [] }) =>
    CASTS.some((cast) => cast.onTwin && covers.includes(cast)),
  );
  expect(others.map(({ name }) => name)).toEqual(known.map(({ name }) => name));
  expect([code, document.left, document.twin]).toEqual([1, [], false]);
  expect(stderr).toContain('costs: ');
  expect(await made()).toEqual([]);
}, 120_000);

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s in the middle removes everything',
  async (signal) => {
    const hanging = { type: 'statement', status: 'STARTED' } as const;
    twin.twin.faults.set([
      {
        service: 'redshift-data',
        operation: 'statement',
        match: 'byte-array-json',
        times: 9,
        fault: hanging,
      },
    ]);
    const { child, ended } = certify();
    while (twin.twin.faults.rules()[0]?.hit === 0) await sleep(50);
    expect((await made()).length).toBeGreaterThan(1);
    child.kill(signal);
    const { code, stdout, stderr } = await ended;
    expect(code).toBe(signal === 'SIGINT' ? 130 : 143);
    expect(stderr).toContain('Interrupted: removing what the probes made.');
    expect((JSON.parse(stdout) as CertifyDocument).left).toEqual([]);
    expect(await made()).toEqual([]);
  },
  60_000,
);

test('a second signal names what may be left, and ends at once', async () => {
  const hanging = { type: 'statement', status: 'STARTED' } as const;
  twin.twin.faults.set([
    { service: 'redshift-data', operation: 'statement', match: '^DROP SCHEMA', times: 9, fault: hanging },
  ]);
  const { child, ended } = certify('--only', 'transactions/merge-with-parameters');
  while (twin.twin.faults.rules()[0]?.hit === 0) await sleep(50);
  child.kill('SIGINT');
  // What npx passes on at once is the same Ctrl-C.
  child.kill('SIGINT');
  await sleep(1_500);
  expect(child.exitCode).toBeNull();
  child.kill('SIGINT');
  const { code, stderr } = await ended;
  expect(code).toBe(130);
  const [, name] =
    /Interrupted again: ended at once\.\nschema (sluice_certify_\w+) may be left\./.exec(stderr) ?? [];
  expect(stderr).toContain(`Remove it: DROP SCHEMA IF EXISTS "${name}" CASCADE`);
  twin.twin.faults.clear();
  await twin.sql(`DROP SCHEMA "${name}" CASCADE`);
}, 60_000);
