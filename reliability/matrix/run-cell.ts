import type { LoadDocument } from '../../cli/load/document';
import { ROW_COUNTS, type RowCounts } from '../../core/report';
import type { Call } from '../../local/faults/fault-injector';
import type { FaultRule } from '../../local/faults/fault-rule';
import type { CountedRule } from '../../local/faults/rule-faults';
import type { Cell } from './cells';
import { Findings } from './compare';
import { expectationOf, loadsOf, rowsOf, type Expectation } from './expectation';
import { COST_UNKNOWN, type Aim } from './faults';
import { heldBack } from './holds';
import { CHANGED_FILE, HOUR, lakeOf, SCHEDULED } from './lake';
import type { LocalTwin } from './local-twin';
import { Hang, type Site } from './site';
import { belongsTo, type Task } from './tasks';
import { endless, FOR_GOOD, inputOf, outlasting, rulesOf } from './ways';

export interface Result {
  readonly cell: Cell;
  /** The text of the cell in the table. */
  readonly label: string;
  /** Empty if the outcome is right. */
  readonly problems: readonly string[];
  /** Why the cell could not be carried out: its fault did not happen as planned, so its outcome proves nothing. */
  readonly notCarriedOut?: string;
}

/** Runs one cell: a load under its fault, then the same load without a fault. */
export async function runCell(cell: Cell, twin: LocalTwin, tasks: readonly Task[]): Promise<Result> {
  const expected = expectationOf(cell);
  const underFault = new Findings();
  const withoutFault = new Findings();
  const { site } = twin;
  let misses: Misses;
  try {
    await site.prepare(cell.recorded.way);
    const load = await loadUnder(cell, twin, tasks);
    misses = load.misses;
    await judge(load.document, expected, site, underFault);
    await site.complete(cell.recorded.way);
    const lake = load.isChanged ? expected.lake : lakeOf(expected.older);
    await judgeNextLoad({ older: expected.older, lake }, site, withoutFault);
    if (!expected.cleanedUp) await judgeSweep(site, withoutFault);
    await judgeRest(site, withoutFault);
  } catch (error) {
    if (!(error instanceof Hang)) throw error;
    return { cell, label: expected.label, problems: [error.message] };
  } finally {
    twin.observe(undefined);
  }
  const problems = { underFault: underFault.problems, withoutFault: withoutFault.problems };
  return { cell, label: expected.label, ...verdict(problems, misses) };
}

export interface Problems {
  /** The problems of the load under the fault. */
  readonly underFault: readonly string[];
  /** The problems of the next load and of the sweep, which run without faults. */
  readonly withoutFault: readonly string[];
}

/** How the fault differed from what was planned. */
export interface Misses {
  readonly texts: readonly string[];
  /** True if the fault itself did not happen at all. */
  readonly all: boolean;
}

/**
 * If the fault did not happen, the load under it proves nothing, but a load without faults must still be right. If the
 * fault happened only in part, the missing part may itself be the defect.
 */
export function verdict(
  { underFault, withoutFault }: Problems,
  { texts, all }: Misses,
): Pick<Result, 'problems' | 'notCarriedOut'> {
  const problems = [...underFault, ...withoutFault];
  if (texts.length === 0) return { problems };
  const isWrong = all ? withoutFault.length > 0 : problems.length > 0;
  return isWrong
    ? { problems: [...problems, ...texts] }
    : { problems: [], notCarriedOut: [...texts, ...problems].join('; ') };
}

async function loadUnder(
  { recorded, aim }: Cell,
  twin: LocalTwin,
  tasks: readonly Task[],
): Promise<{ readonly document: LoadDocument; readonly isChanged: boolean; readonly misses: Misses }> {
  if (aim === undefined) throw new Error('A cell that does not apply cannot be run');
  const way = wayOf({ recorded, aim }, tasks);
  await twin.site.setFaults(recorded.isAgain ? way.rules : [...aim.rules, ...way.rules]);
  let begun = !recorded.isAgain;
  let changed = false;
  const isOfRow = belongsTo(recorded);
  const holds = heldBack(way.outlasting);
  twin.observe(async (call) => {
    if (isOfRow(call)) {
      if (!begun) {
        begun = true;
        await twin.site.setFaults(aim.rules);
      }
      if (!changed && aim.change && isAt(aim.change, call)) {
        changed = true;
        await twin.site.change(aim.change.how);
      }
    }
    await holds.on(call);
  });
  try {
    const document = await twin.site.load(inputOf(recorded.way));
    const misses = missesOf(twin.rules(), aim);
    const texts = [
      ...(begun ? [] : [`${recorded.task.name} was not called again`]),
      ...(aim.change && !changed ? ['the file was not changed: nothing read it'] : []),
    ];
    await twin.site.setFaults([]);
    return {
      document,
      isChanged: changed,
      misses: { texts: [...texts, ...misses.texts], all: misses.all || texts.length > 0 },
    };
  } finally {
    holds.end();
    twin.observe(undefined);
  }
}

function isAt({ at }: NonNullable<Aim['change']>, { service, operation, subject }: Call): boolean {
  if (at === 'invocation') return service === 'lambda';
  return operation === at && (at === 'statement' || subject.endsWith(CHANGED_FILE));
}

