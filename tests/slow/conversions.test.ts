import fc from 'fast-check';
import { query } from '../../cli/shared/query';
import { parseColumnType, redshiftType, type ColumnType } from '../../core/column-types';
import { conversionOf, convertedOrNull, isChanged } from '../../core/conversions';
import { joinSql, quoteName, quoteText, sql } from '../../core/sql';
import { TestTwin } from '../../testkit/test-twin';

/**
 * Every conversion, value by value, on the warehouse: a value either arrives as the same value, or is refused. What is the
 * same value is computed here in exact arithmetic, and not by the warehouse.
 */

let twin: TestTwin;
beforeAll(async () => {
  twin = await TestTwin.shared();
});
afterAll(() => twin.remove());

const typeOf = (text: string) => parseColumnType(text) as ColumnType;

/** A rational number: `units / 10^scale`. */
interface Exact {
  readonly units: bigint;
  readonly scale: number;
}

const powerOfTen = (exponent: number) => 10n ** BigInt(exponent);

/** A number in the form 12.340; undefined for any other text. */
function exactOf(text: string): Exact | undefined {
  const [match, whole = '', fraction = ''] = /^(-?\d+)(?:\.(\d+))?$/.exec(text) ?? [];
  return match === undefined ? undefined : { units: BigInt(`${whole}${fraction}`), scale: fraction.length };
}

/** The exact value of a floating-point number. */
function exactOfNumber(number: number): Exact {
  let [value, scale] = [number, 0];
  let factor = 1n;
  // A double is an integer divided by a power of two, and 1/2 is 5/10.
  while (!Number.isInteger(value)) {
    value *= 2;
    factor *= 5n;
    scale += 1;
  }
  return { units: BigInt(value) * factor, scale };
}

/** The value in units of 10^-scale; undefined if it is no whole number of them. */
function unitsAt({ units, scale }: Exact, wanted: number): bigint | undefined {
  if (wanted >= scale) return units * powerOfTen(wanted - scale);
  const divisor = powerOfTen(scale - wanted);
  return units % divisor === 0n ? units / divisor : undefined;
}

const sameNumber = (left: Exact, right: Exact) =>
  left.units * powerOfTen(right.scale) === right.units * powerOfTen(left.scale);

const BITS: Partial<Record<ColumnType['kind'], bigint>> = { smallint: 15n, integer: 31n, bigint: 63n };

/** Whether the type holds exactly this value. */
function holds(type: ColumnType, value: Exact): boolean {
  if (type.kind === 'decimal') {
    const units = unitsAt(value, type.scale);
    const limit = powerOfTen(type.precision);
    return units !== undefined && units < limit && units > -limit;
  }
  const bits = BITS[type.kind];
  if (bits !== undefined) {
    const units = unitsAt(value, 0);
    return units !== undefined && units < 2n ** bits && units >= -(2n ** bits);
  }
  const number = Number(value.units) / 10 ** value.scale;
  const stored = type.kind === 'real' ? Math.fround(number) : number;
  return Number.isFinite(stored) && sameNumber(exactOfNumber(stored), value);
}

