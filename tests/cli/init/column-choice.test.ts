import { AttributeValues } from '../../../cli/init/attribute-values';
import { chooseColumn, widthFor } from '../../../cli/init/column-choice';
import { redshiftType } from '../../../core/column-types';
import { JsonReader } from '../../../core/json-reader';

/** What becomes of an attribute with these values. @param values JSON, one a line from line 1 on. */
function chosen(values: readonly string[], name = 'value') {
  const all = new AttributeValues();
  values.forEach((raw, index) => {
    const value = new JsonReader(raw).readValue();
    if (value.type !== 'null') all.add(value, index + 1);
  });
  return chooseColumn(all, name);
}

const typeOf = (values: readonly string[], name?: string): string => {
  const choice = chosen(values, name);
  return 'type' in choice && choice.type && !('leftOut' in choice)
    ? redshiftType(choice.type)
    : `left out: ${'leftOut' in choice ? choice.leftOut : ''}`;
};

test.each([
  ['small, with ten times the room', ['1', '-3276'], 'SMALLINT'],
  ['beyond that', ['3277'], 'INTEGER'],
  ['larger', ['214748365'], 'BIGINT'],
  ['as large as a bigint', ['9223372036854775807', '-9223372036854775808'], 'BIGINT'],
  ['larger than a bigint', ['9223372036854775808'], 'DECIMAL(22, 0)'],
  ['of 38 digits', ['9'.repeat(38)], 'DECIMAL(38, 0)'],
  ['that only a double holds', [`1${'0'.repeat(45)}`], 'DOUBLE PRECISION'],
  ['that only text holds', ['123456789'.repeat(6)], 'VARCHAR(128)'],
])('whole numbers %s', (_, values, type) => {
  expect(typeOf(values)).toBe(type);
});

test('a number that identifies something grows', () => {
  expect(typeOf(['1', '2'], 'userId')).toBe('BIGINT');
  expect(typeOf(['1', '2'], 'paid')).toBe('SMALLINT');
});

test.each([
  ['the most decimals', ['12.5', '3', '0.125'], 'DECIMAL(18, 3)'],
  ['nothing but zeros after the point', ['5.0', '3.0'], 'DECIMAL(18, 1)'],
  ['zeros at the end', ['12.50', '3.00'], 'DECIMAL(18, 2)'],
  ['more digits than 18', ['123456789012345678.25'], 'DECIMAL(23, 2)'],
  ['as many digits as a decimal has', [`1.${'3'.repeat(37)}`], 'DECIMAL(38, 37)'],
  ['zeros that a decimal has no room for', [`12.5${'0'.repeat(40)}`], 'DECIMAL(18, 1)'],
  ['noise of arithmetic', ['25.450000000000003', '0.30000000000000004', '1.1'], 'DECIMAL(18, 2)'],
  ['as many digits as a double has', ['0.8444218515250481', '0.5'], 'DOUBLE PRECISION'],
  ['an amount with as many digits', ['1234567890123.45'], 'DECIMAL(18, 2)'],
  ['an exponent', ['1e-7', '5'], 'DOUBLE PRECISION'],
  ['an exponent beyond a double', ['1e400', '0.5'], 'VARCHAR(16)'],
  ['more digits than a double or a decimal has', [`0.${'123456789'.repeat(5)}`], 'VARCHAR(128)'],
])('numbers with %s', (_, values, type) => {
  expect(typeOf(values)).toBe(type);
});

test('numbers beside texts of numbers are numbers, unless a text would not come back', () => {
  expect(chosen(['1', '"2"'])).toMatchObject({
    type: { kind: 'smallint' },
    decide: ['A number in 1, the text of one in 1: the column has numbers.'],
  });
  expect(chosen(['1', '"02"'])).toMatchObject({
    type: { kind: 'varchar', length: 16 },
    decide: ['It is text in 1, a number in 1: only text holds all of them.'],
  });
});

test('a text of a number stays text, and that is said', () => {
  expect(chosen(['"12.50"', '"3.00"'])).toMatchObject({
    type: { kind: 'varchar' },
    about: 'text of up to 5 bytes, always a number',
  });
});

