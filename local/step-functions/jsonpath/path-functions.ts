import type { Json } from '../json';
import { isJsonObject } from '../json';

const numbersOf = (value: Json): number[] | undefined =>
  Array.isArray(value) && value.every((item) => typeof item === 'number') && value.length > 0
    ? value
    : undefined;

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

/** Functions at the end of a path, for example `$.items.length()`. https://github.com/json-path/JsonPath#functions */
const functions: Readonly<Record<string, (value: Json) => Json | undefined>> = {
  length: (value) =>
    Array.isArray(value) ? value.length : isJsonObject(value) ? Object.keys(value).length : undefined,
  keys: (value) => (isJsonObject(value) ? Object.keys(value) : undefined),
  sum: (value) => map(numbersOf(value), sum),
  min: (value) =>
    map(numbersOf(value), (numbers) => numbers.reduce((least, number) => Math.min(least, number))),
  max: (value) =>
    map(numbersOf(value), (numbers) => numbers.reduce((most, number) => Math.max(most, number))),
  avg: (value) => map(numbersOf(value), (numbers) => sum(numbers) / numbers.length),
};

export const pathFunctionNames: readonly string[] = Object.keys(functions);

export function applyFunction(name: string, value: Json): Json | undefined {
  return functions[name]?.(value);
}

function map<T, R>(value: T | undefined, change: (value: T) => R): R | undefined {
  return value === undefined ? undefined : change(value);
}
