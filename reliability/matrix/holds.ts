import { HeldCalls } from '../../testkit/held-calls';
import { isOf, type Task } from './tasks';

/** A statement that is held back until another state asks for it, so that it is awaited. It is JSON. */
export interface Hold {
  /** The task that submits it. */
  readonly by: Task;
  /** A regular expression on its text. Default: each of the task's statements. */
  readonly match?: string;
  /** A call of one of these tasks releases it. */
  readonly until: readonly Task[];
}

export function heldBack(holds: readonly Hold[]): HeldCalls {
  return new HeldCalls(
    holds.map(({ by, match, until }) => ({
      isHeld: (call) =>
        call.operation === 'statement' &&
        isOf(by, call) &&
        (match === undefined || new RegExp(match).test(call.subject)),
      letsGo: (call) => until.some((task) => isOf(task, call)),
    })),
  );
}