const INTEGERS = [
  ...['0', '1', '-1', '255', '256', '32767', '32768', '-32768', '-32769', '65536', '99999999', '100000000'],
  ...['16777216', '16777217', '-16777217', '2147483647', '2147483648', '-2147483648', '-2147483649'],
  ...[
    '9007199254740992',
    '9007199254740993',
    '-9007199254740993',
    '9223372036854775807',
    '-9223372036854775808',
  ],
];
const DECIMALS = [
  '0.00',
  '0.01',
  '-0.01',
  '1.00',
  '1.50',
  '99.99',
  '32767.00',
  '32768.00',
  '2147483648.00',
  '-12.34',
];
const TEXTS = [
  ...INTEGERS,
  ...DECIMALS,
  ...[
    '',
    ' ',
    ' 1',
    '1 ',
    '+1',
    '1.',
    '.5',
    '-',
    '1e2',
    '0x1',
    '1_000',
    'NaN',
    'one',
    '007',
    '-00.50',
    '1.230',
    '1.2300',
  ],
  ...[
    '1.239',
    '123456789.00',
    '99999999.99',
    '99999999.990',
    '99999999.999',
    '12345678901234567890123456789',
    '1\n',
    '1\n2',
    'x\n1.50',
    '１',
  ],
];
const DAYS = [
  '2026-02-28',
  '2024-02-29',
  '2026-02-29',
  '2026-02-30',
  '2026-13-01',
  '0000-01-01',
  '0001-01-01',
  '9999-12-31',
  '26-02-28',
  '2026-2-8',
  '2026-11-23T08:00:00Z',
];
const TIMES = [
  ...[
    '2026-11-23 08:15:00',
    '2026-11-23T08:15:00',
    '2026-11-23T08:15:00Z',
    '2026-11-23T08:15:00.5',
    '2026-11-23T08:15:00.123456Z',
  ],
  ...[
    '2026-11-23T08:15:00.123456000Z',
    '2026-11-23T08:15:00.1234567Z',
    '2026-11-23T08:15:00+02:00',
    '2026-11-23T08:15:00-00:00',
  ],
  ...[
    '2026-11-23T24:00:00Z',
    '2026-11-23T23:59:60Z',
    '2026-11-23',
    '2026-02-30T00:00:00Z',
    '2026-11-23T8:15:00',
    ' 2026-11-23T08:15:00',
  ],
];

const inType = (type: string) => (text: string) => {
  const value = exactOf(text);
  return value !== undefined && holds(typeOf(type), value);
};
const random = <Value>(values: fc.Arbitrary<Value>) => fc.sample(values, 60);
const doubles = [
  ...[
    0,
    0.5,
    1,
    -1,
    1.5,
    32767,
    32768,
    2147483648,
    2 ** 53,
    2 ** 53 + 2,
    2 ** 63,
    -(2 ** 63),
    2 ** 64,
    1e300,
    1e-300,
    0.1,
    0.01,
  ],
  ...[
    1.005, 8589940435, 4503599627370495.5, 1e22, 1234567890123.25, 99999999.99, 1e8, 16777217,
    0.30000000000000004, 123456.78, -0.07, 3.4028234663852886e38, 3.5e38,
  ],
  ...random(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e12, max: 1e12 })),
  ...random(fc.integer({ min: -1_000_000, max: 1_000_000 }).map((cents) => cents / 100)),
];
const digits = random(
  fc.tuple(fc.bigInt(-(10n ** 20n), 10n ** 20n), fc.nat(6)).map(([units, scale]) => {
    const text = units
      .toString()
      .replace('-', '')
      .padStart(scale + 1, '0');
    const point = text.length - scale;
    return `${units < 0n ? '-' : ''}${text.slice(0, point)}${scale > 0 ? `.${text.slice(point)}` : ''}`;
  }),
);

/** The values of a staging column by its type, each as the text with which the warehouse is given it. */
const STAGED: Readonly<Record<string, readonly string[]>> = {
  smallint: INTEGERS.filter(inType('smallint')),
  integer: INTEGERS.filter(inType('integer')),
  bigint: [...INTEGERS, ...random(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n)).map(String)],
  real: doubles.map(Math.fround).filter(Number.isFinite).map(String),
  'double precision': doubles.map(String),
  'decimal(12,2)': [...DECIMALS, ...digits].filter(inType('decimal(12,2)')),
  'decimal(38,6)': [...DECIMALS, ...digits].filter(inType('decimal(38,6)')),
  'varchar(65535)': [...TEXTS, ...digits],
};
const TARGETS = [
  ...['smallint', 'integer', 'bigint', 'real', 'double precision'],
  ...[
    'decimal(10,2)',
    'decimal(12,2)',
    'decimal(14,4)',
    'decimal(3,3)',
    'decimal(18,0)',
    'decimal(38,2)',
    'decimal(38,10)',
  ],
];

/** The staged value that a text stands for; undefined if it is no number. */
const valueOf = (staged: ColumnType, text: string): Exact | undefined =>
  staged.kind === 'real' || staged.kind === 'double precision' ? exactOfNumber(Number(text)) : exactOf(text);

