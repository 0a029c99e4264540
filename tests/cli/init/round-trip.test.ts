import fc from 'fast-check';
import { redshiftType, type ColumnType } from '../../../core/column-types';
import { transformRecord } from '../../../core/transform';
import { datasetOf } from './sampled';

/** The texts of JSON values of one kind. */
const KINDS: Readonly<Record<string, fc.Arbitrary<string>>> = {
  tiny: fc.nat(3_000).map(String),
  middle: fc.integer({ min: 4_000, max: 40_000_000 }).map(String),
  short: fc.integer({ min: -40_000, max: 40_000 }).map(String),
  long: fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }).map(String),
  huge: fc.bigInt({ min: -(10n ** 45n), max: 10n ** 45n }).map(String),
  amount: fc
    .tuple(fc.bigInt({ min: -(10n ** 9n), max: 10n ** 9n }), fc.stringMatching(/^\d{1,3}$/))
    .map(([whole, decimals]) => `${whole}.${decimals}`),
  precise: fc
    .tuple(fc.nat(99), fc.stringMatching(/^\d{10,45}$/))
    .map(([whole, decimals]) => `${whole}.${decimals}`),
  double: fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
  calculated: fc
    .tuple(fc.nat(10_000), fc.nat(10_000))
    .map(([a, b]) => JSON.stringify(a / 100 + b / 1_000 / 3)),
  noisy: fc.tuple(fc.nat(10_000), fc.nat(10_000)).map(([a, b]) => JSON.stringify(a / 100 + b / 100)),
  exponent: fc.tuple(fc.integer(), fc.integer({ min: -400, max: 400 })).map(([a, b]) => `${a}e${b}`),
  numberText: fc.integer().map((value) => JSON.stringify(String(value))),
  amountText: fc.nat(99_999).map((value) => JSON.stringify((value / 100).toFixed(2))),
  noisyText: fc.nat(10_000).map((a) => JSON.stringify(String(a / 100 + 0.1))),
  paddedText: fc.nat(999).map((value) => JSON.stringify(String(value).padStart(5, '0'))),
  text: fc.string({ unit: 'grapheme', maxLength: 40 }).map((value) => JSON.stringify(value)),
  anyText: fc
    .string({
      unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
      maxLength: 5,
    })
    .map((value) => JSON.stringify(value)),
  flag: fc.boolean().map(String),
  day: fc
    .date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
    .map((date) => JSON.stringify(date.toISOString().slice(0, 10))),
  recentDay: fc
    .date({ min: new Date('2020-01-01'), max: new Date('2030-01-01'), noInvalidDate: true })
    .map((date) => JSON.stringify(date.toISOString().slice(0, 10))),
  time: fc
    .tuple(
      fc.date({ min: new Date('1600-01-01'), max: new Date('2300-01-01'), noInvalidDate: true }),
      fc.constantFrom('T', ' '),
      fc.stringMatching(/^(?:\.\d{1,8})?$/),
      fc.constantFrom('', 'Z', '+01:00', '-0530', '+14:00', '+25:00'),
    )
    .map(([date, middle, fraction, zone]) =>
      JSON.stringify(`${date.toISOString().slice(0, 19).replace('T', middle)}${fraction}${zone}`),
    ),
  recentTime: fc
    .date({ min: new Date('2020-01-01'), max: new Date('2030-01-01'), noInvalidDate: true })
    .map((date) => JSON.stringify(date.toISOString())),
  seconds: fc.integer({ min: 1_500_000_000, max: 1_900_000_000 }).map(String),
  milliseconds: fc.integer({ min: 1_500_000_000_000, max: 1_900_000_000_000 }).map(String),
  pythonTime: fc.double({ min: 1.5e9, max: 1.9e9, noNaN: true }).map((value) => JSON.stringify(value)),
  nothing: fc.constant('null'),
  object: fc.constantFrom('{}', '{"a":{"b":1}}'),
  list: fc.constantFrom('[]', '[1,[2]]'),
};

const name = fc.oneof(
  fc.constantFrom(
    'ts',
    'created_at',
    'amount',
    'year',
    'day',
    'source_partition',
    'Amount',
    'user-id',
    'ctid',
    'null',
    "it's",
    '# x',
    'sluice_x',
    '__proto__',
  ),
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.string({ maxLength: 5 }),
);

/** The values of an attribute in all events; undefined where an event lacks it. */
const attribute = (events: number) =>
  fc.record({
    name: name.filter((each) => !['id', 'at'].includes(each.toLowerCase())),
    values: fc
      .oneof(
        fc.constantFrom(...Object.keys(KINDS)).map((kind) => [kind]),
        fc.subarray(Object.keys(KINDS), { minLength: 2, maxLength: 2 }),
      )
      .chain((kinds) =>
        fc.array(fc.option(fc.oneof(...kinds.map((kind) => KINDS[kind]!)), { nil: undefined, freq: 5 }), {
          minLength: events,
          maxLength: events,
        }),
      ),
  });

const sample = fc
  .integer({ min: 1, max: 12 })
  .chain((events) =>
    fc.tuple(fc.constant(events), fc.array(attribute(events), { minLength: 3, maxLength: 8 })),
  )
  .map(([events, attributes]) =>
    Array.from({ length: events }, (_, index) => [
      ['id', `"e${index}"`],
      ['at', '"2026-11-23T08:15:00Z"'],
      ...attributes.flatMap(({ name: each, values }) =>
        values[index] === undefined ? [] : [[each, values[index]]],
      ),
    ]),
  );

const eventText = (members: readonly (readonly string[])[]): string =>
  `{${members.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(',')}}`;

