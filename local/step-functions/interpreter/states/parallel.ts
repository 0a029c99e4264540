import type { ParallelState } from '../../definition/language';
import { Payload } from '../../json';
import { checkSize, effectiveInput } from '../data-flow';
import type { Outcome, Visit } from '../execution';
import { ThreadGroup } from '../group';
import { runGroup } from './group-result';

/** Runs its branches concurrently. The first failure fails the state. https://states-language.net/#parallel-state */
export function runParallel(state: ParallelState, visit: Visit): Promise<Outcome> {
  return runGroup('Parallel', state, visit, async (started) => {
    const input = new Payload(effectiveInput(state, visit));
    checkSize(input, visit.name, 'provided parameters');
    const startedEventId = visit.execution.history.record(visit.thread, 'ParallelStateStarted');
    started();
    const outputs = await runBranches(state, input, startedEventId, visit);
    return outputs.map((output) => output.value);
  });
}

async function runBranches(
  state: ParallelState,
  input: Payload,
  startedEventId: number,
  visit: Visit,
): Promise<Payload[]> {
  const { execution, thread: parent } = visit;
  const group = new ThreadGroup(parent);
  const outputs: Payload[] = [];
  await Promise.all(
    state.Branches.map(async (branch, position) => {
      const thread = { ...group.thread(startedEventId), isBranch: true };
      try {
        outputs[position] = await execution.run(branch, input, thread);
        parent.lastEventId = thread.lastEventId;
      } catch (error) {
        group.fail(error, thread);
      }
    }),
  );
  group.throwFailure();
  return outputs;
}
