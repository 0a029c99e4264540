import * as z from 'zod';
import { ServiceError } from '../service-error';

/** Returns another error than ValidationException for an issue, or undefined to keep it. */
export type Refusal = (issue: z.core.$ZodIssue, member: string, value: unknown) => ServiceError | undefined;

/**
 * Checks a request of the AWS JSON protocol against its shape, with the messages of AWS's own validation.
 * AWS ignores members that it does not know. The twin refuses them, so that a misspelt one does not pass unnoticed.
 * @throws ServiceError SerializationException for a value of another JSON type, ValidationException, or what `refuse` returns
 */
export function validate<T extends z.ZodType>(shape: T, input: unknown, refuse?: Refusal): z.infer<T> {
  const parsed = shape.safeParse(input ?? {});
  if (parsed.success) return parsed.data;
  const messages = parsed.error.issues.map((issue) => {
    const member = memberOf(issue.path);
    const value = valueAt(input, issue.path);
    const refused = refuse?.(issue, member, value) ?? wrongType(issue, value);
    if (refused) throw refused;
    return describe(issue, member, value);
  });
  throw validationError(...messages);
}

/** AWS's validation error for these problems. */
export function validationError(...problems: readonly string[]): ServiceError {
  const count = `${problems.length} validation error${problems.length === 1 ? '' : 's'} detected`;
  return new ServiceError('ValidationException', `${count}: ${problems.join('; ')}`);
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (at, key) => (at as Record<PropertyKey, unknown> | null | undefined)?.[key],
    input,
  );
}

/** `records.member.2.data` */
function memberOf(path: readonly PropertyKey[]): string {
  return path
    .map((key) => (typeof key === 'number' ? `member.${key + 1}` : lowerFirst(String(key))))
    .join('.');
}

function describe(issue: z.core.$ZodIssue, member: string, value: unknown): string {
  if (issue.code === 'unrecognized_keys') {
    return `${issue.keys.join(', ')} is not supported by the local twin`;
  }
  if (issue.code === 'custom') return `Value at '${member}' failed to satisfy constraint: ${issue.message}`;
  const isMissing = value === undefined || value === null;
  const shown = isMissing ? 'null' : `'${typeof value === 'string' ? value : JSON.stringify(value)}'`;
  const wanted = isMissing ? 'Member must not be null' : constraint(issue);
  return `Value ${shown} at '${member}' failed to satisfy constraint: ${wanted}`;
}

function constraint(issue: z.core.$ZodIssue): string {
  const quantity = (origin: string) =>
    origin === 'string' || origin === 'array' ? 'have length' : 'have value';
  switch (issue.code) {
    case 'too_small':
      return `Member must ${quantity(issue.origin)} greater than or equal to ${issue.minimum}`;
    case 'too_big':
      return `Member must ${quantity(issue.origin)} less than or equal to ${issue.maximum}`;
    case 'invalid_format':
      return `Member must satisfy regular expression pattern: ${issue.pattern ?? issue.format}`;
    case 'invalid_value':
      return `Member must satisfy enum value set: [${issue.values.map(String).join(', ')}]`;
    default:
      return issue.message;
  }
}

/** How the services' JSON parser names what it found. The texts are those of Kinesis; for other services they are unproven. */
function wrongType(issue: z.core.$ZodIssue, value: unknown): ServiceError | undefined {
  const wanted =
    issue.code === 'invalid_type'
      ? issue.expected
      : issue.code === 'invalid_value'
        ? typeof issue.values[0]
        : undefined;
  if (wanted === undefined || value === undefined || value === null) return undefined;
  const found = Array.isArray(value) ? 'array' : typeof value;
  // A number that is no integer is a wrong value, not a wrong type.
  if (wanted === found || (wanted === 'int' && found === 'number')) return undefined;
  return new ServiceError('SerializationException', describeType(value, wanted));
}

function describeType(value: unknown, wanted: string): string {
  if (Array.isArray(value)) return 'Start of list found where not expected';
  if (typeof value === 'object') return 'Start of structure or map found where not expected.';
  const found = typeof value === 'boolean' ? String(value).toUpperCase() : typeof value;
  return `${found.toUpperCase()}_VALUE can not be converted to ${wanted === 'int' ? 'an Integer' : `a ${wanted}`}`;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

/**
 * Checks members for which AWS publishes no messages, and reports the first problem.
 * @param code the error's code: `ValidationException` in JSON, `ValidationError` in Query services.
 * @throws ServiceError
 */
export function checkMembers<T extends z.ZodType>(shape: T, input: unknown, code: string): z.output<T> {
  const parsed = shape.safeParse(input);
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0]!;
  throw new ServiceError(code, `${path.join('.')}: ${message}`);
}