/** A number as `over` / `under`. */
interface Fraction {
  readonly over: bigint;
  readonly under: bigint;
}

function fractionOf(text: string): Fraction {
  const [, sign = '', whole = '', decimals = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/i.exec(text) ?? [];
  const places = decimals.length - Number(exponent);
  const over = BigInt(`${sign}${whole}${decimals}`);
  return places < 0
    ? { over: over * 10n ** BigInt(-places), under: 1n }
    : { over, under: 10n ** BigInt(places) };
}

/** The exact value of a double, from its bits. */
function fractionOfDouble(value: number): Fraction {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const exponent = Number((bits >> 52n) & 0x7ffn);
  const mantissa = (bits & 0xfffffffffffffn) + (exponent === 0 ? 0n : 1n << 52n);
  const power = Math.max(exponent, 1) - 1_075;
  const over = bits >> 63n ? -mantissa : mantissa;
  return power < 0 ? { over, under: 1n << BigInt(-power) } : { over: over << BigInt(power), under: 1n };
}

const magnitude = (value: bigint) => (value < 0n ? -value : value);
const difference = (left: Fraction, right: Fraction): Fraction => ({
  over: magnitude(left.over * right.under - right.over * left.under),
  under: left.under * right.under,
});
const isZero = ({ over }: Fraction) => over === 0n;
/** Whether a difference is noise of a double's arithmetic: see "Numbers" in the README. */
const isNoise = ({ over, under }: Fraction, of: Fraction) =>
  over * of.under * 2n ** 51n <= magnitude(of.over) * under;

function microsecondsOf(text: string): bigint {
  const [, day = '', clock = '', fraction = '', zone = 'Z'] =
    /^(\S{10})[T ](\S{8}?)(?:\.(\d+))?(Z|[+-]\d\d:?\d\d)?$/.exec(text) ?? [];
  const offset = zone === 'Z' ? '' : zone.replace(/(\d\d)$/, ':$1').replace('::', ':');
  const seconds = BigInt(Date.parse(`${day}T${clock}${offset || 'Z'}`)) * 1_000n;
  return seconds + BigInt(fraction.padEnd(6, '0').slice(0, 6));
}

/** Whether a column has the value that the event says. @param raw JSON. */
function isUnchanged(type: ColumnType, raw: string, value: unknown): boolean {
  const isText = raw.startsWith('"');
  const text = isText ? (JSON.parse(raw) as string) : raw;
  switch (type.kind) {
    case 'smallint':
    case 'integer':
    case 'bigint':
    case 'decimal': {
      const given = fractionOf(text);
      const lost = difference(given, fractionOf(String(value)));
      return isZero(lost) || (!isText && type.kind === 'decimal' && isNoise(lost, given));
    }
    case 'real':
    case 'double precision': {
      // Written with as many digits, the double is the number: it differs by half of the last digit at most.
      const given = fractionOf(text);
      const [mantissa = ''] = text.split(/e/i);
      const exponent = Number(/e([+-]?\d+)$/i.exec(text)?.[1] ?? 0);
      const [whole = '', decimals = ''] = mantissa.split('.');
      const digits = `${whole}${decimals}`.replace(/0+$/, '');
      const last = exponent + whole.length - digits.length;
      const unit =
        last < 0 ? { over: 1n, under: 10n ** BigInt(-last) } : { over: 10n ** BigInt(last), under: 1n };
      const lost = difference(given, fractionOfDouble(Number(value)));
      return 2n * lost.over * unit.under <= unit.over * lost.under;
    }
    case 'timestamp': {
      const micros = microsecondsOf(String(value));
      if (isText) return micros === microsecondsOf(text.trim());
      const given = fractionOf(text);
      const places = given.over / given.under < 10n ** 11n ? 10n ** 6n : 10n ** 3n;
      const exact = { over: given.over * places, under: given.under };
      const lost = difference(exact, { over: micros, under: 1n });
      return isZero(lost) || isNoise(lost, exact);
    }
    case 'boolean':
      return String(value) === text;
    default:
      return value === text;
  }
}

test('the transform takes every event of the sample with the dataset that was made of it, and changes no value', async () => {
  const types = new Set<string>();
  await fc.assert(
    fc.asyncProperty(sample, async (events) => {
      const lines = events.map(eventText);
      const { dataset, draft, text } = await datasetOf(lines.join('\n'));
      const typeOf = new Map(dataset.columns.map(({ name: each, type }) => [each, type]));
      const leftOut = new Set(draft.sample.leftOut.map((each) => each.name.toLowerCase()));
      for (const type of typeOf.values()) types.add(type.kind);

      for (const [index, line] of lines.entries()) {
        const transformed = transformRecord(dataset, Buffer.from(line));
        if (!transformed.accepted) throw new Error(`${transformed.reason}\n${line}\n${text}`);
        // Nothing is lost silently.
        for (const unknown of transformed.unknown) expect(leftOut).toContain(unknown.toLowerCase());
        const [event = {}] = transformed.events;
        for (const [each = '', raw = ''] of events[index]!) {
          const type = typeOf.get(each.toLowerCase());
          if (!type || raw === 'null') continue;
          const value = event[each.toLowerCase()];
          if (!isUnchanged(type, raw, value))
            throw new Error(`${each} (${redshiftType(type)}): ${raw} became ${String(value)}`);
        }
      }
    }),
    { numRuns: 300 },
  );
  // The generator reaches every type that is ever chosen.
  expect([...types].sort()).toEqual(
    [
      'bigint',
      'boolean',
      'date',
      'decimal',
      'double precision',
      'integer',
      'smallint',
      'timestamp',
      'varchar',
    ].sort(),
  );
});
