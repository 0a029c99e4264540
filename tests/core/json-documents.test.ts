import fc from 'fast-check';
import { jsonDocuments } from '../../core/json-documents';

test.each<[string, string[]]>([
  ['{"a":1}', ['{"a":1}']],
  ['{"a":1}{"b":1}', ['{"a":1}', '{"b":1}']],
  [' {"a":1}\n{"b":[{"c":"}{"}]}\r\n\t', ['{"a":1}', '{"b":[{"c":"}{"}]}']],
  ['{"a":"\\"}{"}{}', ['{"a":"\\"}{"}', '{}']],
  ['{"a":"\\\\"}{"b":1}', ['{"a":"\\\\"}', '{"b":1}']],
])('%j has the documents %j', (text, documents) => {
  expect(jsonDocuments(text)).toEqual(documents);
});

test.each([
  ['', ['']],
  [' ', [' ']],
  ['[{"a":1},{"b":1}]', ['[{"a":1},{"b":1}]']],
  ['nonsense', ['nonsense']],
  ['{"a":1', ['{"a":1']],
  ['{"a":"', ['{"a":"']],
  ['{"a":1},{"b":1}', ['{"a":1}', ',{"b":1}']],
  ['{"a":1}{"b":', ['{"a":1}', '{"b":']],
  ['{"a":1}]{"b":1}', ['{"a":1}', ']{"b":1}']],
])('%j comes back so that the parser refuses it', (text, documents) => {
  expect(jsonDocuments(text)).toEqual(documents);
});

test('any objects in a row are found, whatever is between them', () => {
  const space = fc.string({ unit: fc.constantFrom(' ', '\n', '\r', '\t'), maxLength: 3 });
  const objects = fc.array(fc.tuple(fc.dictionary(fc.string(), fc.jsonValue()), space), { minLength: 1 });
  fc.assert(
    fc.property(objects, (pairs) => {
      const text = pairs.map(([object, after]) => JSON.stringify(object) + after).join('');
      expect(jsonDocuments(text).map((each) => JSON.parse(each) as unknown)).toEqual(
        pairs.map(([object]) => JSON.parse(JSON.stringify(object)) as unknown),
      );
    }),
  );
});
