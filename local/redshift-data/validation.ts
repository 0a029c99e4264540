import { z } from 'zod';
import { ServiceError } from '../service-error';

/**
 * Checks a request against its shape. @throws ServiceError ValidationException in the words of AWS's own checks.
 * A member that the twin does not know is refused too, where AWS would ignore it: nothing passes unnoticed.
 */
export function validate<T extends z.ZodType>(shape: T, input: unknown): z.infer<T> {
  const parsed = shape.safeParse(input ?? {});
  if (parsed.success) return parsed.data;
  const messages = parsed.error.issues.map((issue) => describe(issue, input));
  const count = `${messages.length} validation error${messages.length === 1 ? '' : 's'} detected`;
  throw new ServiceError('ValidationException', `${count}: ${messages.join('; ')}`);
}

function describe(issue: z.core.$ZodIssue, input: unknown): string {
  const value = issue.path.reduce<unknown>(
    (at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key],
    input,
  );
  const member = issue.path
    .map((key) => (typeof key === 'number' ? `member.${key + 1}` : lowerFirst(String(key))))
    .join('.');
  if (issue.code === 'unrecognized_keys') {
    return `${issue.keys.join(', ')} is not supported by the local twin`;
  }
  if (issue.code === 'custom') return issue.message;
  const shown =
    value === undefined ? 'null' : `'${typeof value === 'string' ? value : JSON.stringify(value)}'`;
  return `Value ${shown} at '${member}' failed to satisfy constraint: ${constraint(issue, value)}`;
}

function constraint(issue: z.core.$ZodIssue, value: unknown): string {
  if (value === undefined) return 'Member must not be null';
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

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
