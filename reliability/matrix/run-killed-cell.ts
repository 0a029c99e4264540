import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cell } from './cells';
import { Findings } from './compare';
import { loadsOf, rowsOf } from './expectation';
import type { KillableTwin } from './killable-twin';
import { HOUR, LAKE, OLDER } from './lake';
import { judgeNextLoad, judgeSweep, wayRules, type Result } from './run-cell';
import type { Site } from './site';
import type { Task } from './tasks';

/** What stands in the table for a process that was killed, where the same load was right afterwards. */
export const KILLED_LABEL = 'right again';
/** A kill that has not come by then does not come. */
const LONGEST_WAIT_MS = 60_000;

/**
 * Kills the whole process in the cell's task, starts it again, and runs the same load: of each merge all or nothing
 * stands, the history says which, and the load that follows is right.
 */
export async function runKilledCell(cell: Cell, twin: KillableTwin, tasks: readonly Task[]): Promise<Result> {
  const findings = new Findings();
  try {
    await run(cell, twin, tasks, findings);
  } catch (error) {
    findings.problems.push(String((error as Error).stack ?? error));
    await twin.discard();
  }
  return { cell, label: KILLED_LABEL, problems: findings.problems };
}

async function run(
  { recorded, aim }: Cell,
  twin: KillableTwin,
  tasks: readonly Task[],
  findings: Findings,
): Promise<void> {
  if (aim?.kill === undefined) throw new Error('A cell without a kill cannot be run here');
  let site = await twin.site();
  await site.prepare(recorded.way);
  await site.setFaults(wayRules({ recorded, aim }, tasks));
  await twin.arm({ task: recorded.task, ...aim.kill });
  const executionArn = await site.startExecution(recorded.way, `killed-${randomUUID()}`);
  const late = sleep(LONGEST_WAIT_MS, 'late' as const, { ref: false });
  const signal = await Promise.race([twin.ended(), late]);
  findings.equal('what ended the process', signal, 'SIGKILL');
  if (signal === 'late') return twin.discard();

  site = await twin.site();
  findings.holds('an execution is still running after the restart', (await site.executionsRunning()) === 0);
  const status = await site.statusOf(executionArn);
  // Its end may have been written down in the last moment.
  findings.holds(`the execution is ${status}`, ['ABORTED', 'SUCCEEDED', 'FAILED'].includes(status ?? ''));
  await judgeWhatStands(site, findings);
  await judgeNextLoad({ lake: LAKE }, site, findings);
  await judgeSweep(site, findings);
}

async function judgeWhatStands(site: Site, findings: Findings): Promise<void> {
  const history = await site.history();
  const merged = [OLDER, HOUR].filter((partition) =>
    history.some((each) => each.partition === partition && each.outcome === 'loaded'),
  );
  findings.equal('target after the kill', await site.target(), rowsOf(loadsOf(LAKE, merged).target));
  findings.equal(
    'loaded rows of history after the kill',
    history.filter((each) => each.outcome === 'loaded').length,
    merged.length,
  );
  findings.holds('more than one notification of one execution', (await site.notifications()).length <= 1);
}
