import fc from 'fast-check';
import { JsonReader, JsonSyntaxError, type JsonValue } from '../../core/json-reader';

function membersOf(text: string): readonly (readonly [string, JsonValue])[] | 'refused' {
  const reader = new JsonReader(text);
  const members: (readonly [string, JsonValue])[] = [];
  try {
    if (!reader.atObject()) return 'refused';
    reader.readObject((name, value) => members.push([name, value]));
    reader.expectEnd();
    return members;
  } catch (error) {
    if (error instanceof JsonSyntaxError) return 'refused';
    throw error;
  }
}

/** The value that JSON.parse makes of the same text. */
const parsed = ({ type, text }: JsonValue): unknown => (type === 'string' ? text : JSON.parse(text));

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return 'refused';
  }
}

test.each<[string, string]>([
  ['1.50', '1.50'],
  ['-0', '-0'],
  ['1E+05', '1E+05'],
  ['12345678901234567890.12345678901234567890', '12345678901234567890.12345678901234567890'],
  ['"a\\u0062\\n"', 'ab\n'],
  ['[1.50, {"a" : 1.0}]', '[1.50, {"a" : 1.0}]'],
])('%s keeps its text', (json, text) => {
  expect(membersOf(`{ "a" : ${json} }`)).toEqual([['a', expect.objectContaining({ text })]]);
});

test('a name that occurs twice comes twice', () => {
  const text = '{"a":1,"\\u0061":2}';
  expect(membersOf(text)).toMatchObject([
    ['a', { text: '1' }],
    ['a', { text: '2' }],
  ]);
});

test('it takes what JSON.parse takes, and finds the same values', () => {
  const edit = fc.record({
    at: fc.nat(),
    remove: fc.nat(2),
    insert: fc.constantFrom('', '"', '\\', '{', '}', '[', ']', ',', ':', '0', '-', '.', 'e', ' ', '\n', 'u'),
  });
  const object = fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue());
  let taken = 0;
  let refused = 0;
  fc.assert(
    fc.property(object, fc.array(edit, { maxLength: 2 }), (value, edits) => {
      let text = JSON.stringify(value);
      for (const { at, remove, insert } of edits) {
        const position = at % (text.length + 1);
        text = text.slice(0, position) + insert + text.slice(position + remove);
      }
      const members = membersOf(text);
      const wanted = parse(text);
      const isObject = typeof wanted === 'object' && wanted !== null && !Array.isArray(wanted);
      expect({ text, isTaken: members !== 'refused' }).toEqual({ text, isTaken: isObject });
      if (members === 'refused') refused += 1;
      else {
        taken += 1;
        const found = new Map(members.map(([name, each]) => [name, parsed(each)]));
        expect(found).toEqual(new Map(Object.entries(wanted as object)));
      }
    }),
    { numRuns: 2_000 },
  );
  expect(Math.min(taken, refused)).toBeGreaterThan(100);
});
