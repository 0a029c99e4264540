import { ANY_TEXT, fitsPattern } from '../../wildcards';
import type { Condition } from '../definition/language';
import type { Json } from '../json';
import { lookUp, type Source } from '../jsonpath/path';
import { parseTimestamp } from '../jsonpath/timestamp';
import { EvaluationFailure } from './failures';

type Order = -1 | 0 | 1;

const relations: Readonly<Record<string, (order: Order) => boolean>> = {
  Equals: (order) => order === 0,
  LessThan: (order) => order < 0,
  GreaterThan: (order) => order > 0,
  LessThanEquals: (order) => order <= 0,
  GreaterThanEquals: (order) => order >= 0,
};

const order = <T>(left: T, right: T): Order => (left < right ? -1 : left > right ? 1 : 0);

/** How values are compared, by type. A reader returns undefined for another type, and no comparison with it is true. */
const readers: Readonly<Record<string, (value: Json) => string | number | boolean | bigint | undefined>> = {
  String: (value) => (typeof value === 'string' ? value : undefined),
  Numeric: (value) => (typeof value === 'number' ? value : undefined),
  Boolean: (value) => (typeof value === 'boolean' ? value : undefined),
  Timestamp: (value) => (typeof value === 'string' ? parseTimestamp(value) : undefined),
};

export interface Operator {
  /** Whether the operator accepts the operand. A `…Path` operator takes a path instead. */
  accepts(operand: Json): boolean;
  compare(value: Json, operand: Json): boolean;
  readonly takesPath: boolean;
}

function relation(type: string, name: string, takesPath: boolean): Operator {
  const read = readers[type]!;
  const holds = relations[name]!;
  return {
    takesPath,
    accepts: (operand) => (takesPath ? typeof operand === 'string' : read(operand) !== undefined),
    compare(value, operand) {
      const left = read(value);
      const right = read(operand);
      return left !== undefined && right !== undefined && holds(order(left, right));
    },
  };
}

function typeTest(test: (value: Json) => boolean): Operator {
  return {
    takesPath: false,
    accepts: (operand) => typeof operand === 'boolean',
    compare: (value, operand) => test(value) === operand,
  };
}

/** `*` matches any characters, `\*` an asterisk and `\\` a backslash. */
function matchesPattern(text: string, pattern: string): boolean {
  const tokens = pattern.match(/\\[*\\]|[^]/g) ?? [];
  return fitsPattern(
    text,
    tokens.map((token) => (token === '*' ? ANY_TEXT : token.at(-1)!)),
  );
}

/** All comparison operators. https://docs.aws.amazon.com/step-functions/latest/dg/state-choice.html */
export const operators: Readonly<Record<string, Operator>> = {
  ...Object.fromEntries(
    ['String', 'Numeric', 'Timestamp'].flatMap((type) =>
      Object.keys(relations).flatMap((name) => [
        [`${type}${name}`, relation(type, name, false)],
        [`${type}${name}Path`, relation(type, name, true)],
      ]),
    ),
  ),
  BooleanEquals: relation('Boolean', 'Equals', false),
  BooleanEqualsPath: relation('Boolean', 'Equals', true),
  StringMatches: {
    takesPath: false,
    accepts: (operand) => typeof operand === 'string',
    compare: (value, operand) => typeof value === 'string' && matchesPattern(value, operand as string),
  },
  IsBoolean: typeTest((value) => typeof value === 'boolean'),
  IsNull: typeTest((value) => value === null),
  IsNumeric: typeTest((value) => typeof value === 'number'),
  IsString: typeTest((value) => typeof value === 'string'),
  IsTimestamp: typeTest((value) => typeof value === 'string' && parseTimestamp(value) !== undefined),
};

/** The only operator that accepts a missing value. */
export const presence = 'IsPresent';

/** Fields of a condition other than its operator. */
const otherFields: ReadonlySet<string> = new Set(['Comment', 'Variable', 'Next', 'Assign']);

/** The names of a condition's operators. A valid condition has exactly one. */
export const operatorsOf = (condition: Condition): string[] =>
  Object.keys(condition).filter((name) => !otherFields.has(name));

/** Whether a condition holds. @throws EvaluationFailure if a compared path points to nothing. */
export function holds(condition: Condition, source: Source): boolean {
  if (condition.And) return condition.And.every((part) => holds(part, source));
  if (condition.Or) return condition.Or.some((part) => holds(part, source));
  if (condition.Not) return !holds(condition.Not, source);
  const [name] = operatorsOf(condition) as [string];
  const variable = condition.Variable!;
  const operand = condition[name] as Json;
  if (name === presence) return lookUp(variable, source).found === operand;
  const operator = operators[name]!;
  const value = valueAt(variable, source);
  return operator.compare(value, operator.takesPath ? valueAt(operand as string, source) : operand);
}

function valueAt(path: string, source: Source): Json {
  const lookup = lookUp(path, source);
  if (!lookup.found) {
    throw new EvaluationFailure(
      `Invalid path '${path}': The choice state's condition path references an invalid value.`,
    );
  }
  return lookup.value;
}
