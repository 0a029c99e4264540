import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cell } from './cells';
import { Findings } from './compare';
import { loadsOf, rowsOf } from './expectation';
import type { KillableTwin } from './killable-twin';
import { HOUR, lakeOf, type Lake, type Older } from './lake';
import { judgeNextLoad, judgeRest, judgeSweep, wayOf, type Result } from './run-cell';
import type { Site } from './site';
import { rowName, type Task } from './tasks';
import { olderOf } from './ways';

/** The table's text for a process that was killed, if the same load was right afterwards. */
export const KILLED_LABEL = 'right again';
/** Milliseconds between two status requests. */
const LOOK_INTERVAL = 100;

/**
 * Kills the whole process in the cell's task, restarts it, and runs the same load again. Each merge must be whole or
 * absent, the history must say which, and the next load must be right.
 */
export async function runKilledCell(cell: Cell, twin: KillableTwin, tasks: readonly Task[]): Promise<Result> {
  const findings = new Findings();
  try {
    const notCarriedOut = await run(cell, twin, tasks, findings);
    return { cell, label: KILLED_LABEL, problems: findings.problems, notCarriedOut };
  } catch (error) {
    await twin.discard();
    throw error;
  }
}

/** @returns why the cell could not be carried out */
async function run(
  { recorded, aim }: Cell,
  twin: KillableTwin,
  tasks: readonly Task[],
  findings: Findings,
): Promise<string | undefined> {
  if (aim?.kill === undefined) throw new Error('A cell without a kill cannot be run here');
  let site = await twin.site();
  await site.prepare(recorded.way);
  const { rules, outlasting } = wayOf({ recorded, aim }, tasks);
  await site.setFaults(rules);
  const { task, isAgain, isGroup } = recorded;
  await twin.arm({ task, isAgain, isGroup, outlasting, ...aim.kill });
  const executionArn = await site.startExecution(recorded.way, `killed-${randomUUID()}`);
  const { service, operation, nth } = aim.kill;
  if (!(await isKilled(executionArn, site, twin)))
    return `the execution ended before ${rowName(recorded)} made its call ${nth} of ${service} ${operation}`;
  findings.equal('what ended the process', await twin.ended(), 'SIGKILL');

  site = await twin.site();
  findings.holds('an execution is still running after the restart', (await site.executionsRunning()) === 0);
  const status = await site.statusOf(executionArn);
  // The execution may have recorded its end just before the kill.
  findings.holds(`the execution is ${status}`, ['ABORTED', 'SUCCEEDED', 'FAILED'].includes(status ?? ''));
  const older = olderOf(recorded.way);
  const expected = { older, lake: lakeOf(older) };
  await judgeWhatStands(expected, site, findings);
  await site.complete(recorded.way);
  await judgeNextLoad(expected, site, findings);
  await judgeSweep(site, findings);
  await judgeRest(site, findings);
  return undefined;
}

/** Follows the execution until its process is gone, or until it has ended and the kill is disarmed. */
async function isKilled(executionArn: string, site: Site, twin: KillableTwin): Promise<boolean> {
  for (;;) {
    // A process that is gone does not answer.
    const status = await site.statusOf(executionArn).catch(() => undefined);
    if (status !== 'RUNNING') return !(await twin.disarm());
    await sleep(LOOK_INTERVAL);
  }
}

async function judgeWhatStands(
  { older, lake }: { readonly older: Older; readonly lake: Lake },
  site: Site,
  findings: Findings,
): Promise<void> {
  const history = await site.history();
  const merged = [older.older, HOUR].filter((partition) =>
    history.some((each) => each.partition === partition && each.outcome === 'loaded'),
  );
  findings.equal('target after the kill', await site.target(), rowsOf(loadsOf(lake, merged).target));
  findings.equal(
    'loaded rows of history after the kill',
    history.filter((each) => each.outcome === 'loaded').length,
    merged.length,
  );
  findings.holds('more than one notification of one execution', (await site.notifications()).length <= 1);
}
