import fc from 'fast-check';
import { transformEvent, transformRecord, type TransformedEvent } from '../../core/transform';
import { ordersDataset } from './orders';

const ID = { name: 'id', type: 'bigint', required: true };
const AT = { name: 'at', type: 'timestamp', required: true };
const target = { key: ['id'], event_time: 'at' };
const dataset = ordersDataset({
  columns: [ID, AT, { name: 'status', type: 'varchar(16)' }, { name: 'amount', type: 'decimal(10,2)' }],
  target,
});

const transform = (value: object) => transformEvent(dataset, JSON.stringify(value));

/** The transformed value. `raw` is JSON text, because JavaScript cannot hold every JSON number. */
function converted(type: string, raw: string): unknown {
  const one = ordersDataset({ columns: [ID, AT, { name: 'value', type }], target });
  const result = transformEvent(one, `{"id":1,"at":"2026-11-23T08:00:00Z","value":${raw}}`);
  return result.accepted ? result.event.value : `refused: ${result.reason.replace(/^value: .*? is /, '')}`;
}

describe('an event', () => {
  test('has the file’s columns in their order, and nothing else', () => {
    const result = transform({ note: 'x', amount: 1.5, status: 'new', at: '2026-11-23T08:15:00Z', id: 7 });
    expect(result).toEqual({
      accepted: true,
      event: { id: 7, at: '2026-11-23 08:15:00.000000', status: 'new', amount: '1.50' },
      unknown: ['note'],
    });
    expect(Object.keys((result as { event: object }).event)).toEqual(['id', 'at', 'status', 'amount']);
  });

  test('without an optional attribute lacks the column, also if it is null', () => {
    const event = { id: 7, at: '2026-11-23 08:15:00.000000' };
    expect(transform({ id: 7, at: '2026-11-23T08:15:00Z' })).toMatchObject({ accepted: true, event });
    const result = transform({ id: 7, at: '2026-11-23T08:15:00Z', status: null });
    expect(result).toEqual({ accepted: true, event, unknown: [] });
  });

  test('may have any number of attributes that are not columns', () => {
    const many = Array.from({ length: 150_000 }, (_, index) => [`n${index}`, 1] as const);
    const text = JSON.stringify({ id: 7, at: 0, ...Object.fromEntries(many) });
    const result = transformRecord(dataset, new TextEncoder().encode(text));
    expect(result.accepted && result.unknown.length).toBe(150_000);
  });

  test('is refused if two attributes are one column', () => {
    expect(transform({ id: 7, at: 0, status: 'a', Status: null })).toEqual({
      accepted: false,
      reason: 'two attributes are named "status", in another case',
      rule: 'two attributes belong to one column',
    });
  });

  test.each([
    ['a column', '{"id":"7","at":0,"id":"8"}', 'id'],
    ['a column, with the same value', '{"id":7,"id":7,"at":0}', 'id'],
    ['a name with an escape', '{"id":7,"at":0,"\\u0061t":0}', 'at'],
  ])('is refused if a name occurs twice: %s', (_, text, name) => {
    expect(transformEvent(dataset, text)).toEqual({
      accepted: false,
      reason: `two attributes are named "${name}"`,
      rule: 'two attributes belong to one column',
    });
  });

  test('is accepted if a name that is no column occurs twice, since its values are dropped', () => {
    expect(transformEvent(dataset, '{"id":7,"at":0,"note":1,"Note":2}')).toMatchObject({
      accepted: true,
      unknown: ['note', 'Note'],
    });
  });

  test('names the attributes that are not columns, as they are written', () => {
    expect(transform({ id: 7, at: 0, Note: 1, other: null, STATUS: 'new' })).toMatchObject({
      accepted: true,
      unknown: ['Note', 'other'],
    });
  });

  test('may have names in another case, as in Firehose', () => {
    expect(transform({ ID: 7, At: '2026-11-23T08:15:00Z', STATUS: 'new' })).toMatchObject({
      accepted: true,
      event: { id: 7, status: 'new' },
    });
  });

  test.each([
    ['id', { at: '2026-11-23T08:15:00Z' }, 'id is missing', 'id is missing'],
    ['id', { id: null, at: '2026-11-23T08:15:00Z' }, 'id is null', 'id is null'],
    [
      'at',
      { id: 7, at: 'yesterday' },
      'at: "yesterday" is not a timestamp (2026-11-23T08:15:00Z, or epoch seconds or milliseconds)',
      'at is not a timestamp',
    ],
    [
      'status',
      { id: 7, at: 0, status: 'x'.repeat(17) },
      'status: "xxxxxxxxxxxxxxxxx" is 17 bytes long, 16 are allowed',
      'status is longer than 16 bytes',
    ],
  ])('is refused because of column %s', (column, value, reason, rule) => {
    expect(transform(value)).toEqual({ accepted: false, column, reason, rule });
  });

  test('that was transformed is accepted again and stays the same, so that it can be sent again', () => {
    const types = ['smallint', 'integer', 'bigint', 'decimal(38,10)', 'real', 'double precision', 'boolean'];
    const texts = ['char(5)', 'varchar(40)', 'date', 'timestamp'];
    const columns = [ID, AT, ...[...types, ...texts].map((type, index) => ({ name: `c${index}`, type }))];
    const derived = { ...target, derive: ['year', 'hour'], derive_in: 'transform' };
    const values = fc.oneof(
      fc.string({ maxLength: 8 }),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
      fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
      fc.boolean(),
    );
    const name = fc.constantFrom(...columns.slice(2).map((column) => column.name));
    let accepted = 0;
    for (const dataset of [ordersDataset({ columns, target }), ordersDataset({ columns, target: derived })])
      fc.assert(
        fc.property(name, values, (column, value) => {
          const event = { id: 1, at: '2026-11-23T08:00:00.123456Z', [column]: value };
          const once = transformEvent(dataset, JSON.stringify(event));
          if (!once.accepted) return;
          accepted += 1;
          expect(transformEvent(dataset, `${JSON.stringify(once.event)}\n`)).toMatchObject({
            accepted: true,
            event: { ...once.event },
          });
        }),
        { numRuns: 2_000 },
      );
    expect(accepted).toBeGreaterThan(100);
  });

  test('is refused by a rule that says nothing of its values, so that refusals can be counted', () => {
    const types = ['smallint', 'bigint', 'decimal(6,3)', 'real', 'boolean', 'char(3)', 'varchar(9)', 'date'];
    const columns = [ID, AT, ...types.map((type, index) => ({ name: `c${index}`, type }))];
    const wide = ordersDataset({ columns, target });
    const value = fc.oneof(
      fc.string({ minLength: 12 }),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.jsonValue(),
    );
    const rules = new Set<string>();
    fc.assert(
      fc.property(fc.constantFrom(...columns.map(({ name }) => name)), value, (name, given) => {
        const result = transformEvent(wide, JSON.stringify({ id: 1, at: 0, [name]: given }));
        if (!result.accepted) rules.add(result.rule);
      }),
      { numRuns: 3_000 },
    );
    // Each type has a handful of rules. With the values in them, there would be hundreds.
    expect(rules.size).toBeGreaterThan(10);
    expect(rules.size).toBeLessThan(5 * columns.length);
  });

  test('is refused with a reason that shows only the beginning of a long value', () => {
    const result = transform({ id: 7, at: 'x'.repeat(10_000) }) as { reason: string };
    expect(result.reason.length).toBeLessThan(250);
  });

  test.each([
    ['', /^not JSON: /],
    ['{"id":1', /^not JSON: /],
    ['{"id":1}{"id":2}', /^not JSON: /],
    ['{"id":1}\n{"id":2}', /^not JSON: /],
    ['[{"id":1}]', /^not a JSON object but an array: send its members one after the other$/],
    ['7', /^not a JSON object but 7$/],
    ['null', /^not a JSON object but null$/],
    [JSON.stringify('x'.repeat(500)), /^not a JSON object but "x{99}…$/],
    ['\ufeff{"id":1}', /^not JSON: /],
    [`{"id":${'['.repeat(501)}${']'.repeat(501)}}`, /^not JSON: nested deeper than 500 levels$/],
  ])('%j is not an event', (text, reason) => {
    const result = transformEvent(dataset, text);
    expect(result).toEqual({
      accepted: false,
      reason: expect.stringMatching(reason) as string,
      rule: expect.stringMatching(/^not JSON$|^not a JSON object( but an array)?$/) as string,
    });
  });

  test('may end with a line break, and have an attribute with any name', () => {
    const odd = ordersDataset({
      columns: [ID, AT, ...['__proto__', 'constructor'].map((name) => ({ name, type: 'int' }))],
      target,
    });
    const result = transformEvent(odd, '{"id":1,"at":0,"__proto__":2,"constructor":3}\n');
    expect(JSON.stringify((result as { event: object }).event)).toBe(
      '{"id":1,"at":"1970-01-01 00:00:00.000000","__proto__":2,"constructor":3}',
    );
  });
});

describe('integers', () => {
  test.each<[string, string, unknown]>([
    ['smallint', '32767', 32767],
    ['smallint', '-32768', -32768],
    ['smallint', '32768', 'refused: out of the range of smallint'],
    ['integer', '2147483647', 2147483647],
    ['integer', '2147483648', 'refused: out of the range of integer'],
    ['integer', '-2147483649', 'refused: out of the range of integer'],
    ['integer', '5.0', 5],
    ['integer', '5e3', 5000],
    ['integer', '5.5', 'refused: not a valid integer'],
    ['integer', '1e400', 'refused: out of the range of integer'],
    ['integer', '1.00000000000000001', 'refused: not a valid integer'],
    ['integer', '0.7e1', 7],
    ['integer', '-0', 0],
    ['integer', '0e99999', 0],
    ['integer', '"5"', '5'],
    ['integer', '" +5 "', '5'],
    ['integer', '"-0"', '0'],
    ['integer', '"5.0"', 'refused: not a valid integer'],
    ['integer', '"5e3"', 'refused: not a valid integer'],
    ['integer', '"0x10"', 'refused: not a valid integer'],
    ['integer', '""', 'refused: not a valid integer'],
    ['integer', 'true', 'refused: not a valid integer'],
    ['integer', '{}', 'refused: not a valid integer'],
    ['integer', '[5]', 'refused: not a valid integer'],
    ['bigint', '9007199254740991', 9007199254740991],
    // No double is this number, so it becomes text.
    ['bigint', '9007199254740993', '9007199254740993'],
    ['bigint', '-9223372036854775808', '-9223372036854775808'],
    ['bigint', '9e18', '9000000000000000000'],
    ['bigint', '9223372036854775808', 'refused: out of the range of bigint'],
    ['bigint', '9223372036854775807.5', 'refused: not a valid bigint'],
    ['bigint', '"9007199254740993"', '9007199254740993'],
    ['bigint', '"9223372036854775807"', '9223372036854775807'],
    ['bigint', '"-9223372036854775808"', '-9223372036854775808'],
    ['bigint', '"9223372036854775808"', 'refused: out of the range of bigint'],
    ['bigint', '"99999999999999999999999"', 'refused: not a valid bigint'],
  ])('%s %s', (type, raw, expected) => {
    expect(converted(type, raw)).toBe(expected);
  });
});

describe('decimals', () => {
  function refused(type: string): string {
    const scale = /\d+(?=\))/.exec(type)?.[0] ?? '';
    return `refused: not exact as a ${type}: it has more than ${scale} decimals`;
  }

  test.each<[string, string, unknown]>([
    ['decimal(10,2)', '1', '1.00'],
    ['decimal(10,2)', '0', '0.00'],
    ['decimal(10,2)', '-0', '0.00'],
    ['decimal(10,2)', '0.1', '0.10'],
    ['decimal(10,2)', '1.005', refused('decimal(10,2)')],
    ['decimal(10,2)', '1.0000', '1.00'],
    ['decimal(10,2)', '-1.005', refused('decimal(10,2)')],
    ['decimal(10,2)', '-0.004', refused('decimal(10,2)')],
    ['decimal(10,2)', '0.000000', '0.00'],
    ['decimal(10,2)', '99999999.990', '99999999.99'],
    ['decimal(10,2)', '99999999.995', refused('decimal(10,2)')],
    ['decimal(10,2)', '-99999999.99', '-99999999.99'],
    ['decimal(10,2)', '100000000', 'refused: out of the range of decimal(10,2)'],
    ['decimal(10,2)', '"12.345"', refused('decimal(10,2)')],
    ['decimal(10,2)', '"12.340"', '12.34'],
    ['decimal(10,2)', '" +12.3 "', '12.30'],
    ['decimal(10,2)', '".5"', '0.50'],
    ['decimal(10,2)', '"5."', '5.00'],
    ['decimal(10,2)', '"0000012.3"', '12.30'],
    ['decimal(10,2)', '"1e2"', '100.00'],
    ['decimal(10,2)', '"1.5E-2"', refused('decimal(10,2)')],
    ['decimal(10,2)', '"150E-2"', '1.50'],
    ['decimal(10,2)', '1e-7', refused('decimal(10,2)')],
    ['decimal(10,2)', '0e-7', '0.00'],
    ['decimal(10,2)', '0.00000001e8', '1.00'],
    ['decimal(10,2)', '"1e999"', 'refused: out of the range of decimal(10,2)'],
    ['decimal(10,2)', '"1e-999"', refused('decimal(10,2)')],
    ['decimal(10,2)', '"1e999999999"', 'refused: out of the range of decimal(10,2)'],
    ['decimal(10,2)', '1e400', 'refused: out of the range of decimal(10,2)'],
    ['decimal(10,2)', `1e${'9'.repeat(400)}`, 'refused: out of the range of decimal(10,2)'],
    ['decimal(10,2)', '"."', 'refused: not a valid decimal(10,2)'],
    ['decimal(10,2)', '"e5"', 'refused: not a valid decimal(10,2)'],
    ['decimal(10,2)', '""', 'refused: not a valid decimal(10,2)'],
    ['decimal(10,2)', '"1,5"', 'refused: not a valid decimal(10,2)'],
    ['decimal(10,2)', '"1 000"', 'refused: not a valid decimal(10,2)'],
    ['decimal(10,2)', '"NaN"', 'refused: not a valid decimal(10,2)'],
    ['decimal(10,2)', 'true', 'refused: not a valid decimal(10,2)'],
    ['decimal(10,2)', '[1]', 'refused: not a valid decimal(10,2)'],
    ['decimal(2,2)', '0.999', refused('decimal(2,2)')],
    ['decimal(2,2)', '1', 'refused: out of the range of decimal(2,2)'],
    ['decimal(2,2)', '0.99', '0.99'],
    ['decimal(5,0)', '2.5', refused('decimal(5,0)')],
    ['decimal(5,0)', '0.4', refused('decimal(5,0)')],
    ['decimal(5,0)', '-2.0', '-2'],
    ['decimal(38,37)', '1.1e-7', `0.${'0'.repeat(6)}11${'0'.repeat(29)}`],
    ['decimal(38,37)', '1e-37', `0.${'0'.repeat(36)}1`],
    ['decimal(38,0)', '"12345678901234567890123456789012345678"', '12345678901234567890123456789012345678'],
    ['decimal(38,0)', '"1e21"', '1000000000000000000000'],
    ['decimal(38,0)', '12345678901234567890', '12345678901234567890'],
    ['decimal(38,10)', '1234567890.1234567891', '1234567890.1234567891'],
    ['decimal(18,8)', '1234567890.00000001', '1234567890.00000001'],
    ['decimal(38,10)', '"1234567890.1234567891"', '1234567890.1234567891'],
    ['decimal(38,10)', '1234.5', '1234.5000000000'],
    ['decimal(10,2)', '12345678.30000001', refused('decimal(10,2)')],
  ])('%s %s', (type, raw, expected) => {
    expect(converted(type, raw)).toBe(expected);
  });
});

