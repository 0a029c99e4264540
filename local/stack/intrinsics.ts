import { StackError } from './stack-error';

/** The values that intrinsic functions look up. */
export interface Scope {
  /** Value of `Ref`. @throws StackError `UnresolvedReference` */
  ref(name: string, path: string): unknown;
  /** Value of `Fn::GetAtt`. @throws StackError `UnresolvedReference` */
  attribute(logicalId: string, attribute: string, path: string): unknown;
  /** @throws StackError `UnresolvedReference` */
  condition(name: string, path: string): boolean;
  /** @throws StackError `UnresolvedReference` */
  mapping(map: string, first: string, second: string, path: string): unknown;
}

/** `Ref: AWS::NoValue`, which removes the property. */
export const noValue = Symbol('AWS::NoValue');

type Intrinsic = (argument: unknown, scope: Scope, path: string) => unknown;

/**
 * Replaces every intrinsic function in a value of a template.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
 * @param path the value's place, for errors.
 * @throws StackError
 */
export function resolve(value: unknown, scope: Scope, path: string): unknown {
  if (Array.isArray(value)) {
    return value
      .map((item, index) => resolve(item, scope, `${path}.${index}`))
      .filter((item) => item !== noValue);
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries: [string, unknown][] = Object.entries(value);
  const [only] = entries;
  if (entries.length === 1 && only !== undefined && isIntrinsic(only[0])) {
    const [name, argument] = only;
    const intrinsic = intrinsics[name];
    if (intrinsic === undefined)
      throw new StackError('UnsupportedIntrinsic', path, `the twin does not have ${name}`);
    return intrinsic(argument, scope, `${path}.${name}`);
  }
  const resolved = entries.map(([key, child]) => [key, resolve(child, scope, `${path}.${key}`)] as const);
  return Object.fromEntries(resolved.filter(([, child]) => child !== noValue));
}

/** Evaluates a condition of `Conditions`, or a rule inside one. @throws StackError */
export function evaluate(value: unknown, scope: Scope, path: string): boolean {
  const result = typeof value === 'object' ? resolve(value, scope, path) : undefined;
  if (typeof result !== 'boolean') throw new StackError('UnsupportedIntrinsic', path, 'not a condition');
  return result;
}

const isIntrinsic = (key: string): boolean => key === 'Ref' || key.startsWith('Fn::');

const intrinsics: Readonly<Record<string, Intrinsic>> = {
  Ref: (name, scope, path) => scope.ref(text(name, path), path),
  'Fn::GetAtt': getAtt,
  'Fn::Sub': substitute,
  'Fn::Join': (argument, scope, path) => {
    const [separator, items] = list(argument, scope, path, 2);
    return array(items, path)
      .map((item) => text(item, path))
      .join(text(separator, path));
  },
  'Fn::Split': (argument, scope, path) => {
    const [separator, whole] = list(argument, scope, path, 2);
    return text(whole, path).split(text(separator, path));
  },
  'Fn::Select': (argument, scope, path) => {
    const [index, items] = list(argument, scope, path, 2);
    const item = array(items, path)[Number(index)];
    if (item === undefined)
      throw new StackError('UnsupportedIntrinsic', path, `there is no item ${String(index)}`);
    return item;
  },
  'Fn::Base64': (argument, scope, path) =>
    Buffer.from(text(resolve(argument, scope, path), path)).toString('base64'),
  'Fn::FindInMap': (argument, scope, path) => {
    const [map, first, second] = list(argument, scope, path, 3).map((item) => text(item, path));
    return scope.mapping(map!, first!, second!, path);
  },
  'Fn::If': (argument, scope, path) => {
    const [name, yes, no] = array(argument, path, 3);
    return scope.condition(text(name, path), path) ? resolve(yes, scope, path) : resolve(no, scope, path);
  },
  'Fn::Equals': (argument, scope, path) => {
    const [left, right] = list(argument, scope, path, 2);
    return JSON.stringify(left) === JSON.stringify(right);
  },
  'Fn::Not': (argument, scope, path) => !rule(array(argument, path, 1)[0], scope, path),
  'Fn::And': (argument, scope, path) => array(argument, path).every((item) => rule(item, scope, path)),
  'Fn::Or': (argument, scope, path) => array(argument, path).some((item) => rule(item, scope, path)),
  'Fn::ImportValue': (argument, _scope, path) => {
    const name = JSON.stringify(argument);
    throw new StackError(
      'UnresolvedReference',
      path,
      `${name} is an export of another stack, and the twin has only one`,
    );
  },
};

/** Inside a condition, `{ Condition: Name }` refers to another one. */
function rule(value: unknown, scope: Scope, path: string): boolean {
  const name = (value as { Condition?: unknown } | null)?.Condition;
  return typeof name === 'string' ? scope.condition(name, path) : evaluate(value, scope, path);
}

/** `[LogicalId, Attribute]`, or `LogicalId.Attribute` with dots in the attribute. */
function getAtt(argument: unknown, scope: Scope, path: string): unknown {
  const [logicalId, ...attribute] =
    typeof argument === 'string' ? argument.split('.') : array(argument, path, 2);
  const name = attribute.map((part) => text(resolve(part, scope, path), path)).join('.');
  return scope.attribute(text(logicalId, path), name, path);
}

/** `"… ${Name} …"`, or a list of it and a map of further names. `${!Literal}` becomes `${Literal}`. */
function substitute(argument: unknown, scope: Scope, path: string): string {
  const [template, map] = typeof argument === 'string' ? [argument, {}] : array(argument, path, 2);
  const variables = resolve(map, scope, path) as Readonly<Record<string, unknown>>;
  return text(template, path).replace(/\$\{([^}]*)\}/g, (_whole, expression: string) => {
    if (expression.startsWith('!')) return `\${${expression.slice(1)}}`;
    const name = expression.trim();
    if (Object.hasOwn(variables, name)) return text(variables[name], path);
    return text(name.includes('.') ? getAtt(name, scope, path) : scope.ref(name, path), path);
  });
}

function list(argument: unknown, scope: Scope, path: string, length: number): readonly unknown[] {
  return array(argument, path, length).map((item, index) => resolve(item, scope, `${path}.${index}`));
}

function array(value: unknown, path: string, length?: number): readonly unknown[] {
  if (Array.isArray(value) && (length === undefined || value.length === length)) return value;
  throw new StackError(
    'UnsupportedIntrinsic',
    path,
    `needs a list${length === undefined ? '' : ` of ${length}`}`,
  );
}

function text(value: unknown, path: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new StackError(
    'UnsupportedIntrinsic',
    path,
    `needs a string, not ${JSON.stringify(value) ?? String(value)}`,
  );
}
