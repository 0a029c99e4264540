import { groupOf, slug, type Probe } from '../../../cli/certify/probe';
import { PROBES } from '../../../cli/certify/probes';
import { DataApi } from '../../../functions/shared/data-api';
import { CASTS } from '../../../local/behaviour/casts';
import type { Outcome } from '../../../local/behaviour/outcome';
import type { FaultRule } from '../../../local/faults/fault-rule';
import { TestTwin } from '../../../testkit/test-twin';
import { certified, tried } from '../../cli/certify/certified';

let twin: TestTwin;
beforeAll(async () => {
  twin = await TestTwin.shared();
});
afterEach(() => twin.twin.faults.clear());
afterAll(() => twin.remove());

/** The probes that the twin cannot answer as it is. Tests of their own give them what they need. */
const isOfTheirOwn = (probe: Probe) =>
  groupOf(probe) === 'stream' || probe.name === 'rights/create-temp-table' || isKnownToDiffer(probe);
const isKnownToDiffer = ({ covers = [] }: Probe) =>
  CASTS.some((cast) => cast.onTwin && covers.includes(cast));

test('every assumption holds on the twin, but for what it is known to lack', async () => {
  const { probes, left } = await certified(twin.connection);
  expect(probes.map(({ name }) => name)).toEqual(PROBES.map(({ name }) => name));
  const others = PROBES.filter(isOfTheirOwn).map(({ name }) => name);
  expect(probes.filter(({ outcome }) => outcome !== 'holds')).toEqual(
    others.map((name) => expect.objectContaining({ name, outcome: 'could not be tried' }) as unknown),
  );
  expect(left).toEqual([]);
  await expectNothingLeft();
});

async function expectNothingLeft() {
  const made = await twin.sql(
    "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'sluice_certify%' UNION ALL SELECT table_name FROM svv_tables WHERE table_schema LIKE 'sluice_certify%'",
  );
  expect(made.rows).toEqual([]);
}

/** A service that reads another request. */
const rewritten = (find: string, put: string, operation = 'BatchExecuteStatement'): FaultRule => ({
  service: operation === 'BatchExecuteStatement' ? 'redshift-data' : 'step-functions',
  ...{ operation, times: 1_000, fault: { type: 'rewrite', find, put } },
});

const outcomeOf = ({ covers = [] }: Probe): string | undefined => {
  const [row] = covers as readonly { readonly outcome?: Outcome }[];
  return row?.outcome?.does;
};
const refusedCopy = (name: string) =>
  rewritten(`^(COPY .*${slug(name)}.*) FORMAT AS PARQUET`, '$1 FORMAT AS PARQUET MAXERROR AS 1');
const loadingCopy = (name: string) => rewritten(`^COPY .*${slug(name)}.*`, 'SELECT 1');

/** How the twin behaves in another way than a probe of a group assumes. */
const LEVERS: Readonly<Record<string, (probe: Probe) => FaultRule>> = {
  'copy-types': ({ name }) => refusedCopy(name),
  'copy-values': ({ name }) => loadingCopy(name),
  'copy-forms': (probe) =>
    outcomeOf(probe) === 'refuses' ? loadingCopy(probe.name) : refusedCopy(probe.name),
  casts: (probe) =>
    rewritten('^SELECT .* AS "cast"$', `SELECT ${outcomeOf(probe) === 'accepts' ? 'FALSE' : 'TRUE'}`),
  comparisons: () => rewritten('^SELECT "left" = "right" FROM .*', 'SELECT TRUE'),
  'errors/cut-context': () => rewritten('^COPY .*cut-.*', 'SELECT * FROM "nowhere"'),
  'errors/load-error-detail': () => rewritten('CAST\\(:query AS BIGINT\\)', 'CAST(:query AS BIGINT) + 1'),
  'transactions/lock': () => rewritten('^LOCK TABLE .*', 'SELECT 1'),
  'transactions/merge-with-parameters': () => rewritten('VALUES \\(.*\\.k,', 'VALUES (3,'),
  'rights/create-table-if-not-exists-of-one-that-exists': () =>
    rewritten('^CREATE TABLE IF NOT EXISTS .*', 'SELECT 1'),
  'rights/create-table-like': () => rewritten('^CREATE TABLE .*\\(LIKE .*', 'SELECT 1'),
  'rights/merge': () => rewritten('^MERGE .*', 'SELECT 1'),
  'rights/lock': () => rewritten('^LOCK .*', 'SELECT 1'),
  'rights/has-assumerole-privilege': () => rewritten('^SELECT has_assumerole_privilege.*', 'SELECT FALSE'),
  'limits/bytes-of-a-statement': () => rewritten('^SELECT /\\*x+\\*/ 1$', 'SELECT 1'),
  'limits/bytes-of-a-row': () => rewritten('^SELECT REPEAT.*, REPEAT.*', 'SELECT 1'),
  'statements/repeated-token': () => ({ ...rewritten('^SELECT 1$', 'SELECT 2'), nth: 2 }),
  'states/retry-count-of-a-task': () =>
    rewritten('\\$\\$\\.State\\.RetryCount', '$$$$.State.Name', 'CreateStateMachine'),
  'states/retry-count-of-a-parallel': () =>
    rewritten('\\$\\$\\.State\\.RetryCount', '$$$$.State.Name', 'CreateStateMachine'),
  'states/all-catches-data-limit-exceeded': () =>
    rewritten('"States.ALL"', '"States.Timeout"', 'CreateStateMachine'),
  'states/levels-of-an-input': () => rewritten('^\\[{1001}\\]{1001}$', '[]', 'StartExecution'),
};

