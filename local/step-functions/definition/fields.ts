import { errorNames } from '../interpreter/failures';
import { integrations, isFunctionArn } from '../interpreter/resources';
import { refusedValues } from '../interpreter/resources/parameter-values';
import { isJsonObject, type Json, type JsonObject } from '../json';
import { parseTimestamp } from '../jsonpath/timestamp';
import { checkChoices } from './choice-fields';
import { type Diagnostic, locationOf } from './diagnostics';
import { checkExpression, checkPath, checkTemplate, checkVariableNames, type Report } from './expressions';
import { allStates } from './graph';
import type { Catcher, MapState, Retrier, State, TaskState, Workflow } from './language';

/** Checks that a schema cannot express: exclusive fields, paths, templates, error names, resources. */
export function checkFields(definition: Workflow): Diagnostic[] {
  const found: Diagnostic[] = [];
  for (const [, state, path] of allStates(definition)) {
    checkState(state, (message, at) =>
      found.push({ code: 'SCHEMA_VALIDATION_FAILED', message, location: locationOf([...path, ...at]) }),
    );
  }
  return found;
}

function checkState(state: State, report: Report): void {
  const fields = state as unknown as Readonly<Record<string, Json | undefined>>;
  checkContinuation(state, report);
  for (const group of exclusiveFields) checkExclusive(fields, group, report);
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined || value === null) continue;
    if (referencePaths.has(name)) checkPath(value as string, [name], report, true);
    else if (paths.has(name)) checkPath(value as string, [name], report);
    else if (expressions.has(name)) checkExpression(value, [name], report);
    else if (templates.has(name)) checkTemplate(value, [name], report);
  }
  if ('Retry' in state) checkRetriers(state.Retry, report);
  if ('Catch' in state) checkCatchers(state.Catch, report);
  if ('Assign' in state) checkVariableNames(state.Assign, ['Assign'], report);
  if (state.Type === 'Task') checkResource(state, report);
  else if (state.Type === 'Choice') checkChoices(state, report);
  else if (state.Type === 'Map') checkMap(state, report);
  else if (state.Type === 'Wait') checkWait(fields, report);
}

const referencePaths: ReadonlySet<string> = new Set(['ResultPath']);
const paths: ReadonlySet<string> = new Set([
  'InputPath',
  'OutputPath',
  'ItemsPath',
  'SecondsPath',
  'TimestampPath',
  'TimeoutSecondsPath',
  'HeartbeatSecondsPath',
  'MaxConcurrencyPath',
  'ToleratedFailureCountPath',
  'ToleratedFailurePercentagePath',
]);
const expressions: ReadonlySet<string> = new Set(['ErrorPath', 'CausePath']);
const templates: ReadonlySet<string> = new Set(['Parameters', 'ResultSelector', 'ItemSelector', 'Assign']);

/** A state may have at most one field of each list. */
const exclusiveFields: readonly (readonly string[])[] = [
  ['Error', 'ErrorPath'],
  ['Cause', 'CausePath'],
  ['TimeoutSeconds', 'TimeoutSecondsPath'],
  ['HeartbeatSeconds', 'HeartbeatSecondsPath'],
  ['MaxConcurrency', 'MaxConcurrencyPath'],
  ['ToleratedFailureCount', 'ToleratedFailureCountPath'],
  ['ToleratedFailurePercentage', 'ToleratedFailurePercentagePath'],
];

/** A Wait has exactly one of these fields. */
const waitFields = ['SecondsPath', 'Seconds', 'TimestampPath', 'Timestamp'];

function present(fields: Readonly<Record<string, unknown>>, names: readonly string[]): string[] {
  return names.filter((name) => fields[name] !== undefined);
}

function checkExclusive(
  fields: Readonly<Record<string, unknown>>,
  names: readonly string[],
  report: Report,
): void {
  if (present(fields, names).length > 1)
    report(`Only one of these fields can be given: [${names.join(', ')}]`, []);
}

function checkContinuation(state: State, report: Report): void {
  if (state.Type === 'Choice' || state.Type === 'Succeed' || state.Type === 'Fail') return;
  if (state.Next !== undefined && state.End === true)
    report('Only one of these fields can be given: [End, Next]', []);
  if (state.Next === undefined && state.End !== true) report('These fields are required: [Next | End]', []);
}

function checkWait(fields: Readonly<Record<string, unknown>>, report: Report): void {
  const given = present(fields, waitFields).length;
  const names = `one of the following fields: [${waitFields.join(', ')}]`;
  if (given > 1) report(`There should only be ${names}`, []);
  if (given < 1) report(`This object should have only ${names}`, []);
  if (typeof fields.Timestamp === 'string' && parseTimestamp(fields.Timestamp) === undefined) {
    report('String does not match RFC3339 timestamp', ['Timestamp']);
  }
}

