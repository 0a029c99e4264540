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

const evaluate = (expression: string, of: Json = input): Json =>
  (
    evaluateTemplate(
      { 'result.$': expression },
      { input: of, context: () => ({ Name: 'run' }), variable: () => 40 },
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
  // Fractions are truncated, except in MathAdd.
  ['States.ArrayPartition($.numbers, 2.6)', [[1, 2], [3, 4], [5]]],
  ['States.ArrayRange(1.6, 1.4, 1)', [1]],
  ['States.ArrayGetItem(States.Array(), 9)', null],
  ["States.StringToJson('')", null],
  ["States.Base64Decode('RGF0\nYQ==')", 'Data'],
  ["States.Format('{} {}', $.left, $.numbers)", '{a=1, b={c=1}} [1, 2, 3, 4, 5]'],
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

test('random numbers stay below the end, and a seed gives the service’s numbers', () => {
  for (let time = 0; time < 50; time++) expect([5, 6]).toContain(evaluate('States.MathRandom(5, 7)'));
  // Recorded on the service; published with github.com/gabrielmoreira/tiny-asl-machine.
  for (const [expression, number] of [
    ['(1, 1000, 1)', 106],
    ['(1, 1000, 2)', 806],
    ['(1, 100, 42)', 63],
    ['(1, 10, -10)', 1],
    ['(2147483640, 2147483647, 1)', 2147483644],
    ['(-5, 5, 42)', -5],
  ] as const) {
    expect(evaluate(`States.MathRandom${expression}`)).toBe(number);
  }
  expect(evaluate('States.UUID()')).toMatch(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
});

test.each([
  'States.ArrayGetItem($.numbers, 5)',
  'States.ArrayGetItem($.numbers, -1)',
  'States.ArrayPartition($.numbers, 0)',
  'States.ArrayPartition($.numbers, 0.6)',
  'States.ArrayPartition($.numbers, null)',
  'States.ArrayRange(0, 1000, 1)',
  'States.ArrayRange(0, 1, 0)',
  'States.JsonMerge($.left, $.right, true)',
  "States.Hash('a', 'CRC32')",
  'States.ArrayLength($.name)',
  'States.MathAdd(1)',
  "States.MathAdd(1, '1')",
  'States.MathAdd(2147483647, 1)',
  'States.MathRandom(7, 5)',
  'States.MathRandom(-2147483648, 2147483647, 1)',
  'States.StringSplit(1, 2)',
  'States.Base64Decode(1)',
])('%s fails with the common message', (expression) => {
  const name = /States\.\w+/.exec(expression)?.[0];
  expect(failureOf(expression)).toMatchObject({
    error: 'States.Runtime',
    detail: `There was an error while evaluating the intrinsic function: ${expression}. Invalid arguments in ${name}`,
  });
});

test.each([
  ["States.Format('{} {}', 1)", 'number of arguments do not match the occurrences of {}.'],
  ["States.Format('Hello {')", "Invalid template in States.Format: matching '}' not found for '{'."],
  ["States.Format('Hello {{}}', 1)", "Invalid template in States.Format: matching '}' not found for '{'."],
  ["States.Format('}')", "Invalid template in States.Format: matching '{' not found for '}'."],
  ['States.JsonToString(1, 2)', 'only a single argument is allowed.'],
  ["States.StringToJson('{')", 'Cannot convert String to Json in States.StringToJson, caused by: '],
  [
    "States.StringToJson('{bad')",
    "Cannot convert String to Json in States.StringToJson, caused by: Unexpected character ('b' (code 98)): was " +
      'expecting double-quote to start field name\n at [Source: REDACTED ' +
      '(`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: 1, column: 2]',
  ],
])('%s fails with its own message: %s', (expression, detail) => {
  expect(failureOf(expression)).toMatchObject({
    error: 'States.Runtime',
    detail: expect.stringContaining(detail) as string,
  });
});

test('a failure in a nested function quotes the whole field', () => {
  const expression = "States.Format('{}', States.ArrayLength($.name))";
  expect(failureOf(expression)).toMatchObject({
    detail: `There was an error while evaluating the intrinsic function: ${expression}. Invalid arguments in States.ArrayLength`,
  });
});

test('the error of a missing path in a function names the function and shows one $ and the input', () => {
  const none = "States.Format('{}', $$.None)";
  expect(failureOf(none)).toMatchObject({
    error: 'States.Runtime',
    detail: `The function '${none}' had the following error: The JsonPath argument for the field '$.None' could not be found in the input '${JSON.stringify(input)}'`,
  });
  expect(failureOf("States.Format('{}', $.name[0])")).toMatchObject({
    detail: expect.stringContaining('Filter: [0] can only be applied to arrays.') as string,
  });
});

test('an index beyond the end gives null in a field, and an error in a function', () => {
  expect(evaluate('$.numbers[9]')).toBeNull();
  expect(failureOf('$.numbers[9].a')).toMatchObject({ error: 'States.Runtime' });
  expect(failureOf("States.Format('{}', $.numbers[9])")).toMatchObject({ error: 'States.Runtime' });
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

test('the members of a large array are compared in one go', () => {
  // To compare each with each would take hours.
  const many = Array.from({ length: 400_000 }, (_, index) => ({ [index % 2 ? 'a' : 'b']: index % 30_000 }));
  expect(evaluate('States.ArrayUnique($)', many)).toHaveLength(30_000);
  expect(evaluate('States.ArrayUnique($)', [{ a: 1, b: [2] }, { b: [2], a: 1 }, 1, '1'])).toHaveLength(3);
});