/** Loads the texts into a column of a type, and converts it into the targets. */
async function convertAll(staged: string, texts: readonly string[], targets: readonly string[]) {
  const [type, table, value] = [typeOf(staged), quoteName('staged_values'), quoteName('v')];
  await query(twin.connection, sql`DROP TABLE IF EXISTS ${table}`);
  await query(twin.connection, sql`CREATE TABLE ${table} ("n" INTEGER, "v" ${redshiftType(type)})`);
  const rows = texts.map((text, index) => sql`(${index}, CAST(${quoteText(text)} AS ${redshiftType(type)}))`);
  await query(twin.connection, sql`INSERT INTO ${table} VALUES ${joinSql(rows)}`);
  const columns = targets.flatMap((target, index) => {
    const conversion = conversionOf(type, typeOf(target));
    if (!conversion) throw new Error(`${staged} does not become ${target}`);
    return [
      sql`${conversion.unchanged ? isChanged(conversion.unchanged, value) : sql`0`} AS ${quoteName(`changed_${index}`)}`,
      sql`CAST(${convertedOrNull(conversion, value)} AS VARCHAR(100)) AS ${quoteName(`made_${index}`)}`,
    ];
  });
  const result = await query(twin.connection, sql`SELECT ${joinSql(columns)} FROM ${table} ORDER BY "n"`);
  return texts.map((text, row) => ({
    text,
    results: targets.map((target, index) => ({
      target,
      isChanged: result.rows[row]?.[2 * index] === 1,
      made: result.rows[row]?.[2 * index + 1],
    })),
  }));
}

describe.each(Object.entries(STAGED))('numbers staged as %s', (staged, texts) => {
  const type = typeOf(staged);
  const targets = TARGETS.filter((target) => conversionOf(type, typeOf(target)) !== undefined);

  test(`arrive as the same number or are refused`, async () => {
    expect(targets.length).toBeGreaterThan(1);
    const wrong: unknown[] = [];
    let [accepted, refused] = [0, 0];
    for (const { text, results } of await convertAll(staged, texts, targets)) {
      const value = valueOf(type, text);
      for (const { target, isChanged: changed, made } of results) {
        if (changed) refused += 1;
        else accepted += 1;
        const isSame =
          !changed && value !== undefined && isSameIn(type, typeOf(target), text, value, String(made));
        const mayRefuse = value === undefined || !mustAccept(type, typeOf(target), text, value);
        if (changed ? !mayRefuse || made !== null : !isSame) wrong.push({ text, target, changed, made });
      }
    }
    expect(wrong).toEqual([]);
    expect(accepted).toBeGreaterThan(20);
    // Only the types that every target holds lose nothing.
    if (staged !== 'smallint') expect(refused).toBeGreaterThan(0);
  });
});

const isFloating = ({ kind }: ColumnType) => kind === 'real' || kind === 'double precision';

/** The decimal number with the fewest digits that is read as this floating-point number. */
function shortest(number: number): Exact {
  const [digits = '', exponent = '0'] = String(number).split('e');
  const written = exactOf(digits)!;
  const shift = Number(exponent);
  return shift >= 0
    ? { units: written.units * powerOfTen(shift), scale: written.scale }
    : { units: written.units, scale: written.scale - shift };
}

/** Between a decimal and a floating-point number, equal means: each is the nearest to the other. */
function isSameIn(staged: ColumnType, target: ColumnType, text: string, value: Exact, made: string): boolean {
  if (isFloating(target)) {
    const number = target.kind === 'real' ? Math.fround(Number(made)) : Number(made);
    if (staged.kind !== 'decimal') return sameNumber(exactOfNumber(number), value);
    const asText = Number(value.units) / 10 ** value.scale;
    return number === (target.kind === 'real' ? Math.fround(asText) : asText);
  }
  // The engine writes a decimal without a whole part as .25.
  const found = exactOf(made.replace(/^(-?)\./, '$10.'));
  if (!found) return false;
  if (!isFloating(staged) || target.kind !== 'decimal') return sameNumber(found, value);
  return sameNumber(found, shortest(Number(text)));
}

