import { parseDocument } from 'yaml';
import type * as z from 'zod';
import type { Json } from '../json';
import { isJsonObject, nestingOf } from '../json';
import { limits } from '../limits';
import { type Diagnostic, locationOf } from './diagnostics';
import { checkFields } from './fields';
import { checkGraph, checkNames } from './graph';
import { type Definition, definitionSchema, stateTypes } from './language';

export type ParsedDefinition =
  | { readonly definition: Definition; readonly diagnostics?: undefined }
  | { readonly definition?: undefined; readonly diagnostics: readonly Diagnostic[] };

/** Parses a definition. Checks run level by level; the first level with problems reports all of its problems. */
export function parseDefinition(text: string): ParsedDefinition {
  const { json, diagnostics } = parseJson(text);
  if (diagnostics) return { diagnostics };
  const languages = queryLanguages(json);
  if (languages.length > 0) return { diagnostics: languages };
  const parsed = definitionSchema.safeParse(json, { reportInput: true });
  if (!parsed.success) return { diagnostics: parsed.error.issues.flatMap(issueDiagnostics) };
  const definition = parsed.data;
  for (const check of [checkNames, checkGraph, checkFields]) {
    const found = check(definition);
    if (found.length > 0) return { diagnostics: found };
  }
  return { definition };
}

type ParsedJson =
  | { readonly json: Json; readonly diagnostics?: undefined }
  | { readonly json?: undefined; readonly diagnostics: readonly Diagnostic[] };

function parseJson(text: string): ParsedJson {
  const invalid = (message: string): ParsedJson => ({
    diagnostics: [{ code: 'INVALID_JSON_DESCRIPTION', message, location: '/' }],
  });
  if (text.length > limits.definitionLength) {
    return invalid(`The definition must not be longer than ${limits.definitionLength} characters`);
  }
  const levels = nestingOf(text);
  if (levels > limits.nesting) {
    return invalid(`The definition must not have more than ${limits.nesting} levels, not ${levels}`);
  }
  let json: Json;
  try {
    json = JSON.parse(text) as Json;
  } catch (error) {
    return invalid((error as Error).message);
  }
  // JSON.parse silently keeps the last of two members of the same name, which would drop a state.
  const { errors } = parseDocument(text, { schema: 'json', uniqueKeys: true });
  const duplicate = errors.find(({ code }) => code === 'DUPLICATE_KEY');
  return duplicate ? invalid(`Duplicate field: ${duplicate.message}`) : { json };
}

/** Refuses JSONata in every state: the twin has only JSONPath. */
function queryLanguages(json: Json, path: readonly PropertyKey[] = []): Diagnostic[] {
  if (Array.isArray(json)) return json.flatMap((item, position) => queryLanguages(item, [...path, position]));
  if (!isJsonObject(json)) return [];
  return Object.entries(json).flatMap(([name, value]) => {
    if (name === 'QueryLanguage' && value === 'JSONata') {
      return [
        {
          code: 'SCHEMA_VALIDATION_FAILED' as const,
          message: "QueryLanguage 'JSONata' is not supported by the local twin, only 'JSONPath' is",
          location: locationOf([...path, name]),
        },
      ];
    }
    return literalFields.has(name) ? [] : queryLanguages(value, [...path, name]);
  });
}

/** Fields with user data, whose names have no meaning in the language. */
const literalFields: ReadonlySet<string> = new Set([
  'Result',
  'Parameters',
  'ItemSelector',
  'ResultSelector',
  'Assign',
  'BatchInput',
]);

/** A schema's issue with the service's message. */
function issueDiagnostics(issue: z.core.$ZodIssue): Diagnostic[] {
  const at = (message: string, path: readonly PropertyKey[] = issue.path): Diagnostic => ({
    code: 'SCHEMA_VALIDATION_FAILED',
    message,
    location: locationOf(path),
  });
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => at(`Field '${key}' is not supported`));
  if (issue.code === 'invalid_type' && issue.input === undefined) {
    return [at(`These fields are required: [${String(issue.path.at(-1))}]`, issue.path.slice(0, -1))];
  }
  if (issue.code === 'invalid_union' && issue.discriminator !== undefined) {
    const field = issue.discriminator;
    return isJsonObject(issue.input) && Object.hasOwn(issue.input, field)
      ? [at(`The field '${field}' should have one of these values: [${stateTypes.join(', ')}]`)]
      : [at(`The field '${field}' is required`, issue.path.slice(0, -1))];
  }
  if (issue.code === 'invalid_type' && issue.expected === 'int')
    return [at('Expected value of type Integer')];
  if (issue.code === 'too_small' && issue.origin === 'array') return [at('Value cannot be empty')];
  if (issue.code === 'too_small' && issue.origin === 'number')
    return [at(`Minimum value is ${issue.minimum}`)];
  return [at(issue.message)];
}