function checkErrorEquals(
  candidates: readonly { ErrorEquals: string[] }[],
  at: string,
  report: Report,
): void {
  candidates.forEach(({ ErrorEquals: names }, position) => {
    const last = position === candidates.length - 1;
    if (names.includes(errorNames.all) && (names.length > 1 || !last)) {
      report(`${errorNames.all} must appear alone and at end of list`, [at, position, 'ErrorEquals']);
    }
  });
}

function checkRetriers(retriers: readonly Retrier[] = [], report: Report): void {
  checkErrorEquals(retriers, 'Retry', report);
  retriers.forEach(({ MaxDelaySeconds: most, IntervalSeconds: interval = 1 }, position) => {
    if (most !== undefined && most < interval) {
      report('MaxDelaySeconds must not be less than IntervalSeconds', ['Retry', position, 'MaxDelaySeconds']);
    }
  });
}

function checkCatchers(catchers: readonly Catcher[] = [], report: Report): void {
  checkErrorEquals(catchers, 'Catch', report);
  catchers.forEach((catcher, position) => {
    const at = ['Catch', position];
    if (typeof catcher.ResultPath === 'string') {
      checkPath(catcher.ResultPath, [...at, 'ResultPath'], report, true);
    }
    if (catcher.Assign) checkTemplate(catcher.Assign, [...at, 'Assign'], report);
    checkVariableNames(catcher.Assign, [...at, 'Assign'], report);
  });
}

function checkResource(state: TaskState, report: Report): void {
  const { Resource: resource, Parameters: parameters } = state;
  const integration = integrations[resource];
  if (!integration) {
    if (!isFunctionArn(resource)) report(unknownResource(resource), ['Resource']);
    return;
  }
  const { required, optional, values = {} } = integration.parameters;
  const fields: JsonObject = parameters !== undefined && isJsonObject(parameters) ? parameters : {};
  const given = Object.keys(fields).map((name) => name.replace(/\.\$$/, ''));
  for (const name of required) {
    if (!given.includes(name)) report(`The field "${name}" is required but was missing`, ['Parameters']);
  }
  for (const name of given) {
    if (!required.includes(name) && !optional.includes(name)) {
      report(`The field "${name}" is not supported by Step Functions`, ['Parameters']);
    }
  }
  for (const [name, why] of refusedValues(values, fields)) report(why, ['Parameters', name]);
}

function unknownResource(resource: string): string {
  return (
    `The resource provided ${resource} is not recognized. The value is not a valid resource ARN, or the resource is ` +
    `not available in this region. The local twin has ARNs of Lambda functions, ${Object.keys(integrations).join(' and ')}`
  );
}

function checkMap(state: MapState, report: Report): void {
  const fields: Readonly<Record<string, unknown>> = state;
  for (const names of [
    ['ItemProcessor', 'Iterator'],
    ['ItemSelector', 'Parameters'],
  ]) {
    checkExclusive(fields, names, report);
  }
  const processor = state.ItemProcessor ?? state.Iterator;
  if (!processor) {
    report('These fields are required: [ItemProcessor]', []);
    return;
  }
  const { Mode: mode = 'INLINE', ExecutionType: type } = processor.ProcessorConfig ?? {};
  const name = state.ItemProcessor ? 'ItemProcessor' : 'Iterator';
  if (mode === 'DISTRIBUTED' && type === undefined) {
    report('These fields are required: [ExecutionType]', [name, 'ProcessorConfig']);
  }
  if (mode === 'INLINE' && type !== undefined) {
    report("Field 'ExecutionType' is not supported", [name, 'ProcessorConfig']);
  }
  if (mode === 'INLINE') {
    for (const field of ['ItemBatcher', 'Label']) {
      if (fields[field] !== undefined) report(`Field '${field}' is not supported`, []);
    }
  }
  if (state.ItemBatcher) checkBatcher(state.ItemBatcher, report);
}

function checkBatcher(batcher: NonNullable<MapState['ItemBatcher']>, report: Report): void {
  const at = ['ItemBatcher'];
  for (const [name, value] of Object.entries(batcher)) {
    if (name.endsWith('Path')) checkPath(value as string, [...at, name], report);
  }
  if (batcher.BatchInput) checkTemplate(batcher.BatchInput, [...at, 'BatchInput'], report);
  const within: Report = (message, where) => report(message, [...at, ...where]);
  checkExclusive(batcher, ['MaxItemsPerBatch', 'MaxItemsPerBatchPath'], within);
  checkExclusive(batcher, ['MaxInputBytesPerBatch', 'MaxInputBytesPerBatchPath'], within);
}
