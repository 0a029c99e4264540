import { JSONPath } from 'jsonpath-plus';
import { EvaluationFailure } from '../interpreter/failures';
import type { Json } from '../json';
import { isJsonObject } from '../json';
import { applyFunction } from './path-functions';
import { type ParsedPath, parsePath, type PathStep } from './path-parser';

/** The values that paths read: `$`, `$$` and `$variable`. */
export interface Source {
  readonly input: Json;
  /** Built only when a path reads it. */
  context(): Json;
  variable(name: string): Json | undefined;
}

export type Lookup =
  | { readonly found: true; readonly value: Json }
  /** Why nothing was found, with the message of the service's JSONPath library (Jayway). */
  | {
      readonly found: false;
      readonly reason: string;
      readonly searched: Json | undefined;
      /** Whether the last step is an index beyond the end of an existing array. */
      readonly beyondEnd: boolean;
    };

/** Finds the value of a path. A path that can point to many values gives an array, which may be empty. */
export function lookUp(text: string, source: Source): Lookup {
  const path = parsePath(text);
  const root = rootOf(path, source);
  if (root === undefined) {
    return { found: false, reason: `No results for path: ${text}`, searched: undefined, beyondEnd: false };
  }
  if (!path.definite) return { found: true, value: selectMany(path, root) };
  return selectOne(path, root);
}

/** Finds the value of a path, for fields such as InputPath. */
export function resolvePath(text: string, source: Source): Json {
  const lookup = lookUp(text, source);
  if (!lookup.found) throw new EvaluationFailure(`Invalid path '${text}' : ${lookup.reason}`);
  return lookup.value;
}

/** Finds the value of a path, for fields whose error names the field. @param field for example `CausePath`. */
export function resolveField(text: string, field: string, source: Source): Json {
  const lookup = lookUp(text, source);
  if (!lookup.found) throw notFound(lookup, text, field, source);
  return lookup.value;
}

/** Like {@link resolveField}, for a field of a payload template, where an index beyond an array's end gives null. */
export function resolveTemplateField(text: string, field: string, source: Source): Json {
  const lookup = lookUp(text, source);
  if (lookup.found) return lookup.value;
  if (lookup.beyondEnd) return null;
  throw notFound(lookup, text, field, source);
}

function notFound(
  { searched }: { readonly searched: Json | undefined },
  text: string,
  field: string,
  source: Source,
): EvaluationFailure {
  return new EvaluationFailure(
    `The JSONPath '${text}' specified for the field '${field}' could not be found in the input '${JSON.stringify(searched ?? source.input)}'`,
  );
}

function rootOf(path: ParsedPath, source: Source): Json | undefined {
  switch (path.root.kind) {
    case 'input':
      return source.input;
    case 'context':
      return source.context();
    case 'variable':
      return source.variable(path.root.name);
  }
}

function selectOne(path: ParsedPath, root: Json): Lookup {
  const missing = (reason: string, beyondEnd = false): Lookup => ({
    found: false,
    reason,
    searched: root,
    beyondEnd,
  });
  let value = root;
  let walked = '$';
  for (const [position, step] of path.steps.entries()) {
    const last = position === path.steps.length - 1;
    if (step.kind === 'property') {
      walked += `['${step.name}']`;
      if (!isJsonObject(value)) {
        return missing(`Expected to find an object with property ['${step.name}'] in path ${walked}`);
      }
      if (!Object.hasOwn(value, step.name)) {
        return missing(`${last ? 'No results for path:' : 'Missing property in path'} ${walked}`);
      }
      value = value[step.name]!;
    } else if (step.kind === 'index') {
      if (!Array.isArray(value)) {
        return missing(
          `Filter: [${step.index}] can only be applied to arrays. Current context is: ${JSON.stringify(value)}`,
        );
      }
      walked += `[${step.index}]`;
      const item = value.at(step.index);
      if (item === undefined) {
        return missing(`No results for path: ${walked}`, last && path.call === undefined);
      }
      value = item;
    }
  }
  if (path.call === undefined) return { found: true, value };
  const result = applyFunction(path.call, value);
  return result === undefined ? missing(`No results for path: ${walked}`) : { found: true, value: result };
}

/** The twin's own limit of the values at a `..`, since each further `..` finds the same values again and again. */
const MOST_VALUES = 10_000;

function selectMany(path: ParsedPath, root: Json): Json {
  let values: Json[] = [root];
  for (const steps of partsOf(path.steps)) {
    if (values.length > MOST_VALUES) {
      throw new EvaluationFailure(
        `Invalid path '${path.text}' : the local twin looks for '..' in ${MOST_VALUES} values at most`,
      );
    }
    values = values.flatMap((value) => select(steps, value));
  }
  if (path.call === undefined) return values;
  return applyFunction(path.call, values) ?? null;
}

/** The steps up to the second `..`, from there to the third, and so on. */
function partsOf(steps: readonly PathStep[]): readonly (readonly PathStep[])[] {
  const parts: PathStep[][] = [[]];
  let descents = 0;
  for (const step of steps) {
    if (step.token === '..' && (descents += 1) > 1) parts.push([]);
    parts.at(-1)!.push(step);
  }
  return parts;
}

function select(steps: readonly PathStep[], root: Json): Json[] {
  // The library finds nothing in what is neither an object nor an array.
  if (root === null || typeof root !== 'object') return [];
  const filters = steps.some((step) => step.kind === 'filter');
  const selected = JSONPath<Json[] | undefined>({
    path: ['$', ...steps.map((step) => step.token)],
    json: root,
    wrap: true,
    // Only filters are evaluated, by the library's safe evaluator, which has no access to the process.
    eval: filters ? 'safe' : false,
  });
  return selected ?? [];
}
