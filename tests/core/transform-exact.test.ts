import fc from 'fast-check';
import { parseColumnType, INTEGER_RANGES, type ColumnType } from '../../core/column-types';
import { transformEvent } from '../../core/transform';
import { ordersDataset } from './orders';

/** A number as a fraction: `over` / 10^`places`. */
interface Fraction {
  readonly over: bigint;
  readonly places: number;
}

/** The number that a JSON text says, in integers only. */
function fractionOf(text: string): Fraction {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const places = fraction.length - Number(exponent);
  const over = BigInt(`${sign}${whole}${fraction}`);
  return places < 0 ? { over: over * 10n ** BigInt(-places), places: 0 } : { over, places };
}

/** The number × 10^places; undefined if that is no integer. */
function scaled({ over, places: own }: Fraction, places: number): bigint | undefined {
  if (own <= places) return over * 10n ** BigInt(places - own);
  const divisor = 10n ** BigInt(own - places);
  return over % divisor === 0n ? over / divisor : undefined;
}

const magnitude = (value: bigint) => (value < 0n ? -value : value);

/** The same for a number of a double: rounded, if it has 16 or 17 digits and changes by less than 1 part in 2^51. */
function scaledDouble(number: Fraction, places: number): bigint | undefined {
  const exact = scaled(number, places);
  const { over, places: own } = number;
  if (exact !== undefined || !/^-?[1-9]\d{14,15}[1-9]0*$/.test(String(over))) return exact;
  const divisor = 10n ** BigInt(own - places);
  const rounded = ((magnitude(over) * 2n + divisor) / (divisor * 2n)) * (over < 0n ? -1n : 1n);
  return magnitude(rounded * divisor - over) * 2n ** 51n <= magnitude(over) ? rounded : undefined;
}
const microsecondsOf = (time: string) =>
  BigInt(Date.parse(`${time.slice(0, 19).replace(' ', 'T')}Z`)) * 1_000n + BigInt(time.slice(20));

/** What has to become of a number, as a text that can be compared; undefined if the event has to be refused. */
function expected(type: ColumnType, text: string, isText: boolean): string | undefined {
  const number = fractionOf(text);
  switch (type.kind) {
    case 'smallint':
    case 'integer':
    case 'bigint': {
      const value = scaled(number, 0);
      const [least, greatest] = INTEGER_RANGES[type.kind];
      return value !== undefined && value >= least && value <= greatest ? String(value) : undefined;
    }
    case 'decimal': {
      const value = (isText ? scaled : scaledDouble)(number, type.scale);
      const fits = value !== undefined && magnitude(value) < 10n ** BigInt(type.precision);
      return fits ? String(value) : undefined;
    }
    case 'timestamp': {
      const whole = magnitude(number.over) / 10n ** BigInt(number.places);
      const value = scaledDouble(number, whole < 10n ** 11n ? 6 : 3);
      const fits =
        value !== undefined &&
        value >= microsecondsOf('1677-09-22 00:00:00.000000') &&
        value <= microsecondsOf('2262-04-11 23:47:16.854775');
      return fits ? String(value) : undefined;
    }
    case 'real':
    case 'double precision': {
      const value = type.kind === 'real' ? Math.fround(Number(text)) : Number(text);
      return Number.isFinite(value) && (value !== 0 || number.over === 0n) ? String(value + 0) : undefined;
    }
    case 'char':
    case 'varchar':
      return text.length <= type.length ? text : undefined;
    case 'boolean':
    case 'date':
      return undefined;
  }
}

/** What became of it, in the same form. */
function found(type: ColumnType, value: string | number | boolean): string {
  switch (type.kind) {
    case 'decimal':
      return String(scaled(fractionOf(String(value)), type.scale));
    case 'timestamp':
      return String(microsecondsOf(String(value)));
    case 'real':
      return String(Math.fround(Number(value)) + 0);
    case 'double precision':
      return String(Number(value) + 0);
    default:
      return String(value);
  }
}

