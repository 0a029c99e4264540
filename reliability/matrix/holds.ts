import { HeldCalls } from '../../testkit/held-calls';
import { belongsTo, isOf, type Task } from './tasks';

/**
 * Holds back the first statement of each of these tasks until the task, called again, has found it running and asks for its
 * end. If it failed before, nobody would hear of it, and the task would submit another one.
 */
export function heldBack(tasks: readonly Task[]): HeldCalls {
  return new HeldCalls(
    tasks.map((task) => {
      const isCalledAgain = belongsTo({ task, isAgain: true });
      let isOver = false;
      return {
        isHeld: (call) => !isOver && call.operation === 'statement' && isOf(task, call),
        letsGo: (call) => (isOver ||= isCalledAgain(call) && call.operation === 'DescribeStatement'),
      };
    }),
  );
}
