import type { Json } from '../../../local/step-functions/json';
import { resolvePath } from '../../../local/step-functions/jsonpath/path';
import { parsePath } from '../../../local/step-functions/jsonpath/path-parser';
import { parseTimestamp } from '../../../local/step-functions/jsonpath/timestamp';

const input: Json = {
  items: [
    { id: 1, tags: ['a', 'b'] },
    { id: 2, tags: [] },
    { id: 3, tags: ['c'] },
  ],
  'two words': { "it's": true },
  'dash-ed': 0,
  nothing: null,
};
const resolve = (path: string): Json =>
  resolvePath(path, {
    input,
    context: () => ({ Execution: { Name: 'run' } }),
    variable: (name) => ({ v: { a: 1 } })[name],
  });

test.each<[string, Json]>([
  ['$', input],
  ['$.dash-ed', 0],
  ['$.nothing', null],
  ["$['two words']['it\\'s']", true],
  ['$.items[0].id', 1],
  ['$.items[-1].id', 3],
  ['$.items[*].id', [1, 2, 3]],
  ['$.items[1:].id', [2, 3]],
  ['$.items[:1].id', [1]],
  ['$.items[0,2].id', [1, 3]],
  ['$.items[-2:].id', [2, 3]],
  ["$.items[0]['id','tags']", [1, ['a', 'b']]],
  ['$..id', [1, 2, 3]],
  ['$.items[?(@.id > 1)].id', [2, 3]],
  ['$.items[?(@.id == 2 || @.id == 3)].tags[*]', ['c']],
  ['$.items.length()', 3],
  ['$.items[*].id.length()', 3],
  ['$.none[*].x', []],
  ['$$.Execution.Name', 'run'],
  ['$v.a', 1],
])('%s', (path, value) => {
  expect(resolve(path)).toEqual(value);
});

test.each([
  ['$.none', "No results for path: $['none']"],
  ['$.none.deeper', "Missing property in path $['none']"],
  ['$.items[7]', "No results for path: $['items'][7]"],
  ['$.dash-ed.x', "Expected to find an object with property ['x']"],
  ['$unknown', 'No results for path'],
])('%s points to nothing', (path, reason) => {
  expect(() => resolve(path)).toThrow(`Invalid path '${path}' : ${reason}`);
});

test('a path does not reach members of JavaScript’s own prototypes', () => {
  expect(() => resolve('$.constructor')).toThrow('No results');
  expect(() => resolve('$.items.__proto__')).toThrow('Expected to find an object');
  expect(() => resolve("$.items[?(@.constructor.constructor('return process')())]")).toThrow();
});

test.each([
  '',
  'a',
  '$.',
  '$.a.',
  '$[a]',
  '$.a[',
  "$['a]",
  '$.a b',
  '$.a[?(@.b]',
  '$.a.nope()',
  '$.a.length().b',
  '$.a^',
  '$.a~',
])("'%s' is no path, or only the name of a member", (path) => {
  // jsonpath-plus has the operators ^ and ~, which the service does not have: here they are part of a name.
  if (/[\^~]$/.test(path))
    expect(parsePath(path).steps).toMatchObject([{ kind: 'property', name: path.slice(2) }]);
  else expect(() => parsePath(path)).toThrow('Invalid path');
});

test.each<[string, string | undefined]>([
  ['2016-03-05T21:29:29.243167252Z', '1457213369243167252'],
  ['2016-03-05T21:29:29Z', '1457213369000000000'],
  ['2016-03-05T22:29:29+01:00', '1457213369000000000'],
  ['2016-03-05T21:29Z', '1457213340000000000'],
  ['2016-03-05 21:29:29Z', undefined],
  ['2016-03-05T21:29:29', undefined],
  ['2016-13-05T21:29:29Z', undefined],
  ['2016-02-30T21:29:29Z', undefined],
  ['2016-03-05T25:29:29Z', undefined],
])('the timestamp %s', (text, nanoseconds) => {
  expect(parseTimestamp(text)?.toString()).toBe(nanoseconds);
});

describe('several ".." in a path', () => {
  const nested = (levels: number): Json => {
    let value: Json = { a: 0 };
    for (let level = 1; level < levels; level += 1) value = { a: value };
    return value;
  };
  const found = (path: string, levels: number) =>
    resolvePath(path, { input: nested(levels), context: () => ({}), variable: () => undefined });

  test('find a value once for each way to it', () => {
    expect(found('$..a', 3)).toHaveLength(3);
    expect(found('$..a..a', 3)).toHaveLength(3);
    expect(found('$..a..a..a', 4)).toHaveLength(4);
  });

  test.each(['$..a..a..a..a..a', '$..a..a..a..a..zz'])('%s does not hang the twin', (path) => {
    expect(() => found(path, 300)).toThrow(/10000 values at most/);
  });
});
