import type { Json } from '../../../local/step-functions/json';
import { intrinsicFunctions } from '../../../local/step-functions/jsonpath/intrinsic-functions';
import { parseIntrinsic } from '../../../local/step-functions/jsonpath/intrinsic-parser';
import { evaluateTemplate } from '../../../local/step-functions/jsonpath/template';

const input: Json = {
  numbers: [1, 2, 3, 4, 5],
  twice: [1, { a: 1 }, 1, { a: 1 }, '1'],
  name: "O'Brien",
  json: '{"a":[1]}',
  left: { a: 1, b: { c: 1 } },
  right: { b: { d: 2 } },
  nothing: null,
};

const evaluate = (expression: string): Json =>
  (
    evaluateTemplate(
      { 'result.$': expression },
      { input, context: () => ({ Name: 'run' }), variable: () => 40 },
    ) as {
      result: Json;
    }
  ).result;

function failureOf(expression: string): unknown {
  try {
    return evaluate(expression);
  } catch (error) {
    return error;
  }
}

const results: readonly [expression: string, result: Json][] = [
  ['States.Array()', []],
  ["States.Array('a', 1, true, null, $.nothing)", ['a', 1, true, null, null]],
  ['States.ArrayPartition($.numbers, 2)', [[1, 2], [3, 4], [5]]],
  ['States.ArrayContains($.numbers, 5)', true],
  ["States.ArrayContains($.numbers, '5')", false],
  ['States.ArrayRange(1, 9, 2)', [1, 3, 5, 7, 9]],
  ['States.ArrayRange(3, 1, -1)', [3, 2, 1]],
  ['States.ArrayRange(3, 1, 1)', []],
  ['States.ArrayGetItem($.numbers, 4)', 5],
  ['States.ArrayLength($.numbers)', 5],
  ['States.ArrayUnique($.twice)', [1, { a: 1 }, '1']],
  ["States.Base64Encode('Data to encode')", 'RGF0YSB0byBlbmNvZGU='],
  ["States.Base64Decode('RGF0YSB0byBlbmNvZGU=')", 'Data to encode'],
  ["States.Hash('abc', 'MD5')", '900150983cd24fb0d6963f7d28e17f72'],
  ["States.Hash('abc', 'SHA-1')", 'a9993e364706816aba3e25717850c26c9cd0d89d'],
  ['States.JsonMerge($.left, $.right, false)', { a: 1, b: { d: 2 } }],
  ['States.MathAdd(111, -1)', 110],
  ['States.MathAdd(1.4, 1.5)', 3],
  ['States.MathAdd($count, 2)', 42],
  ["States.StringSplit('1,2,3', ',')", ['1', '2', '3']],
  ["States.StringSplit('This.is+a,test=string', '.+,=')", ['This', 'is', 'a', 'test', 'string']],
  ["States.StringSplit('a,,b', ',')", ['a', 'b']],
  ['States.StringToJson($.json)', { a: [1] }],
  ['States.JsonToString($.left)', '{"a":1,"b":{"c":1}}'],
  ["States.Format('{} is {}', $.name, 7)", "O'Brien is 7"],
  [String.raw`States.Format('\{\} it\'s \\ {}', true)`, String.raw`{} it's \ true`],
  ["States.Format('{}/{}', $$.Name, $.numbers[1])", 'run/2'],
  ["States.Format('a, ({})', States.ArrayGetItem(States.StringSplit('x-y', '-'), 1))", 'a, (y)'],
  ['States.ArrayLength($.numbers[?(@ > 2)])', 3],
];

test.each(results)('%s', (expression, result) => {
  expect(evaluate(expression)).toEqual(result);
});

test('every function is in the table or has a test of its own', () => {
  const used = new Set(results.flatMap(([expression]) => expression.match(/(?<=States\.)\w+/g) ?? []));
  expect(
    Object.keys(intrinsicFunctions)
      .filter((name) => !used.has(name))
      .sort(),
  ).toEqual(['MathRandom', 'UUID']);
});

test('random numbers stay below the end and repeat with a seed', () => {
  for (let time = 0; time < 50; time++) expect([5, 6]).toContain(evaluate('States.MathRandom(5, 7)'));
  expect(evaluate('States.MathRandom(0, 1000000, 7)')).toBe(evaluate('States.MathRandom(0, 1000000, 7)'));
  expect(evaluate('States.UUID()')).toMatch(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
});

test.each([
  ['States.ArrayGetItem($.numbers, 5)', 'out of bounds'],
  ['States.ArrayPartition($.numbers, 0)', 'positive integer'],
  ['States.ArrayRange(0, 1000, 1)', '1000 elements'],
  ['States.ArrayRange(0, 1, 0)', 'must not be 0'],
  ['States.JsonMerge($.left, $.right, true)', 'only shallow merging'],
  ["States.Hash('a', 'CRC32')", 'algorithm'],
  ["States.StringToJson('{')", 'not JSON'],
  ["States.Format('{} {}', 1)", '2 {} for 1'],
  ['States.ArrayLength($.name)', 'an array is expected'],
  ['States.MathAdd(1)', '2 arguments are expected'],
])('%s fails: %s', (expression, reason) => {
  expect(failureOf(expression)).toMatchObject({
    error: 'States.IntrinsicFailure',
    detail: expect.stringContaining(`The function '${expression}' had the following error: `) as string,
  });
  expect(failureOf(expression)).toMatchObject({ detail: expect.stringContaining(reason) as string });
});

test('a path within a function that points to nothing is an error of the path', () => {
  expect(failureOf("States.Format('{}', $.none)")).toMatchObject({ error: 'States.Runtime' });
});

test.each([
  'States.Array(',
  'States.Array(1 2)',
  "States.Array('a)",
  'States.Array(a)',
  'Array(1)',
  'States.Array(1) x',
  'States.Array($.a[)',
  `${'States.Array('.repeat(11)}${')'.repeat(11)}`,
])('%s is not a call', (text) => {
  expect(() => parseIntrinsic(text)).toThrow();
});