describe('floating-point numbers', () => {
  test.each<[string, string, unknown]>([
    ['double precision', '1.5', 1.5],
    ['double precision', '"1.5e3"', 1500],
    ['double precision', '" -.5 "', -0.5],
    ['double precision', '1e308', 1e308],
    // It is Infinity for JavaScript, and JSON.stringify would write null: the value would be lost.
    ['double precision', '1e400', 'refused: out of the range of double precision'],
    ['double precision', '"1e400"', 'refused: out of the range of double precision'],
    ['double precision', '"Infinity"', 'refused: not a number'],
    ['double precision', '"NaN"', 'refused: not a number'],
    ['double precision', '"0x1F"', 'refused: not a number'],
    ['double precision', '""', 'refused: not a number'],
    ['double precision', 'true', 'refused: not a number'],
    ['real', '3.4e38', 3.4e38],
    ['real', '3.5e38', 'refused: out of the range of real'],
    ['real', '1e-45', 1e-45],
    ['real', '1e-46', 'refused: out of the range of real'],
    ['real', '0e-46', 0],
    ['double precision', '1e-324', 'refused: out of the range of double precision'],
    ['double precision', '0.12345678901234567890123', 0.12345678901234568],
  ])('%s %s', (type, raw, expected) => {
    expect(converted(type, raw)).toBe(expected);
  });
});

