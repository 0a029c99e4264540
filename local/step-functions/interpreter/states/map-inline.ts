import { type Json, Payload } from '../../json';
import { checkSize } from '../data-flow';
import type { Thread } from '../execution';
import { errorNames, Interrupted, type SiblingFailed } from '../failures';
import { ThreadGroup } from '../group';
import { asFailure } from '../retry';
import { itemInput, mapItem, type MapWork } from './map-work';

/**
 * Runs the iterations inside the execution, a few at a time. On the service an iteration's events follow the last event
 * of the iteration whose place it takes.
 */
export async function runInline(work: MapWork): Promise<Json> {
  const { visit, items } = work;
  const { history } = visit.execution;
  const group = new ThreadGroup(visit.thread);
  const outputs: Json[] = [];
  const name = visit.name;
  const started = visit.thread.lastEventId;
  const failed: { index: number; thread: Thread }[] = [];
  let next = 0;

  async function iterate(index: number, after: number): Promise<number> {
    let cut = false;
    const cutOff = (interruption: SiblingFailed) => {
      if (cut || interruption.endsExecution) return;
      cut = true;
      history.recordBeside(interruption, 'MapIterationAborted', {
        mapIterationAbortedEventDetails: { name, index },
      });
    };
    const thread = { ...group.thread(after, mapItem(work, index)), cutOff };
    history.record(thread, 'MapIterationStarted', { mapIterationStartedEventDetails: { name, index } });
    try {
      const input = new Payload(itemInput(work, index));
      checkSize(input, name, 'provided parameters');
      outputs[index] = (await visit.execution.run(work.processor, input, thread)).value;
    } catch (error) {
      if (!(error instanceof Interrupted)) {
        const failure = asFailure(error, visit);
        group.fail(failure, thread);
        if (failure.error !== errorNames.runtime) failed.push({ index, thread });
      } else if (error.interruption.kind === 'sibling-failed') {
        cutOff(error.interruption);
      }
      return thread.lastEventId;
    }
    visit.thread.lastEventId = history.recordBeside(thread, 'MapIterationSucceeded', {
      mapIterationSucceededEventDetails: { name, index },
    });
    return thread.lastEventId;
  }

  async function takeItems(): Promise<void> {
    try {
      for (let last = started; next < items.length && !group.aborted;) last = await iterate(next++, last);
    } catch (error) {
      group.fail(error, visit.thread);
    }
  }

  await Promise.all(Array.from({ length: Math.min(work.concurrency, items.length) }, takeItems));
  // On the service the interrupted iterations come first.
  for (const { index, thread } of failed) {
    history.recordBeside(thread, 'MapIterationFailed', { mapIterationFailedEventDetails: { name, index } });
  }
  group.throwFailure();
  return outputs;
}
