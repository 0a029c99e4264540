import { ListStatementsCommand } from '@aws-sdk/client-redshift-data';
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { DeleteStateMachineCommand, ListStateMachinesCommand } from '@aws-sdk/client-sfn';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { certifying, runPlan } from '../../../cli/certify';
import { Cleaning } from '../../../cli/certify/cleaning';
import { checkConsent } from '../../../cli/certify/consent';
import { costsOf } from '../../../cli/certify/plan';
import type { Probe } from '../../../cli/certify/probe';
import { PROBES } from '../../../cli/certify/probes';
import { Site } from '../../../cli/certify/site';
import type { Connection, TwinConnection } from '../../../cli/shared/connection';
import { CapturedOutput } from '../../../testkit/captured-output';
import { temporaryFolder } from '../../../testkit/temporary-folder';
import { TestTwin } from '../../../testkit/test-twin';
import { certified } from '../../cli/certify/certified';

let twin: TestTwin;
beforeAll(async () => {
  twin = await TestTwin.shared();
});
afterEach(() => twin.reset());
afterAll(() => twin.remove());

/** What the probes made and did not remove: schemas, users, objects, state machines. */
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

/** A deployed stage, as the command sees it. */
const stage = (): Connection => {
  const connection: Partial<TwinConnection> = { ...twin.connection };
  delete connection.deliver;
  return connection as Connection;
};

const COPY = 'copy-types/int96-into-timestamptz';

