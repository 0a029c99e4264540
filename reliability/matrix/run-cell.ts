import type { RowCounts } from '../../core/report';
import type { LoadDocument } from '../../cli/load/document';
import type { CountedRule } from '../../local/faults/rule-faults';
import type { FaultRule } from '../../local/faults/fault-rule';
import type { Cell } from './cells';
import { Findings } from './compare';
import { expectationOf, loadsOf, rowsOf, type Expectation } from './expectation';
import { beginningOf, type Aim } from './faults';
import { BOTH, CHANGED_FILE, HOUR, OLDER, SCHEDULED } from './lake';
import type { LocalTwin } from './local-twin';
import { isOf } from './recording';
import type { Site } from './site';
import type { Task } from './tasks';
import { ENDLESS_MS, FOR_GOOD, inputOf, rulesOf, SLOW_MS, slowed } from './ways';

export interface Result {
  readonly cell: Cell;
  /** What stands in the table. */
  readonly label: string;
  /** Empty where the outcome is right. */
  readonly problems: readonly string[];
}

/** Runs one cell: the load under its fault, then the same load without any. */
export async function runCell(cell: Cell, twin: LocalTwin, tasks: readonly Task[]): Promise<Result> {
  const expected = expectationOf(cell);
  const findings = new Findings();
  try {
    const { site } = twin;
    await site.prepare(cell.recorded.way);
    const document = await loadUnder(cell, twin, tasks, findings);
    await judge(document, expected, site, findings);
    await judgeNextLoad(expected, site, findings);
    if (!expected.cleanedUp) await judgeSweep(site, findings);
  } catch (error) {
    findings.problems.push(String((error as Error).stack ?? error));
  } finally {
    twin.observe(undefined);
  }
  return { cell, label: expected.label, problems: findings.problems };
}

async function loadUnder(
  { recorded, aim }: Cell,
  twin: LocalTwin,
  tasks: readonly Task[],
  findings: Findings,
): Promise<LoadDocument> {
  if (aim === undefined) throw new Error('A cell that does not apply cannot be run');
  const { task } = recorded;
  const rules = [...aim.rules, ...wayRules({ recorded, aim }, tasks)];
  await twin.site.setFaults(rules);
  let changed = false;
  twin.observe(async (call) => {
    const { change } = aim;
    if (change === undefined || changed || call.operation !== change.at) return;
    const by = change.at === 'statement' ? (recorded.statement?.by ?? task) : task;
    if (!isOf(by, call) || (change.at === 'GetObject' && !call.subject.endsWith(CHANGED_FILE))) return;
    changed = true;
    await twin.site.change(change.how);
  });
  const document = await twin.site.load(inputOf(recorded.way));
  judgeHits(twin.rules(), aim, findings);
  if (aim.change) findings.holds('the file was not changed: nothing read it', changed);
  await twin.site.setFaults([]);
  twin.observe(undefined);
  return document;
}

/** A rule that hit nothing has tested nothing. */
function judgeHits(counted: readonly CountedRule[], aim: Aim, findings: Findings): void {
  const faults = counted.slice(0, aim.rules.length);
  const any = aim.hits === 'any' && faults.length > 0;
  if (any)
    findings.holds(
      'the fault hit nothing',
      faults.some(({ hit }) => hit > 0),
    );
  for (const { hit, times = 1, operation, service, state } of any ? counted.slice(faults.length) : counted) {
    const enough = times === FOR_GOOD ? hit > 0 : hit === times;
    findings.holds(
      `the rule for ${service} ${operation ?? ''} of ${state} hit ${hit} calls, not ${times}`,
      enough,
    );
  }
}

/** What makes the execution go the cell's way, besides its fault. */
export function wayRules(
  { recorded, aim }: { readonly recorded: Cell['recorded']; readonly aim: Aim },
  tasks: readonly Task[],
): readonly FaultRule[] {
  const { way, statement, awaits } = recorded;
  if (!awaits || statement === undefined) return rulesOf(way, tasks);
  // A fault of the statement makes it slow by itself.
  if (aim.rules.some(({ operation }) => operation === 'statement')) return [];
  return aim.lasting
    ? [slowed(statement.by, ENDLESS_MS, FOR_GOOD, beginningOf(statement.sql))]
    : [slowed(statement.by, SLOW_MS, 1, beginningOf(statement.sql))];
}

