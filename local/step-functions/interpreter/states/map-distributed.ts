import { randomUUID } from 'node:crypto';
import type { ItemBatcher } from '../../definition/language';
import { type Json, type JsonObject, Payload } from '../../json';
import { evaluateTemplate } from '../../jsonpath/template';
import { limits } from '../../limits';
import { sourceOf } from '../context-object';
import { checkSize } from '../data-flow';
import { errorNames, EvaluationFailure, StateFailure } from '../failures';
import { rootThread, ThreadGroup } from '../group';
import { exceeds, integer, type ToleratedFailures } from './map-settings';
import { itemInput, type MapWork } from './map-work';

/**
 * Runs the iterations as executions of their own. The parent's history shows only the Map Run. The children do not see
 * the parent's variables. https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html
 */
export async function runDistributed(work: MapWork, tolerated: ToleratedFailures): Promise<Json> {
  const { state, visit } = work;
  const { history, region, accountId, stateMachine } = visit.execution;
  const label = state.Label ?? randomUUID();
  history.record(visit.thread, 'MapRunStarted', {
    mapRunStartedEventDetails: {
      mapRunArn: `arn:aws:states:${region}:${accountId}:mapRun:${stateMachine.name}/${label}:${randomUUID()}`,
    },
  });
  try {
    const outputs = await runChildren(work, label, tolerated);
    history.record(visit.thread, 'MapRunSucceeded');
    return outputs;
  } catch (error) {
    if (error instanceof StateFailure) {
      history.record(visit.thread, 'MapRunFailed', {
        mapRunFailedEventDetails: { error: error.error, cause: error.reason },
      });
    }
    throw error;
  }
}

interface Child {
  readonly input: Json;
  /** Number of items: more than one in a batch. */
  readonly items: number;
}

async function runChildren(work: MapWork, label: string, tolerated: ToleratedFailures): Promise<Json> {
  const { visit, processor } = work;
  const children = childrenOf(work);
  const group = new ThreadGroup(visit.thread);
  const outputs: Json[] = [];
  let failedItems = 0;
  let next = 0;

  async function runChild(position: number, { input, items }: Child): Promise<void> {
    const payload = new Payload(input);
    const execution = visit.execution.child(label, input);
    const thread = rootThread(group.signal);
    try {
      checkSize(payload, visit.name, 'provided parameters');
      outputs[position] = (await execution.run(processor, payload, thread)).value;
    } catch (error) {
      if (!(error instanceof StateFailure)) {
        group.fail(error, visit.thread);
        return;
      }
      failedItems += items;
      outputs[position] = { Error: error.error ?? null, Cause: error.reason ?? null };
      if (exceeds(tolerated, failedItems, work.items.length)) group.fail(thresholdExceeded(), visit.thread);
    }
  }

  async function takeChildren(): Promise<void> {
    while (next < children.length && !group.aborted) {
      const position = next++;
      await runChild(position, children[position]!);
    }
  }

  await Promise.all(Array.from({ length: Math.min(work.concurrency, children.length) }, takeChildren));
  group.throwFailure();
  return outputs;
}

function thresholdExceeded(): StateFailure {
  return new StateFailure(
    errorNames.exceedToleratedFailureThreshold,
    'The specified tolerated failure threshold was exceeded',
  );
}

function childrenOf(work: MapWork): Child[] {
  const inputs = work.items.map((_, index) => itemInput(work, index));
  const batcher = work.state.ItemBatcher;
  if (batcher === undefined) return inputs.map((input) => ({ input, items: 1 }));
  return batchesOf(inputs, batcher, work);
}

/** https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itembatcher.html */
function batchesOf(items: readonly Json[], batcher: ItemBatcher, work: MapWork): Child[] {
  const source = sourceOf(work.visit, work.input);
  const most =
    integer(batcher.MaxItemsPerBatch, batcher.MaxItemsPerBatchPath, 'MaxItemsPerBatchPath', source) ??
    Infinity;
  const bytes =
    integer(
      batcher.MaxInputBytesPerBatch,
      batcher.MaxInputBytesPerBatchPath,
      'MaxInputBytesPerBatchPath',
      source,
    ) ?? limits.payloadBytes;
  if (most < 1 || bytes < 1) throw new EvaluationFailure('The size of a batch must be positive.');
  const common: JsonObject =
    batcher.BatchInput === undefined ? {} : { BatchInput: evaluateTemplate(batcher.BatchInput, source) };
  const input = (batch: Json[]): Json => ({ ...common, Items: batch });
  const batches: Json[][] = [];
  for (const item of items) {
    const last = batches.at(-1);
    const fits = last && last.length < most && new Payload(input([...last, item])).bytes <= bytes;
    if (fits) last.push(item);
    else batches.push([item]);
  }
  return batches.map((batch) => ({ input: input(batch), items: batch.length }));
}