describe('what it makes', () => {
  test('is made and removed by runs at the same time, each its own', async () => {
    const options = { only: 'transactions,rights,errors,states' };
    const both = await Promise.all([
      certified(twin.connection, options),
      certified(twin.connection, options),
    ]);
    for (const { probes, left } of both) {
      expect(probes.filter(({ outcome }) => outcome === 'failed' || outcome === 'does not hold')).toEqual([]);
      expect(left).toEqual([]);
    }
    expect(await made()).toEqual([]);
  });

  test('is named, with the way to remove it, if it cannot be removed', async () => {
    const denied = { type: 'error', code: 'AccessDenied', message: 'no' } as const;
    const times = 1_000;
    twin.twin.faults.set([
      { service: 's3', operation: 'DeleteObjects', times, fault: denied },
      { service: 'step-functions', operation: 'DeleteStateMachine', times, fault: denied },
      {
        ...{ service: 'redshift-data', operation: 'statement', match: '^DROP (SCHEMA|USER)', times },
        fault: { type: 'statement', status: 'FAILED', error: 'ERROR: no' },
      },
    ]);
    const run = await certified(twin.connection, { only: `${COPY},rights/lock,states/levels-of-an-input` });
    expect(run.code).toBe(1);
    expect(run.left.map(({ what, how, why }) => `${what} | ${how} | ${why}`).sort()).toEqual([
      expect.stringMatching(
        /^objects under s3:\/\/\S+\/sluice\/certify\/\S+ \| aws s3 rm --recursive s3:\S+ \| AccessDenied: no$/,
      ),
      expect.stringMatching(
        /^schema sluice_certify_\w{8} \| DROP SCHEMA .*CASCADE \| StatementFailed: ERROR: no$/,
      ),
      expect.stringMatching(/^schema sluice_certify_\w{8}_mine \| DROP SCHEMA .*/),
      expect.stringMatching(/^state machine sluice-certify-\S+ \| aws stepfunctions delete-state-machine .*/),
      expect.stringMatching(/^user sluice_certify_\w{8} \| DROP USER .*/),
    ]);
    for (const { what, how } of run.left) {
      expect(run.stderr).toContain(what);
      expect(run.stderr).toContain(how);
    }
    // They are the twin's own again.
    twin.twin.faults.clear();
    for (const { how } of run.left.filter((left) => left.how.startsWith('DROP'))) await twin.sql(how);
    const [stateMachineArn] = /arn:\S+/.exec(run.left.map(({ how }) => how).join('\n')) ?? [];
    await twin.connection.stepFunctions.send(new DeleteStateMachineCommand({ stateMachineArn }));
  });

  test('is removed if the answer to its making was lost', async () => {
    const lost = { type: 'drop', when: 'after' } as const;
    twin.twin.faults.set([
      { service: 'step-functions', operation: 'CreateStateMachine', times: 1_000, fault: lost },
    ]);
    const { probes, left } = await certified(twin.connection, { only: 'states/levels-of-an-input' });
    expect([probes[0]?.outcome, left]).toEqual(['failed', []]);
    expect(await made()).toEqual([]);
  });

  test('is removed after an interruption, when the statement that ran is cancelled', async () => {
    const hanging = { type: 'statement', status: 'STARTED' } as const;
    twin.twin.faults.set([
      { service: 'redshift-data', operation: 'statement', match: 'int96-into-timestamptz', fault: hanging },
    ]);
    const folder = temporaryFolder('sluice-certify-');
    const out = join(folder, 'certified.json');
    writeFileSync(out, 'of an earlier run');
    const work = certifying({ only: 'copy-types', out });
    const captured = new CapturedOutput(true);
    const running = work.run(twin.connection, captured.output);
    while (twin.twin.faults.rules()[0]?.hit !== 1) await sleep(20);
    await work.interruption?.stop();
    expect(await running).toBe(1);
    const { probes, left } = captured.document<Awaited<ReturnType<typeof certified>>>();
    expect(probes.find(({ name }) => name === COPY)).toMatchObject({
      outcome: 'could not be tried',
      seen: 'interrupted',
    });
    expect(left).toEqual([]);
    expect(await made()).toEqual([]);
    expect(readFileSync(out, 'utf8')).toBe('of an earlier run');
    rmSync(folder, { recursive: true });
  });

  test('is nothing where the service refused to make it, and nothing has to be removed', async () => {
    const denied = { type: 'error', code: 'AccessDenied', message: 'no', status: 403 } as const;
    const times = 1_000;
    twin.twin.faults.set([
      ...['PutObject', 'ListObjectsV2', 'DeleteObjects'].map(
        (operation) => ({ service: 's3', operation, times, fault: denied }) as const,
      ),
      ...['CreateStateMachine', 'DeleteStateMachine'].map(
        (operation) => ({ service: 'step-functions', operation, times, fault: denied }) as const,
      ),
      {
        ...{ service: 'redshift-data', operation: 'statement', match: '^(CREATE|DROP) USER', times },
        fault: { type: 'statement', status: 'FAILED', error: 'ERROR: no' },
      },
    ]);
    const run = await certified(twin.connection, { only: `${COPY},rights/lock,states/levels-of-an-input` });
    expect(run.probes.map(({ outcome }) => outcome)).toEqual(Array(3).fill('could not be tried'));
    twin.twin.faults.clear();
    expect([run.left, await made()]).toEqual([[], []]);
  });

  test('is told as left if its removal takes too long, and the statement is cancelled', async () => {
    twin.twin.faults.set([
      {
        ...{ service: 'redshift-data', operation: 'statement', match: '^DROP SCHEMA' },
        fault: { type: 'statement', status: 'STARTED' },
      },
    ]);
    const cleaning = new Cleaning(1);
    const site = new Site(twin.connection, '', cleaning, new AbortController().signal);
    const schema = await site.schema();
    expect(await cleaning.run()).toEqual([
      {
        what: `schema ${site.name}`,
        how: `DROP SCHEMA IF EXISTS ${schema} CASCADE`,
        why: 'it was not removed within 1 s',
      },
    ]);
    const { Statements = [] } = await twin.connection.redshiftData.send(
      new ListStatementsCommand({ StatementName: 'sluice certify', Status: 'ABORTED' }),
    );
    expect(Statements.flatMap(({ QueryStrings }) => QueryStrings)).toContain(
      `DROP SCHEMA IF EXISTS ${schema} CASCADE`,
    );
    await twin.sql(`DROP SCHEMA ${schema} CASCADE`);
  });
});

test('transactions that grant rights never run at the same time: Redshift would refuse one of them', async () => {
  const started = Date.now();
  await certified(twin.connection, { only: 'rights' });
  const { Statements = [] } = await twin.connection.redshiftData.send(
    new ListStatementsCommand({ StatementName: 'sluice certify', Status: 'ALL', MaxResults: 100 }),
  );
  const granting = Statements.filter(({ QueryStrings = [] }) =>
    QueryStrings.some((text) => text.startsWith('GRANT ')),
  )
    .map(({ CreatedAt, UpdatedAt }) => [Number(CreatedAt), Number(UpdatedAt)] as const)
    .filter(([begun]) => begun >= started)
    .sort(([left], [right]) => left - right);
  expect(granting.length).toBeGreaterThan(10);
  for (const [index, [begun]] of granting.entries())
    expect(begun).toBeGreaterThanOrEqual(granting[index - 1]?.[1] ?? 0);
});

