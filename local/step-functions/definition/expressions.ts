import { isJsonObject, type Json } from '../json';
import { intrinsicFunctions } from '../jsonpath/intrinsic-functions';
import { type Argument, type Call, looksLikeIntrinsic, parseIntrinsic } from '../jsonpath/intrinsic-parser';
import { parsePath } from '../jsonpath/path-parser';
import { dynamicSuffix } from '../jsonpath/template';

/** A place in a definition, and the function with which a check reports a problem there. */
export type Path = readonly PropertyKey[];
export type Report = (message: string, at: Path) => void;

export function checkPath(text: string, at: Path, report: Report, reference = false): void {
  try {
    const path = parsePath(text);
    if (!reference) return;
    if (!path.reference) report(`Value is not a Reference Path: ${text}`, at);
    else if (path.root.kind !== 'input')
      report(`Value is not a Reference Path: it must start with '$': ${text}`, at);
  } catch (error) {
    report(
      `Value is not a ${reference ? 'Reference Path' : 'valid JSONPath'}: ${(error as Error).message}`,
      at,
    );
  }
}

export function checkExpression(value: Json, at: Path, report: Report): void {
  const field = String(at.at(-1));
  try {
    if (typeof value !== 'string') throw new Error('it is not a string');
    if (looksLikeIntrinsic(value)) checkCall(parseIntrinsic(value));
    else parsePath(value);
  } catch (error) {
    report(
      `The value for the field '${field}' must be a valid JSONPath or a valid intrinsic function call (${(error as Error).message})`,
      at,
    );
  }
}

function checkCall(call: Call): void {
  if (!Object.hasOwn(intrinsicFunctions, call.name))
    throw new Error(`there is no function States.${call.name}`);
  call.arguments.filter((argument: Argument) => argument.kind === 'call').forEach(checkCall);
}

export function checkTemplate(template: Json, at: Path, report: Report): void {
  if (Array.isArray(template)) {
    template.forEach((item, position) => checkTemplate(item, [...at, position], report));
  } else if (isJsonObject(template)) {
    for (const [name, value] of Object.entries(template)) {
      if (name.endsWith(dynamicSuffix)) checkExpression(value, [...at, name], report);
      else checkTemplate(value, [...at, name], report);
    }
  }
}

/** https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html#variable-names */
export function checkVariableNames(assign: object | undefined, at: Path, report: Report): void {
  for (const field of Object.keys(assign ?? {})) {
    const name = field.endsWith(dynamicSuffix) ? field.slice(0, -dynamicSuffix.length) : field;
    if (!/^[\p{ID_Start}_][\p{ID_Continue}]{0,79}$/u.test(name) || name === 'states') {
      report(`Invalid variable name: ${name}`, [...at, field]);
    }
  }
}