async function judge(
  document: LoadDocument,
  expected: Expectation,
  site: Site,
  findings: Findings,
): Promise<void> {
  const { error, partitions, lake } = expected;
  findings.equal('execution', document.status, error === undefined ? 'SUCCEEDED' : 'FAILED');
  findings.equal('error', document.error, error ?? null);
  const of = (outcome: string) => [OLDER, HOUR].filter((each) => partitions[each] === outcome);
  const { target, counts } = loadsOf(lake, of('loaded'));

  const outcomes = [OLDER, HOUR]
    .filter((each) => expected.reported && partitions[each] !== 'untried')
    .map((each) => reported(each, partitions[each] ?? '', counts[each], error));
  findings.equal(
    'report',
    document.partitions.map((each) =>
      reported(each.partition, each.outcome, each.outcome === 'loaded' ? each : undefined, each.error),
    ),
    outcomes,
  );
  findings.equal('target', await site.target(), rowsOf(target));
  findings.equal('history', await historyOf(site), [
    ...of('loaded').map((each) => reported(each, 'loaded', counts[each], null)),
    ...(expected.cleanedUp ? of('failed').map((each) => reported(each, 'failed', undefined, error)) : []),
  ]);
  if (expected.cleanedUp) findings.equal('staging tables', await site.stagingTables(), []);
  const notifications = await site.notifications();
  findings.equal('notifications', notifications.length, expected.notifications);
  for (const message of notifications) findings.equal('notification', message, document.cause);
  if (error !== undefined) {
    findings.holds(
      `the cause does not name ${error}: ${document.cause}`,
      document.cause?.includes(error) === true,
    );
    if (expected.reported) {
      const again = JSON.stringify(of('failed').length > 0 ? { partition: HOUR } : BOTH);
      findings.holds(
        `the cause does not say how to run it again (${again})`,
        document.cause?.includes(again) === true,
      );
    }
  }
}

/** The same load once more, with nothing wrong: whatever came before, the table is right after it. */
export async function judgeNextLoad(
  { lake }: Pick<Expectation, 'lake'>,
  site: Site,
  findings: Findings,
): Promise<void> {
  const [history, staging, notifications] = [
    await historyOf(site),
    await site.stagingTables(),
    await site.notifications(),
  ];
  const document = await site.load(BOTH);
  findings.equal('next load', [document.status, document.error], ['SUCCEEDED', null]);
  findings.equal(
    'partitions of the next load',
    document.partitions.map(({ partition, outcome }) => [partition, outcome]),
    [OLDER, HOUR].map((each) => [each, 'loaded']),
  );
  const rows = await site.target();
  findings.equal('target after the next load', rows, rowsOf(loadsOf(lake, [OLDER, HOUR]).target));
  const grown = (await historyOf(site)).length - history.length;
  findings.equal('rows of history that the next load added', grown, 2);
  const left = (await site.stagingTables()).filter((table) => !staging.includes(table));
  findings.equal('staging tables of the next load', left, []);
  findings.equal(
    'notifications of the next load',
    (await site.notifications()).length - notifications.length,
    0,
  );
}

/** What an execution left behind goes with the next scheduled one. */
export async function judgeSweep(site: Site, findings: Findings): Promise<void> {
  const { status } = await site.load(SCHEDULED);
  findings.equal('scheduled execution after it', status, 'SUCCEEDED');
  findings.equal('staging tables after a scheduled execution', await site.stagingTables(), []);
}

/** A partition in the report or the history; what is counted of a failed one depends on how far it came. */
function reported(
  partition: string,
  outcome: string,
  counts: RowCounts | undefined,
  error: string | null | undefined,
): unknown[] {
  const numbers = counts && [
    counts.rows_in_files,
    counts.staged,
    counts.duplicates,
    counts.superseded,
    counts.deleted,
    counts.inserted,
  ];
  return [partition, outcome, ...(outcome === 'loaded' ? (numbers ?? ['no counts']) : [error])];
}

async function historyOf(site: Site): Promise<unknown[][]> {
  return (await site.history()).map((row) =>
    reported(row.partition, row.outcome, row.outcome === 'loaded' ? row : undefined, row.error),
  );
}