/** A rule that hits nothing tests nothing. */
function missesOf(counted: readonly CountedRule[], aim: Aim): Misses {
  const faults = counted.slice(0, aim.rules.length);
  const way = counted.slice(aim.rules.length);
  const isMissed = ({ hit, times = 1 }: CountedRule) => (times === FOR_GOOD ? hit === 0 : hit !== times);
  const text = ({ hit, times = 1, operation, service, state }: CountedRule) =>
    `the rule for ${service} ${operation ?? ''} of ${state} hit ${hit} calls, not ${times}`;
  const isUnhit = (rules: readonly CountedRule[]) => rules.length > 0 && rules.every(({ hit }) => hit === 0);
  const inPart = aim.hits === 'any' ? [] : faults.filter(isMissed);
  return {
    texts: [
      ...(aim.hits === 'any' && isUnhit(faults) ? ['the fault hit nothing'] : inPart.map(text)),
      ...way.filter(isMissed).map(text),
    ],
    all: isUnhit(faults),
  };
}

/** The rules that make the execution go the cell's way, besides its fault. */
export function wayOf(
  { recorded, aim }: { readonly recorded: Cell['recorded']; readonly aim: Aim },
  tasks: readonly Task[],
): { readonly rules: readonly FaultRule[]; readonly outlasting: readonly Task[] } {
  const { way, isAgain, task } = recorded;
  const isOfStatement = aim.rules.some(({ operation }) => operation === 'statement');
  return isAgain && aim.lasting && !isOfStatement
    ? { rules: [endless(task)], outlasting: [] }
    : { rules: rulesOf(way, tasks), outlasting: outlasting(way, isAgain ? [task] : tasks) };
}

async function judge(
  document: LoadDocument,
  expected: Expectation,
  site: Site,
  findings: Findings,
): Promise<void> {
  const { error, partitions, lake, older } = expected;
  const hours = [older.older, HOUR];
  findings.equal('execution', document.status, error === undefined ? 'SUCCEEDED' : 'FAILED');
  findings.equal('error', document.error, error ?? null);
  if (error === undefined)
    findings.equal(
      'whether the report says how long the statements ran',
      document.warehouse_seconds !== null,
      expected.label !== COST_UNKNOWN,
    );
  const of = (outcome: string) => hours.filter((each) => partitions[each] === outcome);
  const { target, counts } = loadsOf(lake, of('loaded'));

  const outcomes = hours
    .filter((each) => expected.reported && partitions[each] !== 'untried')
    .map((each) => reported(each, partitions[each] ?? '', counts[each], error ?? null));
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
    ...of(expected.isEmptyToo ? 'failed' : 'empty').map((each) => reported(each, 'empty', undefined, null)),
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
      const again = JSON.stringify(of('failed').length > 0 ? { partition: HOUR } : older.both);
      findings.holds(
        `the cause does not say how to run it again (${again})`,
        document.cause?.includes(again) === true,
      );
    }
  }
}

/** Runs the same load again without faults: whatever came before, the target must be right. */
export async function judgeNextLoad(
  { lake, older }: Pick<Expectation, 'lake' | 'older'>,
  site: Site,
  findings: Findings,
): Promise<void> {
  const [history, staging, notifications] = [
    await historyOf(site),
    await site.stagingTables(),
    await site.notifications(),
  ];
  const document = await site.load(older.both);
  const hours = [older.older, HOUR];
  findings.equal('next load', [document.status, document.error], ['SUCCEEDED', null]);
  findings.equal(
    'partitions of the next load',
    document.partitions.map(({ partition, outcome }) => [partition, outcome]),
    hours.map((each) => [each, 'loaded']),
  );
  const rows = await site.target();
  findings.equal('target after the next load', rows, rowsOf(loadsOf(lake, hours).target));
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

/** The next scheduled execution that loads something removes the leftovers. */
export async function judgeSweep(site: Site, findings: Findings): Promise<void> {
  await site.arrive();
  const { status } = await site.load(SCHEDULED);
  findings.equal('scheduled execution after it', status, 'SUCCEEDED');
  findings.equal('staging tables after a scheduled execution', await site.stagingTables(), []);
}

/**
 * Nothing is due any more. The next scheduled execution may still ask how an execution ended that was stopped; the one after
 * it asks nothing, and the ledger is as the history.
 */
export async function judgeRest(site: Site, findings: Findings): Promise<void> {
  await site.load(SCHEDULED);
  const before = await site.submitted();
  const { status, partitions } = await site.load(SCHEDULED);
  findings.equal('execution with nothing due', [status, partitions.length], ['SUCCEEDED', 0]);
  findings.equal('batches of an execution with nothing due', (await site.submitted()) - before, 0);
  findings.equal('hours in which ledger and history differ', await site.ledgerDifferences(), []);
}

/** A partition in the report or the history. The counts of a failed partition depend on how far it came. */
function reported(
  partition: string,
  outcome: string,
  counts: RowCounts | undefined,
  error: string | null | undefined,
): unknown[] {
  const numbers = counts && ROW_COUNTS.map((name) => counts[name]);
  return [partition, outcome, ...(outcome === 'loaded' ? (numbers ?? ['no counts']) : [error])];
}

async function historyOf(site: Site): Promise<unknown[][]> {
  return (await site.history()).map((row) =>
    reported(row.partition, row.outcome, row.outcome === 'loaded' ? row : undefined, row.error),
  );
}
