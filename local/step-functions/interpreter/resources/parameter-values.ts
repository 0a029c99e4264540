import type { JsonObject } from '../../json';

/** The values that a parameter takes here, by its name, where that is not any value. */
export type ParameterValues = Readonly<Record<string, readonly string[]>>;

/** Parameters whose values are not taken, and what is said of each. */
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
