import type { ItemProcessor, MapState } from '../../definition/language';
import { resolvePath } from '../../jsonpath/path';
import { limits } from '../../limits';
import { sourceOf } from '../context-object';
import { selectInput } from '../data-flow';
import type { Outcome, Visit } from '../execution';
import { EvaluationFailure } from '../failures';
import { runGroup } from './group-result';
import { runDistributed } from './map-distributed';
import { runInline } from './map-inline';
import { concurrency, toleratedFailures } from './map-settings';
import type { MapWork } from './map-work';

const processorOf = (state: MapState): ItemProcessor => (state.ItemProcessor ?? state.Iterator)!;

const isDistributed = (state: MapState): boolean =>
  processorOf(state).ProcessorConfig?.Mode === 'DISTRIBUTED';

/** Runs a workflow for every item of an array. https://states-language.net/#map-state */
export function runMap(state: MapState, visit: Visit): Promise<Outcome> {
  return runGroup('Map', state, visit, async (started) => {
    const work = plan(state, visit);
    visit.execution.history.record(visit.thread, 'MapStateStarted', {
      mapStateStartedEventDetails: { length: work.items.length },
    });
    const tolerated = toleratedFailures(state, sourceOf(visit, work.input));
    started();
    return isDistributed(state) ? runDistributed(work, tolerated) : runInline(work);
  });
}

function plan(state: MapState, visit: Visit): MapWork {
  const input = selectInput(state, visit);
  const source = sourceOf(visit, input);
  const path = state.ItemsPath ?? '$';
  const items = resolvePath(path, source);
  if (!Array.isArray(items)) throw new EvaluationFailure(`Reference path "${path}" must point to array.`);
  const most = isDistributed(state) ? limits.distributedConcurrency : limits.inlineConcurrency;
  return {
    state,
    visit,
    processor: processorOf(state),
    input,
    items,
    concurrency: Math.min(concurrency(state, source) || most, most),
  };
}
