import fc from 'fast-check';
import { oneLine } from '../../core/one-line';

test.each([
  ['a key with spaces and ü', 'a key with spaces and ü'],
  ['a\nHow to fix it: b', 'a\\nHow to fix it: b'],
  ['a\r\n\tb', 'a\\r\\n\\tb'],
  ['\u001b[2J\u009b', '\\u001b[2J\\u009b'],
  ['a\u2028b\u2029c', 'a\\u2028b\\u2029c'],
  ['a\u202eb\u2066c', 'a\\u202eb\\u2066c'],
  ['a\u0000b\u007f', 'a\\u0000b\\u007f'],
])('%j is %j', (text, expected) => {
  expect(oneLine(text)).toBe(expected);
});

test('nothing that is escaped has a control character, and escaping it again changes nothing', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const escaped = oneLine(text);
      expect(escaped).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
      expect(oneLine(escaped)).toBe(escaped);
    }),
  );
});
