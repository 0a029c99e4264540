import * as z from 'zod';
import { StackError } from './stack-error';
import type { StackScope } from './stack-scope';

interface Properties<S extends z.ZodRawShape> {
  /** Properties that the twin uses, checked after their intrinsic functions are resolved. */
  readonly effective: z.ZodObject<S>;
  /** Properties without effect in the twin, which are not resolved: tags, encryption … */
  readonly without: readonly string[];
}

/**
 * Reads the properties of a resource.
 * @throws StackError `UnsupportedProperty` for a property in neither list: ignoring it would make the twin silently differ
 *   from AWS.
 */
export function readProperties<S extends z.ZodRawShape>(
  scope: StackScope,
  logicalId: string,
  given: Readonly<Record<string, unknown>>,
  { effective, without }: Properties<S>,
): z.infer<z.ZodObject<S>> {
  const known = Object.keys(effective.shape);
  const unknown = Object.keys(given).find((name) => !known.includes(name) && !without.includes(name));
  if (unknown !== undefined) {
    throw new StackError(
      'UnsupportedProperty',
      `${logicalId}.Properties.${unknown}`,
      'not supported by the twin',
    );
  }
  const values = known.filter((name) => name in given).map((name) => [name, scope.property(logicalId, name)]);
  const parsed = effective.safeParse(Object.fromEntries(values));
  if (parsed.success) return parsed.data;
  const { path = [], message = '' } = parsed.error.issues[0] ?? {};
  throw new StackError('UnsupportedProperty', [logicalId, 'Properties', ...path].join('.'), message);
}