describe('texts', () => {
  test.each<[string, string, unknown]>([
    ['varchar(4)', '"abcd"', 'abcd'],
    ['varchar(4)', '""', ''],
    ['varchar(4)', '"abcde"', 'refused: 5 bytes long, 4 are allowed'],
    ['varchar(4)', '"ää"', 'ää'],
    ['varchar(4)', '"äää"', 'refused: 6 bytes long, 4 are allowed'],
    ['varchar(4)', '"😀"', '😀'],
    ['varchar(4)', '"\\ud83d\\ude00"', '😀'],
    ['varchar(4)', '"😀!"', 'refused: 5 bytes long, 4 are allowed'],
    ['varchar(4)', '"\\ud83d"', 'refused: not valid text: it has half of a surrogate pair'],
    ['varchar(4)', '"\\ude00"', 'refused: not valid text: it has half of a surrogate pair'],
    ['varchar(4)', '12', '12'],
    ['varchar(4)', 'false', 'refused: 5 bytes long, 4 are allowed'],
    ['varchar(5)', 'false', 'false'],
    // An identifier that a producer sends as a number keeps all of its digits.
    ['varchar(40)', '12345678901234567890', '12345678901234567890'],
    ['varchar(40)', '12345.67890123456789012345', '12345.67890123456789012345'],
    ['varchar(40)', '1.50', '1.50'],
    ['varchar(40)', '1.0', '1.0'],
    ['varchar(40)', '-0', '-0'],
    ['varchar(40)', '"a\\u0000b"', 'refused: not a text that Redshift keeps: it has a NUL character'],
    ['varchar(40)', '1e400', '1e400'],
    ['varchar(2)', '1.5', 'refused: 3 bytes long, 2 are allowed'],
    ['varchar(40)', '"12345678901234567890"', '12345678901234567890'],
    ['varchar(40)', '{"a":1}', 'refused: not text'],
    ['varchar(40)', '["a"]', 'refused: not text'],
    ['char(2)', '"DE"', 'DE'],
    ['char(2)', '"DEU"', 'refused: 3 bytes long, 2 are allowed'],
    ['char(2)', '"ä"', 'refused: not a char: a char holds only ASCII (use varchar)'],
  ])('%s %s', (type, raw, expected) => {
    expect(converted(type, raw)).toBe(expected);
  });
});