const digit = fc.constantFrom(...'0012345678999');
const digits = (maxLength: number) => fc.array(digit, { minLength: 1, maxLength }).map((all) => all.join(''));
/** Texts of JSON numbers of every length, many with zeros at an end or at the limit of a type. */
const numberText = fc
  .tuple(
    fc.constantFrom('', '-'),
    fc.oneof(
      digits(4),
      digits(25),
      fc.constantFrom('32768', '2147483648', '9223372036854775808', '9007199254740993'),
      fc.constantFrom('1700000000', '1700000000123', '9223372036', '99999999999', '100000000000'),
    ),
    fc.oneof(
      fc.constant(''),
      digits(3),
      digits(8),
      digits(25),
      fc.constantFrom('1234560', '854775', '5', '00000000000000000001'),
    ),
    fc.oneof(
      fc.constant(''),
      fc.tuple(fc.constantFrom('e', 'E', 'e+'), fc.nat(20)).map(([e, power]) => `${e}${power}`),
      fc.nat(20).map((power) => `e-${power}`),
      fc.constantFrom('e400', 'e-400', 'E-46'),
    ),
  )
  .map(
    ([sign, whole, fraction, exponent]) =>
      `${sign}${whole.replace(/^0+(?=\d)/, '')}${fraction && `.${fraction}`}${exponent}`,
  );

const TYPES = [
  ...['smallint', 'integer', 'bigint', 'real', 'double precision', 'boolean', 'date', 'timestamp'],
  ...['decimal(10,2)', 'decimal(18,8)', 'decimal(38,10)', 'decimal(5,0)', 'decimal(4,4)'],
  ...['char(8)', 'varchar(40)'],
];

test.each(TYPES)('a number for %s arrives as the event’s text says, or the event is refused', (text) => {
  const type = parseColumnType(text) as ColumnType;
  const dataset = ordersDataset({
    columns: [
      { name: 'id', type: 'bigint', required: true },
      { name: 'at', type: 'timestamp', required: true },
      { name: 'value', type: text },
    ],
    target: { key: ['id'], event_time: 'at' },
  });
  const isNumeric = ['decimal', 'real', 'double precision'].includes(type.kind);
  let accepted = 0;
  fc.assert(
    fc.property(numberText, fc.boolean(), (number, quoted) => {
      const json = isNumeric && quoted ? `"${number}"` : number;
      const result = transformEvent(dataset, `{"id":1,"at":0,"value":${json}}`);
      const value = result.accepted ? result.event.value : undefined;
      expect({ json, value: value === undefined ? undefined : found(type, value) }).toEqual({
        json,
        value: expected(type, number, json !== number),
      });
      if (value !== undefined) accepted += 1;
    }),
    { numRuns: 2_000 },
  );
  expect(accepted > 3).toBe(type.kind !== 'boolean' && type.kind !== 'date');
});

test.each<[string, string, string | undefined]>([
  ['decimal(10,2)', '25.450000000000003', '25.45'],
  ['decimal(10,2)', '0.30000000000000004', '0.30'],
  ['decimal(10,2)', '-1234.5600000000004', '-1234.56'],
  ['decimal(10,2)', '0.9999999999999999', '1.00'],
  ['decimal(10,2)', '25.455', undefined],
  ['decimal(10,2)', '25.4500000000001', undefined],
  ['decimal(10,2)', '25.45000000000000001', undefined],
  ['decimal(10,2)', '0.00000000000000012345678', undefined],
  ['decimal(18,8)', '1234567890.00000001', '1234567890.00000001'],
  ['timestamp', '1700000000.1234567', '2023-11-14 22:13:20.123457'],
  ['timestamp', '1700000000123.4567', '2023-11-14 22:13:20.123457'],
  ['timestamp', '1700000000.12345678912', undefined],
  ['timestamp', '1763885700.123456789', undefined],
  ['decimal(18,2)', '123456789012345.678', undefined],
  ['timestamp', '1.1234567', undefined],
])('the noise of a double is no digit of a %s: %s', (text, number, expectedValue) => {
  const dataset = ordersDataset({
    columns: [
      { name: 'id', type: 'bigint', required: true },
      { name: 'at', type: 'timestamp', required: true },
      { name: 'value', type: text },
    ],
    target: { key: ['id'], event_time: 'at' },
  });
  const result = transformEvent(dataset, `{"id":1,"at":0,"value":${number}}`);
  expect(result.accepted ? result.event.value : undefined).toBe(expectedValue);
  if (!text.startsWith('decimal') || expectedValue === number) return;
  expect(transformEvent(dataset, `{"id":1,"at":0,"value":"${number}"}`).accepted).toBe(false);
});