describe('a probe that says nothing', () => {
  test('names the missing right, and leaves nothing', async () => {
    const denied = { type: 'error', code: 'AccessDeniedException', message: 'no', status: 400 } as const;
    twin.twin.faults.set([
      { service: 'step-functions', operation: 'CreateStateMachine', times: 1_000, fault: denied },
      {
        ...{ service: 'redshift-data', operation: 'BatchExecuteStatement', times: 1_000 },
        fault: { type: 'rewrite', find: '^CREATE (SCHEMA|USER).*', put: 'SELECT * FROM "no_right"' },
      },
    ]);
    const run = await certified(twin.connection, { only: `${COPY},rights/lock,states/levels-of-an-input` });
    expect(run.probes).toMatchObject([
      {
        outcome: 'could not be tried',
        seen: expect.stringMatching(/^the schema of the probes could not be made: .*no_right/) as string,
      },
      { outcome: 'could not be tried', seen: expect.stringMatching(/^the schema of the probes/) as string },
      { outcome: 'could not be tried', seen: 'a right is missing: AccessDeniedException: no' },
    ]);
    // Nothing was shown.
    expect([run.code, run.left]).toEqual([1, []]);
  });

  test('says that the user of the statements is no superuser', async () => {
    const refused = 'ERROR: must be superuser to create users';
    twin.twin.faults.set([
      {
        ...{ service: 'redshift-data', operation: 'statement', match: '^CREATE USER', times: 1_000 },
        fault: { type: 'statement', status: 'FAILED', error: refused },
      },
    ]);
    const { probes } = await certified(twin.connection, { only: 'rights' });
    for (const { outcome, seen } of probes)
      expect([outcome, seen]).toEqual(['could not be tried', expect.stringContaining(refused)]);
  });

  test('ends alone if it fails, and the run is no success', async () => {
    const broken: Probe = {
      ...{ name: 'broken/probe', assumption: 'It breaks.', matters: '', needs: [], costs: {} },
      run: () => Promise.reject(new TypeError('no such thing\u001b[2J')),
    };
    const worse: Probe = {
      ...{ ...broken, name: 'broken/at-once' },
      run: () => {
        throw new TypeError('at once');
      },
    };
    const others = PROBES.filter(({ name }) => name.startsWith('comparisons/'));
    const run = await certified(twin.connection, {}, [broken, worse, ...others]);
    expect(run.probes).toMatchObject([
      { name: 'broken/probe', outcome: 'failed', seen: 'TypeError: no such thing\\u001b[2J' },
      { name: 'broken/at-once', outcome: 'failed', seen: 'TypeError: at once' },
      { outcome: 'holds' },
    ]);
    expect(run.code).toBe(1);
    expect(run.stderr).toContain('1 hold, 0 do not hold, 0 could not be tried, 2 failed');
  });
});

describe('a stage', () => {
  const calls: string[] = [];
  beforeEach(() => {
    calls.length = 0;
    twin.twin.faults.observe(({ service, operation }) => void calls.push(`${service} ${operation}`));
  });

  test('is asked for first, with what it costs; a no runs nothing', async () => {
    const asked: string[] = [];
    const captured = new CapturedOutput(false);
    const ask = (question: string) => {
      asked.push(question);
      expect(captured.stdout).toMatch(
        /needs: CREATE on the database[^]*costs: \d+ SQL statements.* RPU-seconds/,
      );
      return Promise.resolve(false);
    };
    const run = certifying({ stage: 'dev', only: COPY, ask }).run(stage(), captured.output);
    await expect(run).rejects.toMatchObject({ name: 'Declined', message: 'Nothing was run.' });
    expect(asked).toEqual([`Run 1 probe in stage local (${twin.connection.region})?`]);
    // It tells what the capacity is, and wakes nothing.
    expect(calls).toEqual(['redshift-serverless GetWorkgroup']);
  });

  test('runs after a yes, and with --yes without a question', async () => {
    const ask = () => Promise.resolve(true);
    expect(await certified(stage(), { stage: 'dev', only: COPY, ask })).toMatchObject({
      code: 0,
      twin: false,
    });
    const never = () => Promise.reject(new Error('asked'));
    expect(await certified(stage(), { stage: 'dev', only: COPY, yes: true, ask: never })).toMatchObject({
      code: 0,
    });
    expect(calls.length).toBeGreaterThan(0);
  });

  test('needs --yes where nobody can be asked', () => {
    expect(() => checkConsent({ stage: 'dev' })).toThrow(/no terminal to ask on.*--yes/);
    for (const options of [{}, { stage: 'dev', yes: true }, { stage: 'dev', plan: true }])
      expect(() => checkConsent(options)).not.toThrow();
  });
});

