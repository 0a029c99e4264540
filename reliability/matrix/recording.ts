import type { Call } from '../../local/faults/fault-injector';
import type { ServiceName } from '../../local/service-name';
import { heldBack } from './holds';
import type { LocalTwin } from './local-twin';
import { belongsTo, isOf, type Row, type Task } from './tasks';
import { inputOf, outlasting, rulesOf, WAYS, type Way } from './ways';

/** The calls of a row, as seen in the first way that reaches its task, or in which its task is called again. */
export interface Recorded extends Row {
  readonly way: Way;
  /** In order. The first is its own invocation or publication. */
  readonly calls: readonly Call[];
  /** The text of the statement that the task submits. */
  readonly statement: string | undefined;
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
    const holds = heldBack(outlasting(way, tasks));
    twin.observe((call) => {
      calls.push(call);
      return holds.on(call);
    });
    await twin.site.load(inputOf(way));
    twin.observe(undefined);
    seen.set(way, calls);
  }
  const callsIn = (way: Way) => seen.get(way) ?? [];
  const statementOf = (task: Task, ways: readonly Way[]) =>
    ways.flatMap(callsIn).find((call) => call.operation === 'statement' && isOf(task, call))?.subject;
  const rows = tasks.flatMap((task): Row[] => [
    { task, isAgain: false, isGroup: false },
    ...(task.isLong
      ? [
          { task, isAgain: true, isGroup: false },
          { task, isAgain: false, isGroup: true },
        ]
      : []),
  ]);
  return rows.map((row) => {
    const { task, isAgain, isGroup } = row;
    const way = isGroup
      ? 'group'
      : isAgain
        ? 'called again'
        : WAYS.find((each) => callsIn(each).some((call) => isOf(task, call)));
    if (way === undefined) throw new Error(`No way of reliability/matrix/ways.ts reaches state ${task.name}`);
    return {
      ...row,
      way,
      calls: callsIn(way).filter(belongsTo(row)),
      statement: statementOf(task, isGroup ? [way] : WAYS),
    };
  });
}

/** The operations of a service that a row calls, without repeats. */
export function operationsOf({ calls }: Recorded, service: ServiceName): readonly string[] {
  const operations = calls
    .filter((call) => call.service === service && call.operation !== 'statement')
    .map(({ operation }) => operation);
  return [...new Set(operations)];
}
