import type { Call } from '../../local/faults/fault-injector';
import type { ServiceName } from '../../local/service-name';
import { heldBack } from './holds';
import type { LocalTwin } from './local-twin';
import { isOf, type Task } from './tasks';
import { holdsOf, inputOf, rulesOf, WAYS, type Way } from './ways';

/** The calls of a task, as seen in the first way that reaches it. */
export interface Recorded {
  readonly task: Task;
  readonly way: Way;
  /** In order. The first is its own invocation or publication. */
  readonly calls: readonly Call[];
  /** The statement that the task submits. If it only asks about a statement, the one that started its branch. */
  readonly statement: { readonly by: Task; readonly sql: string } | undefined;
  /** True if it awaits a statement that another task submits. */
  readonly awaits: boolean;
}

/**
 * Runs the state machine each way without a cell's fault, and records the calls of every task.
 * @throws if no way reaches a task: then a way is missing, and with it a row of the matrix
 */
export async function record(twin: LocalTwin, tasks: readonly Task[]): Promise<readonly Recorded[]> {
  const seen = new Map<Way, readonly Call[]>();
  for (const way of WAYS) {
    await twin.site.prepare(way);
    await twin.site.setFaults(rulesOf(way, tasks));
    const calls: Call[] = [];
    const holds = heldBack(holdsOf(way, tasks));
    twin.observe((call) => {
      calls.push(call);
      return holds.on(call);
    });
    await twin.site.load(inputOf(way));
    twin.observe(undefined);
    seen.set(way, calls);
  }
  const callsOf = (task: Task, way: Way) => (seen.get(way) ?? []).filter((call) => isOf(task, call));
  const statementOf = (task: Task) =>
    WAYS.flatMap((way) => callsOf(task, way)).find(({ operation }) => operation === 'statement')?.subject;
  return tasks.map((task) => {
    const way = WAYS.find((each) => callsOf(task, each).length > 0);
    if (way === undefined) throw new Error(`No way of reliability/matrix/ways.ts reaches state ${task.name}`);
    const calls = callsOf(task, way);
    const own = statementOf(task);
    const asks = calls.some(({ operation }) => operation === 'DescribeStatement');
    const start = tasks.find(({ name }) => name === task.branchStart);
    const awaits = own === undefined && asks && start !== undefined;
    const by = own !== undefined ? task : awaits ? start : undefined;
    const sql = by && statementOf(by);
    return { task, way, calls, awaits, statement: by && sql !== undefined ? { by, sql } : undefined };
  });
}

/** The operations of a service that a task calls, without repeats. */
export function operationsOf({ calls }: Recorded, service: ServiceName): readonly string[] {
  const operations = calls
    .filter((call) => call.service === service && call.operation !== 'statement')
    .map(({ operation }) => operation);
  return [...new Set(operations)];
}