test('the costs are told at the base capacity of the workgroup', async () => {
  const told = async () => (await certified(stage(), { yes: true, only: COPY })).stderr;
  expect(await told()).toMatch(
    /costs: 4 SQL statements.* 60 s \(at 8 RPU: 480 RPU-seconds, \$0\.05 in us-east-1/,
  );
  const captured = new CapturedOutput(false);
  const ask = () => Promise.resolve(false);
  const unknown = { ...stage(), workgroup: 'nowhere' };
  await expect(certifying({ only: COPY, ask }).run(unknown, captured.output)).rejects.toThrow(
    'Nothing was run.',
  );
  expect(captured.stdout).toMatch(/at 8 RPU[^]*The base capacity of the workgroup could not be read/);
});

test('--only takes probes and groups, and refuses others', () => {
  const names = (only: string) => {
    const captured = new CapturedOutput(true);
    runPlan(captured.output, { only });
    return captured.document<{ probes: { name: string }[] }>().probes.map(({ name }) => name);
  };
  expect(names(`comparisons, ${COPY}`)).toEqual([COPY, 'comparisons/a-and-a-t']);
  expect(() => certifying({ only: 'nanos' }).check?.([])).toThrow(
    /There is no probe "nanos".*copy-types.*certify --plan/,
  );
});

test('--plan tells each probe with what it needs and costs, and what they cost together', () => {
  const captured = new CapturedOutput(false);
  expect(runPlan(captured.output, {})).toBe(0);
  for (const { name, assumption } of PROBES) expect(captured.stdout).toContain(`${name}: ${assumption}`);
  expect(captured.stdout).toMatch(/Together: \d+ SQL statements/);
});

test('the costs that are told cover what is sent, and are not far from it', async () => {
  const sent = { statements: 0, requests: 0 };
  twin.twin.faults.observe(({ service, operation, subject }) => {
    if (operation === 'statement') sent.statements += subject.split(';\n').length;
    if (service === 's3') sent.requests += 1;
  });
  await certified(twin.connection, {});
  const told = costsOf(PROBES);
  expect(told.statements).toBeGreaterThanOrEqual(sent.statements);
  expect(told.statements).toBeLessThan(1.5 * sent.statements);
  expect(told.requests).toBeGreaterThanOrEqual(sent.requests);
  expect(told.requests).toBeLessThan(3 * sent.requests);
});

test('--out keeps the document of --json', async () => {
  const folder = temporaryFolder('sluice-certify-');
  const out = join(folder, 'certified.json');
  const { code, ...document } = await certified(twin.connection, { only: COPY, out });
  const kept = JSON.parse(readFileSync(out, 'utf8')) as object;
  expect({ ...kept, stderr: document.stderr }).toEqual(document);
  rmSync(folder, { recursive: true });
  expect(code).toBe(0);
  expect(kept).toEqual({
    sluice: expect.stringMatching(/^\d+\.\d+\.\d+/) as string,
    date: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as string,
    ...{ stage: 'local', region: twin.connection.region, twin: true },
    seconds: expect.any(Number) as number,
    probes: [
      {
        name: COPY,
        assumption: 'COPY loads Parquet INT96 into a column of timestamptz unchanged.',
        outcome: 'holds',
        seen: expect.stringContaining('became "2026-11-23 08:15:00.25+00"') as string,
        seconds: expect.any(Number) as number,
      },
    ],
    left: [],
  });
});
