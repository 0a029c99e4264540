import type { Condition } from '../../../local/step-functions/definition/language';
import { holds, operators } from '../../../local/step-functions/interpreter/choice-rules';
import type { Json } from '../../../local/step-functions/json';

const early = '2026-11-23T08:00:00Z';
const late = '2026-11-23T08:00:00.000000001Z';

/** For each type of comparison: a value, a lesser one, a greater one, and one of another type. */
const kinds: Readonly<Record<string, { same: Json; less: Json; more: Json; other: Json }>> = {
  String: { same: 'b', less: 'a', more: 'c', other: 1 },
  Numeric: { same: 2, less: -1.5, more: 1e3, other: '2' },
  Timestamp: { same: late, less: early, more: '2026-11-23T10:00:00+01:00', other: 'soon' },
};
const relations: Readonly<Record<string, { same: boolean; less: boolean; more: boolean }>> = {
  Equals: { same: true, less: false, more: false },
  LessThan: { same: false, less: true, more: false },
  GreaterThan: { same: false, less: false, more: true },
  LessThanEquals: { same: true, less: true, more: false },
  GreaterThanEquals: { same: true, less: false, more: true },
};

const truth = (condition: Condition, input: Json) =>
  holds(condition, { input, context: () => ({}), variable: () => undefined });

const comparisons = Object.entries(kinds).flatMap(([kind, values]) =>
  Object.entries(relations).map(([relation, expected]) => [`${kind}${relation}`, values, expected] as const),
);

test.each(comparisons)('%s and %1$sPath', (name, values, expected) => {
  for (const [which, value] of Object.entries(values)) {
    const result = which === 'other' ? false : expected[which as 'same' | 'less' | 'more'];
    expect([which, truth({ Variable: '$.v', [name]: values.same }, { v: value })]).toEqual([which, result]);
    const byPath = { Variable: '$.v', [`${name}Path`]: '$.w' };
    expect([which, truth(byPath, { v: value, w: values.same })]).toEqual([which, result]);
  }
});

test.each<[operator: string, operand: Json, value: Json, result: boolean]>([
  ['BooleanEquals', true, true, true],
  ['BooleanEquals', true, 'true', false],
  ['StringMatches', 'foo*.log', 'foo23.log', true],
  ['StringMatches', 'foo*.log', 'foo23.log2', false],
  ['StringMatches', '*', '', true],
  ['StringMatches', 'a.c', 'abc', false],
  ['StringMatches', String.raw`a\*c`, 'a*c', true],
  ['StringMatches', String.raw`a\*c`, 'abc', false],
  ['StringMatches', String.raw`a\\*`, String.raw`a\bc`, true],
  ['StringMatches', 'a', 1, false],
  ['StringMatches', 'a*bc*', 'abbc', true],
  ['StringMatches', '*a*', 'b', false],
  ['StringMatches', '', '', true],
  ['IsNull', true, null, true],
  ['IsNull', false, 0, true],
  ['IsNumeric', true, 0, true],
  ['IsNumeric', true, '0', false],
  ['IsString', true, '', true],
  ['IsBoolean', false, 'false', true],
  ['IsTimestamp', true, early, true],
  ['IsTimestamp', true, '2026-11-23', false],
])('%s %j of %j is %j', (operator, operand, value, result) => {
  expect(truth({ Variable: '$.v', [operator]: operand }, { v: value })).toBe(result);
});

test('StringMatches with many stars ends in time', () => {
  const before = performance.now();
  const v = 'a'.repeat(200);
  expect(truth({ Variable: '$.v', StringMatches: `${'*a'.repeat(30)}*b` }, { v })).toBe(false);
  expect(truth({ Variable: '$.v', StringMatches: `${'*a'.repeat(30)}*` }, { v })).toBe(true);
  expect(performance.now() - before).toBeLessThan(1_000);
});

test('BooleanEqualsPath compares two values of the input', () => {
  expect(truth({ Variable: '$.v', BooleanEqualsPath: '$.w' }, { v: false, w: false })).toBe(true);
});

test('IsPresent accepts a missing value, other operators need the value', () => {
  expect(truth({ Variable: '$.v', IsPresent: true }, {})).toBe(false);
  expect(truth({ Variable: '$.v', IsPresent: false }, {})).toBe(true);
  expect(truth({ Variable: '$.v', IsPresent: true }, { v: null })).toBe(true);
  for (const name of Object.keys(operators)) {
    expect(() => truth({ Variable: '$.v', [name]: '$.w' }, { w: 1 })).toThrow(
      "Invalid path '$.v': The choice state's condition path references an invalid value.",
    );
  }
});

test('And, Or and Not combine conditions, and stop at the first one that decides', () => {
  const yes = { Variable: '$.v', IsPresent: true };
  const no = { Variable: '$.v', IsPresent: false };
  const broken = { Variable: '$.none', NumericEquals: 1 };
  expect(truth({ And: [yes, { Not: no }] }, { v: 1 })).toBe(true);
  expect(truth({ And: [no, broken] }, { v: 1 })).toBe(false);
  expect(truth({ Or: [yes, broken] }, { v: 1 })).toBe(true);
  expect(truth({ Or: [no, no] }, { v: 1 })).toBe(false);
});