/** No request that is read in another way makes it fail. */
const LISTED = 'statements/listed-at-once';

test(`${LISTED} sees it if the service lists late`, async () => {
  const list = jest.spyOn(DataApi.prototype, 'list').mockResolvedValueOnce([]);
  expect(await tried(twin.connection, LISTED).finally(() => list.mockRestore())).toMatchObject({
    outcome: 'does not hold',
    seen: 'right after the submission it was not listed, after its end 1 of 1 was',
  });
});

test.each(
  PROBES.filter((probe) => !isOfTheirOwn(probe) && probe.name !== LISTED).map(
    (probe) => [probe.name, probe] as const,
  ),
)('%s sees it if the service behaves in another way', async (name, probe) => {
  const lever = LEVERS[name] ?? LEVERS[groupOf(probe)];
  if (!lever) throw new Error(`the probe ${name} cannot be made to fail`);
  twin.twin.faults.set([lever(probe)]);
  expect(await tried(twin.connection, name)).toMatchObject({ name, outcome: 'does not hold' });
});

test('a value that is loaded as another one, or right though a wrong one is assumed, is seen', async () => {
  const inserted = (name: string, value: string) => {
    const find = `^COPY (\\S+) FROM .*${slug(name)}.*`;
    twin.twin.faults.set([rewritten(find, `INSERT INTO $1 VALUES (${value})`)]);
    return tried(twin.connection, name);
  };
  expect(
    await inserted('copy-types/int64-timestamp-nanos-into-timestamp', "'2026-11-23 08:15:00.25'"),
  ).toMatchObject({
    outcome: 'does not hold',
    seen: 'new: "2026-11-23 08:15:00.25" became "2026-11-23 08:15:00.25"',
  });
  expect(
    await inserted('copy-types/int64-timestamp-nanos-into-timestamp', "'2026-11-24 08:15:00.25'"),
  ).toMatchObject({ outcome: 'does not hold' });
  expect(await inserted('copy-types/int64-decimal-into-numeric', '1.5')).toMatchObject({
    outcome: 'does not hold',
    seen: expect.stringContaining('became "1.50"') as string,
  });
});

test('a refusal in other words is one that the loader does not know', async () => {
  const name = 'copy-values/a-null-in-a-not-null-column';
  twin.twin.faults.set([refusedCopy(name)]);
  const { outcome, seen } = await tried(twin.connection, name);
  expect([outcome, seen]).toEqual([
    'does not hold',
    expect.stringMatching(/^refused, in other words: .*MAXERROR/),
  ]);
});

test('no refusal of COPY says anything if a plain file is refused, too', async () => {
  twin.twin.faults.set([rewritten('^(COPY .*) FORMAT AS PARQUET', '$1 FORMAT AS PARQUET MAXERROR AS 1')]);
  expect(await tried(twin.connection, 'copy-forms/codec-brotli')).toMatchObject({
    outcome: 'could not be tried',
    seen: expect.stringMatching(/^COPY of a plain file is refused: .*MAXERROR/) as string,
  });
});

test('a lock shows nothing if the transactions run one after the other', async () => {
  // Each ends before the API takes the next one.
  twin.twin.faults.set([
    {
      ...{ service: 'redshift-data', operation: 'DescribeStatement', times: 1_000 },
      fault: { type: 'delay', ms: 300 },
    },
  ]);
  expect(await tried(twin.connection, 'transactions/lock')).toMatchObject({
    outcome: 'could not be tried',
    seen: expect.stringMatching(
      /one after the other.*isolation level Snapshot Isolation; 0 transactions ran at once/,
    ) as string,
  });
});

test('TEMP is tried where PUBLIC does not have it, both ways', async () => {
  const name = 'rights/create-temp-table';
  const { database } = twin.connection;
  await twin.sql(`REVOKE TEMP ON DATABASE ${database} FROM PUBLIC`);
  try {
    expect(await tried(twin.connection, name)).toMatchObject({ outcome: 'holds' });
    expect(await tried(twin.connection, 'rights/merge')).toMatchObject({
      outcome: 'holds',
      seen: expect.stringContaining('without TEMP ON DATABASE dev: ') as string,
    });
    twin.twin.faults.set([rewritten('^CREATE TEMP .*', 'SELECT 1')]);
    expect(await tried(twin.connection, name)).toMatchObject({ outcome: 'does not hold' });
  } finally {
    twin.twin.faults.clear();
    await twin.sql(`GRANT TEMP ON DATABASE ${database} TO PUBLIC`);
  }
});

test('nothing is said of HAS_ASSUMEROLE_PRIVILEGE where PUBLIC may not COPY', async () => {
  await twin.sql('REVOKE ASSUMEROLE ON ALL FROM PUBLIC FOR ALL');
  try {
    expect(await tried(twin.connection, 'rights/has-assumerole-privilege')).toMatchObject({
      outcome: 'could not be tried',
      seen: expect.stringContaining('PUBLIC may not COPY with the role: it says false') as string,
    });
  } finally {
    await twin.sql('GRANT ASSUMEROLE ON ALL TO PUBLIC FOR ALL');
  }
});