/** Whether a refusal would be wrong: the target holds the very value, and the text is written plainly. */
function mustAccept(staged: ColumnType, target: ColumnType, text: string, value: Exact): boolean {
  if (staged.kind === 'varchar' && target.kind !== 'decimal' && !/^-?\d+$/.test(text)) return false;
  // Beyond 2^53 a double holds only some integers, so all are refused.
  const limit = target.kind === 'real' ? 2 ** 24 : 2 ** 53;
  if (isFloating(target) && (Math.abs(Number(text)) > limit || staged.kind === 'decimal')) {
    return staged.kind === 'decimal' && text.replace(/\D/g, '').length <= (target.kind === 'real' ? 6 : 15);
  }
  // Redshift may keep only 15 digits of a floating-point number as a decimal.
  if (isFloating(staged) && target.kind === 'decimal')
    return holds(target, value) && Math.abs(Number(text)) < 10 ** (15 - target.scale);
  return holds(target, value);
}

test('text becomes a date only if it is a day of the calendar in ISO 8601', async () => {
  const results = await convertAll('varchar(65535)', [...DAYS, ...TEXTS], ['date']);
  const accepted = results.filter(({ results: [date] }) => !date?.isChanged);
  expect(accepted.map(({ text, results: [date] }) => [text, date?.made])).toEqual(
    ['2026-02-28', '2024-02-29', '0001-01-01', '9999-12-31'].map((day) => [day, day]),
  );
});

test('text becomes a timestamp only if it is a time in UTC, in microseconds', async () => {
  const results = await convertAll('varchar(65535)', [...TIMES, ...DAYS, ...TEXTS], ['timestamp']);
  const accepted = results.filter(({ results: [time] }) => !time?.isChanged);
  expect(accepted.map(({ text, results: [time] }) => [text, time?.made])).toEqual([
    ['2026-11-23 08:15:00', '2026-11-23 08:15:00'],
    ['2026-11-23T08:15:00', '2026-11-23 08:15:00'],
    ['2026-11-23T08:15:00Z', '2026-11-23 08:15:00'],
    ['2026-11-23T08:15:00.5', '2026-11-23 08:15:00.5'],
    ['2026-11-23T08:15:00.123456Z', '2026-11-23 08:15:00.123456'],
    ['2026-11-23T08:15:00.123456000Z', '2026-11-23 08:15:00.123456'],
    ['2026-11-23T08:00:00Z', '2026-11-23 08:00:00'],
  ]);
});

test('a date becomes its midnight, and a timestamp becomes a date only if it is midnight', async () => {
  const [midnight] = await convertAll('date', ['2026-11-23'], ['timestamp']);
  expect(midnight?.results).toEqual([{ target: 'timestamp', isChanged: false, made: '2026-11-23 00:00:00' }]);
  const days = await convertAll('timestamp', ['2026-11-23 00:00:00', '2026-11-23 00:00:00.000001'], ['date']);
  expect(days.map(({ results: [date] }) => date)).toEqual([
    { target: 'date', isChanged: false, made: '2026-11-23' },
    { target: 'date', isChanged: true, made: null },
  ]);
});

test('a null stays null and is no change, in every conversion', async () => {
  for (const staged of [...Object.keys(STAGED), 'date', 'timestamp']) {
    const targets = [...TARGETS, 'date', 'timestamp'].filter((target) =>
      conversionOf(typeOf(staged), typeOf(target)),
    );
    const type = redshiftType(typeOf(staged));
    const columns = targets.flatMap((target, index) => {
      const conversion = conversionOf(typeOf(staged), typeOf(target))!;
      const value = sql`CAST(NULL AS ${type})`;
      return [
        sql`${conversion.unchanged ? isChanged(conversion.unchanged, value) : sql`0`} AS ${quoteName(`a${index}`)}`,
        sql`${conversion.converted(value)} AS ${quoteName(`b${index}`)}`,
      ];
    });
    const { rows } = await query(twin.connection, sql`SELECT ${joinSql(columns)}`);
    expect(rows).toEqual([targets.flatMap(() => [0, null])]);
  }
});
