import { EvaluationFailure, errorNames } from '../interpreter/failures';
import type { Json, JsonObject } from '../json';
import { isJsonObject } from '../json';
import { type PathStep, parsePath } from './path-parser';

/**
 * Sets the value of a Reference Path in a copy of the target that shares the unchanged parts.
 * Missing members are created. Array items must exist.
 */
export function putAt(target: Json, text: string, value: Json): Json {
  const { steps } = parsePath(text);
  const put = (node: Json | undefined, position: number): Json => {
    const step = steps[position];
    if (step === undefined) return value;
    if (step.kind === 'index') return putItem(node, step, (item) => put(item, position + 1));
    return putMember(node, step, (member) => put(member, position + 1));
  };
  const fail = (): never => {
    throw new EvaluationFailure(
      `Unable to apply ReferencePath ${text} to input ${JSON.stringify(target)}`,
      errorNames.resultPathMatchFailure,
    );
  };

  function putItem(
    node: Json | undefined,
    step: PathStep & { kind: 'index' },
    change: (item: Json) => Json,
  ): Json {
    if (!Array.isArray(node)) return fail();
    const item = node[step.index];
    if (item === undefined) return fail();
    return node.with(step.index, change(item));
  }

  function putMember(
    node: Json | undefined,
    step: PathStep,
    change: (member: Json | undefined) => Json,
  ): Json {
    if (step.kind !== 'property' || (node !== undefined && !isJsonObject(node))) return fail();
    const members: JsonObject = node ?? {};
    const member = Object.hasOwn(members, step.name) ? members[step.name] : undefined;
    return { ...members, [step.name]: change(member) };
  }

  return put(target, 0);
}