test.each([
  ['ISO 8601', ['"2026-11-23T08:15:00Z"', '"2026-11-23 08:15:00.123456+01:00"'], 'at', 'TIMESTAMP'],
  ['days', ['"2026-11-23"', '"2024-02-29"'], 'day', 'DATE'],
  ['days and times', ['"2026-11-23"', '"2026-11-23T08:15:00Z"'], 'at', 'VARCHAR(32)'],
  ['a day that does not exist', ['"2026-02-30"'], 'day', 'VARCHAR(16)'],
  ['nanoseconds', ['"2026-11-23T08:15:00.123456789Z"'], 'at', 'VARCHAR(64)'],
  ['seconds, by the name', ['1763885700', '1763885700.25'], 'createdAt', 'TIMESTAMP'],
  ['milliseconds, by the name', ['1763885700000'], 'ts', 'TIMESTAMP'],
  ['milliseconds without such a name', ['1763885700000'], 'size', 'BIGINT'],
  ['seconds beside texts', ['1763885700', '"2026-11-23T08:15:00Z"'], 'x', 'TIMESTAMP'],
  ['seconds and milliseconds', ['1763885700', '1763885700000'], 'ts', 'BIGINT'],
  ['a year', ['2026'], 'date', 'SMALLINT'],
])('times: %s', (_, values, name, type) => {
  expect(typeOf(values, name)).toBe(type);
});

test('what could be a time is said', () => {
  expect(chosen(['1763885700'], 'size')).toMatchObject({
    decide: ['They may be seconds since 1970: if they are, the type is timestamp.'],
  });
  expect(chosen(['1763885700000000'], 'ts')).toMatchObject({
    type: { kind: 'bigint' },
    decide: [
      expect.stringMatching(/^They look like microseconds since 1970, which no timestamp column takes/),
    ],
  });
  expect(chosen(['"2026-11-23T08:15:00Z"', '"2026-11-23T08:16:00Z"', '""'], 'at')).toMatchObject({
    type: { kind: 'varchar' },
    decide: ['Most are times (2 of 3), but "" (line 3) is not.'],
  });
});

test.each([
  ['true or false', ['true', 'false'], 'BOOLEAN'],
  ['true and its text', ['true', '"false"'], 'VARCHAR(16)'],
  ['texts, by their bytes', ['"ä"', `"${'ä'.repeat(16)}"`], 'VARCHAR(64)'],
  ['the longest text', [`"${'x'.repeat(65_535)}"`], 'VARCHAR(65535)'],
])('%s', (_, values, type) => {
  expect(typeOf(values)).toBe(type);
});

test.each([
  ['an object', ['{"a":1}'], /^an object \(line 1\), and a column holds no nested value/],
  ['an array in some', ['"x"', '[1]'], /^an array in 1 of its 2 values \(line 2\)/],
  ['nulls only', ['null'], /^null wherever it occurs/],
  [
    'a text that is too long',
    [`"${'x'.repeat(65_536)}"`],
    /^"x+… \(line 1\) is 65536 bytes long, 65535 are allowed/,
  ],
  ['a NUL', ['"a"', '"b\\u0000"'], /^"b\\u0000" \(line 2\) is not a text that Redshift keeps/],
  ['half of a surrogate pair', ['"\\ud800"'], /\(line 1\) is not valid text/],
])('what no column holds is left out, with the reason: %s', (_, values, why) => {
  const choice = chosen(values);
  expect('leftOut' in choice && choice.leftOut).toMatch(why);
});

test.each([
  [0, 16],
  [10, 16],
  [11, 32],
  [21, 32],
  [22, 64],
  [43_690, 65_535],
  [65_535, 65_535],
])('a longest text of %d bytes makes a column of %d', (longest, width) => {
  expect(widthFor({ shortest: longest, longest, looksUnique: false })).toBe(width);
});

test('identifiers of one length need no room', () => {
  const uuid = '"01890a5d-ac96-774b-bcce-b302099a8057"';
  expect(typeOf([uuid, uuid])).toBe('VARCHAR(36)');
  expect(typeOf([uuid, '"01890a5dac96774bbcceb302099a8057"'])).toBe('VARCHAR(64)');
});