describe('booleans and dates', () => {
  test.each<[string, string, unknown]>([
    ['boolean', 'true', true],
    ['boolean', 'false', false],
    ['boolean', '"true"', 'refused: not a boolean (true or false)'],
    ['boolean', '0', 'refused: not a boolean (true or false)'],
    ['date', '"2026-12-31"', '2026-12-31'],
    ['date', '"2024-02-29"', '2024-02-29'],
    ['date', '"2000-02-29"', '2000-02-29'],
    ['date', '"1900-02-29"', 'refused: not a date (2026-11-23)'],
    ['date', '"1582-10-15"', '1582-10-15'],
    ['date', '"9999-12-31"', '9999-12-31'],
    ['date', '"1582-10-14"', 'refused: before 1582-10-15: readers of the file may see another day'],
    ['date', '"0001-01-01"', 'refused: before 1582-10-15: readers of the file may see another day'],
    ['date', '"2026-02-29"', 'refused: not a date (2026-11-23)'],
    ['date', '"2026-11-31"', 'refused: not a date (2026-11-23)'],
    ['date', '"2026-13-01"', 'refused: not a date (2026-11-23)'],
    ['date', '"0000-01-01"', 'refused: not a date (2026-11-23)'],
    ['date', '"2026-11-23T00:00:00Z"', 'refused: not a date (2026-11-23)'],
    ['date', '"23.11.2026"', 'refused: not a date (2026-11-23)'],
    ['date', '20415', 'refused: not a date (2026-11-23)'],
  ])('%s %s', (type, raw, expected) => {
    expect(converted(type, raw)).toBe(expected);
  });
});

