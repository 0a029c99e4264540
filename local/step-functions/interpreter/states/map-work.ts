import type { ItemProcessor, MapState } from '../../definition/language';
import type { Json, JsonObject } from '../../json';
import { evaluateTemplate } from '../../jsonpath/template';
import { sourceOf } from '../context-object';
import type { Visit } from '../execution';

/** The work of a Map, for both of its modes. */
export interface MapWork {
  readonly state: MapState;
  readonly visit: Visit;
  readonly processor: ItemProcessor;
  /** The state's input after InputPath: `$` in ItemSelector. */
  readonly input: Json;
  readonly items: readonly Json[];
  readonly concurrency: number;
}

/** `$$.Map.Item` of one item. */
export const mapItem = (work: MapWork, index: number): JsonObject => ({
  Index: index,
  Value: work.items[index]!,
});

/** The input of one iteration: the item, or the result of ItemSelector. */
export function itemInput(work: MapWork, index: number): Json {
  const template = work.state.ItemSelector ?? work.state.Parameters;
  if (template === undefined) return work.items[index]!;
  return evaluateTemplate(template, sourceOf(work.visit, work.input, mapItem(work, index)));
}
