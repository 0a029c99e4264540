import type { Json, JsonObject } from '../json';
import { isJsonObject } from '../json';
import { callIntrinsic } from './intrinsic';
import { looksLikeIntrinsic } from './intrinsic-parser';
import { resolveField, resolveTemplateField, type Source } from './path';

/** The name suffix of fields that contain a path or an intrinsic function instead of a value. */
export const dynamicSuffix = '.$';

/** Whether a template or a part of it must be evaluated. Parts without a dynamic field are used unchanged. */
const dynamic = new WeakMap<object, boolean>();

function isDynamic(template: Json): boolean {
  if (typeof template !== 'object' || template === null) return false;
  let known = dynamic.get(template);
  if (known === undefined) {
    known = Array.isArray(template)
      ? template.some(isDynamic)
      : Object.entries(template).some(([name, value]) => name.endsWith(dynamicSuffix) || isDynamic(value));
    dynamic.set(template, known);
  }
  return known;
}

/** Evaluates a payload template: Parameters, ItemSelector, ResultSelector, Assign. https://states-language.net/#payload-template */
export function evaluateTemplate(template: Json, source: Source): Json {
  if (!isDynamic(template)) return template;
  if (Array.isArray(template)) return template.map((item) => evaluateTemplate(item, source));
  if (!isJsonObject(template)) return template;
  const result: JsonObject = {};
  for (const [name, value] of Object.entries(template)) {
    if (name.endsWith(dynamicSuffix)) {
      result[name.slice(0, -dynamicSuffix.length)] = evaluateMember(value as string, name, source);
    } else {
      result[name] = evaluateTemplate(value, source);
    }
  }
  return result;
}

function evaluateMember(text: string, name: string, source: Source): Json {
  return looksLikeIntrinsic(text) ? callIntrinsic(text, source) : resolveTemplateField(text, name, source);
}

/** Evaluates a path or an intrinsic function. @param field the field's name, for errors. */
export function evaluateExpression(text: string, field: string, source: Source): Json {
  return looksLikeIntrinsic(text) ? callIntrinsic(text, source) : resolveField(text, field, source);
}