describe('timestamps', () => {
  test.each([
    ['"2026-11-23T08:15:00Z"', '2026-11-23 08:15:00.000000'],
    ['"2026-11-23 08:15:00"', '2026-11-23 08:15:00.000000'],
    ['" 2026-11-23T08:15:00 "', '2026-11-23 08:15:00.000000'],
    ['"2026-11-23T08:15:00.1Z"', '2026-11-23 08:15:00.100000'],
    ['"2026-11-23T08:15:00.123456Z"', '2026-11-23 08:15:00.123456'],
    ['"2026-11-23T08:15:00.1234560000000Z"', '2026-11-23 08:15:00.123456'],
    ['"2026-11-23T08:15:00+05:30"', '2026-11-23 02:45:00.000000'],
    ['"2026-11-23T08:15:00+0530"', '2026-11-23 02:45:00.000000'],
    ['"2026-11-23T08:15:00-00:00"', '2026-11-23 08:15:00.000000'],
    ['"2026-12-31T23:30:00.000001-01:00"', '2027-01-01 00:30:00.000001'],
    ['"2024-03-01T00:30:00+01:00"', '2024-02-29 23:30:00.000000'],
    // In New York the first hour does not exist and the second occurs twice. In UTC both are normal.
    ['"2026-03-08T02:30:00"', '2026-03-08 02:30:00.000000'],
    ['"2026-11-01T01:30:00"', '2026-11-01 01:30:00.000000'],
    ['"1677-09-22T00:00:00Z"', '1677-09-22 00:00:00.000000'],
    ['"2262-04-11T23:47:16.854775Z"', '2262-04-11 23:47:16.854775'],
    ['0', '1970-01-01 00:00:00.000000'],
    ['-1', '1969-12-31 23:59:59.000000'],
    ['1795421700', '2026-11-23 08:15:00.000000'],
    ['1795421700.123', '2026-11-23 08:15:00.123000'],
    ['1700000000.123456', '2023-11-14 22:13:20.123456'],
    ['1700000000.1234560', '2023-11-14 22:13:20.123456'],
    ['17000000001234560e-7', '2023-11-14 22:13:20.123456'],
    ['-0.000001', '1969-12-31 23:59:59.999999'],
    ['1795421700123.456', '2026-11-23 08:15:00.123456'],
    ['9223372036854.775', '2262-04-11 23:47:16.854775'],
    ['-100000000001', '1966-10-31 14:13:19.999000'],
    ['1795421700123', '2026-11-23 08:15:00.123000'],
  ])('%s', (raw, expected) => {
    expect(converted('timestamp', raw)).toBe(expected);
  });

  test.each([
    ['24:00', '"2026-11-23T24:00:00Z"'],
    ['a leap second', '"2026-12-31T23:59:60Z"'],
    ['a day that does not exist', '"2026-02-29T08:15:00Z"'],
    ['a month that does not exist', '"2026-00-10T08:15:00Z"'],
    ['a minute that does not exist', '"2026-11-23T08:60:00Z"'],
    ['an offset that does not exist', '"2026-11-23T08:15:00+25:00"'],
    ['a point without digits', '"2026-11-23T08:15:00.Z"'],
    ['a zone’s name', '"2026-11-23T08:15:00 Europe/Berlin"'],
    ['only a day', '"2026-11-23"'],
    ['no seconds', '"2026-11-23T08:15Z"'],
    ['a year of five digits', '"12026-11-23T08:15:00Z"'],
    ['a number in a text', '"1795421700123"'],
    ['nothing', '""'],
    ['a boolean', 'true'],
    ['an object', '{}'],
  ])('%s is refused', (_, raw) => {
    expect(converted('timestamp', raw)).toBe(
      'refused: not a timestamp (2026-11-23T08:15:00Z, or epoch seconds or milliseconds)',
    );
  });

  test.each([
    '"2026-11-23T08:15:00.1234569Z"',
    '"2026-11-23T08:15:00.123456789Z"',
    '"2026-11-23T08:15:00.0000000001Z"',
    '1e-7',
    '1e-999',
  ])('%s is refused, because it has more digits than microseconds', (raw) => {
    expect(converted('timestamp', raw)).toBe(
      'refused: not exact as a timestamp: it has more digits than microseconds',
    );
  });

  test.each([
    ['a time before the first', '"1677-09-21T23:59:59.999999Z"'],
    ['a time before the first by its offset', '"1677-09-22T00:00:00+01:00"'],
    ['a time after the last', '"2262-04-11T23:47:16.854776Z"'],
    ['a time after the last by its offset', '"2262-04-11T23:47:16-01:00"'],
    ['the year 1', '"0001-01-01T00:00:00Z"'],
    ['the year 9999', '"9999-12-31T23:59:59Z"'],
    ['the end of the year 0', '"0000-12-31T23:59:59Z"'],
    ['a time after the last as a number', '9223372036854.776'],
    ['seconds of the year 5138', '99999999999'],
    ['more than a Date holds', '1e300'],
    ['more than any number', `1e${'9'.repeat(400)}`],
    ['microseconds since the epoch', '1795421700123456'],
  ])('%s is refused, because Firehose would write another time', (_, raw) => {
    expect(converted('timestamp', raw)).toMatch(
      /^refused: out of the range of timestamps that Firehose writes \(1677-09-22 .* to 2262-04-11 /,
    );
  });

  test('keep their moment', () => {
    const moment = fc.date({
      min: new Date('1677-09-23T00:00:00Z'),
      max: new Date('2262-04-11'),
      noInvalidDate: true,
    });
    const offset = fc.integer({ min: -14 * 60, max: 14 * 60 });
    fc.assert(
      fc.property(moment, offset, (time, minutes) => {
        const local = new Date(time.getTime() + minutes * 60_000).toISOString().slice(0, 23);
        const [hour, minute] = [Math.trunc(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
        const zone = `${minutes < 0 ? '-' : '+'}${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;
        expect(converted('timestamp', JSON.stringify(`${local}${zone}`))).toBe(
          `${time.toISOString().replace('T', ' ').slice(0, 23)}000`,
        );
        // A number below 10^11 means seconds.
        const number = Math.abs(time.getTime()) < 1e11 ? time.getTime() / 1_000 : time.getTime();
        expect(converted('timestamp', String(number))).toBe(
          `${time.toISOString().replace('T', ' ').slice(0, 23)}000`,
        );
      }),
    );
  });
});

describe('columns derived in the transform', () => {
  const derived = ordersDataset({
    columns: [ID, AT],
    target: { ...target, derive_in: 'transform', derive: ['hour', 'day', 'month', 'year'] },
  });

  test.each([
    ['2026-12-31T23:59:59.999999Z', { year: 2026, month: 12, day: 31, hour: 23 }],
    ['2026-12-31T23:30:00-01:00', { year: 2027, month: 1, day: 1, hour: 0 }],
    ['2024-02-29T00:00:00Z', { year: 2024, month: 2, day: 29, hour: 0 }],
    ['2026-03-08T02:30:00Z', { year: 2026, month: 3, day: 8, hour: 2 }],
    ['1701-03-08T02:30:00Z', { year: 1701, month: 3, day: 8, hour: 2 }],
  ])('are right for %s', (at, parts) => {
    expect(event(transformEvent(derived, JSON.stringify({ id: 1, at })))).toMatchObject(parts);
  });

  test('come from the event time, whatever the event says', () => {
    const text = '{"id":1,"at":"2026-12-31T23:00:00Z","year":1999,"hour":"noon"}';
    const result = transformEvent(derived, text);
    expect(event(result)).toMatchObject({ year: 2026, hour: 23 });
    expect(result).toMatchObject({ unknown: ['year', 'hour'] });
  });

  test('are only those that the dataset names, and none if the merge derives them', () => {
    const text = '{"id":1,"at":"2026-12-31T23:00:00Z","year":1999}';
    const one = ordersDataset({
      columns: [ID, AT],
      target: { ...target, derive_in: 'transform', derive: ['hour'] },
    });
    expect(Object.keys(event(transformEvent(one, text)))).toEqual(['id', 'at', 'hour']);
    const inMerge = ordersDataset({ columns: [ID, AT], target });
    expect(Object.keys(event(transformEvent(inMerge, text)))).toEqual(['id', 'at']);
  });

  function event(result: TransformedEvent): object {
    if (!result.accepted) throw new Error(result.reason);
    return result.event;
  }
});
