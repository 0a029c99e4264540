import type { JsonObject } from '../../json';

/** Accepted values, by parameter. Other parameters accept any value. */
export type ParameterValues = Readonly<Record<string, readonly string[]>>;

/** Parameters with a refused value, and the message for each. */
export function refusedValues(
  values: ParameterValues,
  parameters: JsonObject,
): [name: string, why: string][] {
  return Object.entries(values).flatMap(([name, taken]): [string, string][] => {
    const value = parameters[name];
    if (value === undefined || (typeof value === 'string' && taken.includes(value))) return [];
    return [[name, `The local twin takes only these values of ${name}: [${taken.join(', ')}]`]];
  });
}
