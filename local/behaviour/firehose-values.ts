import { accepts, changes, proven, refuses, unproven, type Known, type Outcome } from './outcome';

/** A JSON value of an event, as the transform writes it. */
export type Scalar = string | number | boolean;

/** What Firehose's conversion does with values of one form for a column of the Glue table. */
export interface FirehoseValue extends Known {
  /** A Hive type without its arguments. */
  readonly type: string;
  readonly what: string;
  readonly isMet: (value: Scalar) => boolean;
  readonly outcome: Outcome;
  /** JSON values, and what is in the file: by default the same. */
  readonly examples: readonly (readonly [json: string, written?: string])[];
}

/** The first and the last microsecond that 64 bits of nanoseconds since 1970 hold. */
const FIRST = '1677-09-21 00:12:43.145225';
const LAST = '2262-04-11 23:47:16.854775';

const isNumber = (value: Scalar) => /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(String(value));
const isWhole = (value: Scalar) => typeof value !== 'boolean' && /^-?\d+$/.test(String(value));
const within = (bits: number) => (value: Scalar) =>
  isWhole(value) && BigInt(String(value)) === BigInt.asIntN(bits, BigInt(String(value)));
const isTime = (value: Scalar) =>
  typeof value === 'string' && /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$/.test(value);
const isDay = (value: Scalar) => {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\d$/.test(value)) return false;
  const day = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(value);
};
const isOfWholePairs = (value: Scalar) => typeof value === 'string' && !/\p{Surrogate}/u.test(value);

const CONVERSION = proven('Amazon Data Firehose Developer Guide, "Convert input data format"');
const SERDE = proven('rcongiu/Hive-JSON-Serde, the OpenX JSON SerDe: ParsePrimitiveUtils');
const INT = proven('rcongiu/Hive-JSON-Serde: JavaStringIntObjectInspector, ParsePrimitiveUtils.parseInt');
const BIGINT = proven(
  'rcongiu/Hive-JSON-Serde: JavaStringLongObjectInspector, ParsePrimitiveUtils.parseLong',
);
const NO_SMALLINT = unproven('nobody reports a smallint that Firehose wrote');
const JULIAN = unproven(
  'prestodb/presto #12180, #12273: Hive counted such days by the Julian calendar, so readers saw other days',
);
const WRAPS = proven('floci, an emulator held against AWS: epoch 999999999999 s arrived in 2092');
const MALFORMED = refuses('Data does not match the schema');

type Form = Omit<FirehoseValue, 'type' | keyof Known>;
const forms = (type: string, known: Known, ...all: readonly Form[]): readonly FirehoseValue[] =>
  all.map((form) => ({ type, ...form, source: known.source, proven: known.proven }));

const isText = (value: Scalar) => typeof value === 'string';
const isBoolean = (value: Scalar) => typeof value === 'boolean';

/**
 * @param inspector the class of the SerDe that reads the type.
 * @param others what is known of every value that is not an integer in the type's range.
 */
const integers = (type: string, bits: number, inspector: Known, others: Known) => {
  const greatest = 2n ** BigInt(bits - 1) - 1n;
  return [
    ...forms(type, inspector, {
      what: 'an integer in its range, as a number or as text',
      isMet: within(bits),
      outcome: accepts,
      examples: [['7'], ['"-7"', '-7'], [`"${greatest}"`, `${greatest}`], [`${-greatest - 1n}`]],
    }),
    ...forms(
      type,
      others,
      {
        what: 'an integer beyond its range',
        isMet: isWhole,
        outcome: MALFORMED,
        examples: [[`${greatest + 1n}`], [`"${greatest + 1n}"`]],
      },
      {
        what: 'a number with decimals',
        isMet: (value) => isNumber(value) && !isText(value),
        outcome: MALFORMED,
        examples: [['1.5']],
      },
      {
        what: 'text that is no integer',
        isMet: isText,
        outcome: MALFORMED,
        examples: [['"one"'], ['"1.5"']],
      },
      { what: 'a boolean', isMet: isBoolean, outcome: MALFORMED, examples: [['true']] },
    ),
  ];
};

const floats = (type: string, narrow: (value: number) => number) =>
  forms(
    type,
    SERDE,
    {
      what: 'a number in its range, which becomes the nearest of the type',
      isMet: (value) => typeof value === 'number' && Number.isFinite(narrow(value)),
      outcome: accepts,
      examples: [['1.5'], ['-7', '-7.0'], ['0.25']],
    },
    { what: 'anything else', isMet: () => true, outcome: MALFORMED, examples: [['1e999'], ['"one"']] },
  );

/**
 * The conversion's outcome by type and form; the first form that is met counts. A form that is not listed is one that Sluice
 * must not rely on.
 */
export const FIREHOSE_VALUES: readonly FirehoseValue[] = [
  ...forms('string', SERDE, {
    what: 'text',
    isMet: isOfWholePairs,
    outcome: accepts,
    examples: [
      ['"a"', 'a'],
      ['"é 😀\\n\\""', 'é 😀\n"'],
      ['""', ''],
      ['"12.50"', '12.50'],
    ],
  }),
  ...forms('string', unproven('UTF-8 has no half pairs; nobody reports what Firehose writes'), {
    what: 'text with half of a surrogate pair',
    isMet: isText,
    outcome: changes('U+FFFD'),
    examples: [['"\\ud800"', '\ufffd']],
  }),
  ...forms('string', proven('rcongiu/Hive-JSON-Serde: JavaStringJsonObjectInspector takes its toString()'), {
    what: 'a boolean',
    isMet: isBoolean,
    outcome: changes('its text'),
    examples: [['true', 'true']],
  }),
  ...forms(
    'string',
    unproven(
      'the public SerDe takes the toString() of what its JSONTokener reads, a double: 1.50 may become 1.5',
    ),
    {
      what: 'a number',
      isMet: () => true,
      outcome: changes('its text'),
      examples: [['1.50', '1.50']],
    },
  ),
  ...integers(
    'int',
    32,
    INT,
    unproven('some versions of the public SerDe read 0 (JavaStringIntObjectInspector.get), others fail'),
  ),
  ...integers(
    'bigint',
    64,
    BIGINT,
    unproven(
      'the public SerDe fails (JavaStringLongObjectInspector); nobody reports what Firehose does then',
    ),
  ),
  ...integers('smallint', 16, NO_SMALLINT, NO_SMALLINT),
  ...floats('float', Math.fround),
  ...floats('double', (value) => value),
  ...forms(
    'boolean',
    SERDE,
    {
      what: 'true and false',
      isMet: (value) => typeof value === 'boolean',
      outcome: accepts,
      examples: [['true'], ['false']],
    },
    { what: 'anything else', isMet: () => true, outcome: MALFORMED, examples: [['"yes"'], ['1']] },
  ),
  ...forms('date', SERDE, {
    what: 'a day as 2026-11-23, from 1582-10-15 on',
    isMet: (value) => isDay(value) && String(value) >= '1582-10-15',
    outcome: accepts,
    examples: [
      ['"2026-11-23"', '2026-11-23'],
      ['"1582-10-15"', '1582-10-15'],
    ],
  }),
  ...forms('date', JULIAN, {
    what: 'a day before 1582-10-15',
    isMet: isDay,
    outcome: accepts,
    examples: [['"1582-10-14"', '1582-10-14']],
  }),
  ...forms('date', SERDE, {
    what: 'anything else',
    isMet: () => true,
    outcome: MALFORMED,
    examples: [['"2026-02-30"'], ['"today"']],
  }),
  ...forms('timestamp', CONVERSION, {
    what: `UTC as 2026-11-23 08:15:00.000000, ${FIRST} to ${LAST}`,
    isMet: (value) => isTime(value) && String(value) >= FIRST && String(value) <= LAST,
    outcome: accepts,
    examples: [
      ['"2026-11-23 08:15:00.123456"', '2026-11-23 08:15:00.123456'],
      [`"${FIRST}"`, FIRST],
      [`"${LAST}"`, LAST],
    ],
  }),
  ...forms('timestamp', WRAPS, {
    what: 'a time beyond that',
    isMet: isTime,
    outcome: changes('a time in another year, without an error'),
    examples: [
      ['"1677-09-21 00:00:00.000000"', '2262-04-11 23:34:33.709551'],
      ['"2262-04-12 00:00:00.000000"', '1677-09-21 00:25:26.290448'],
      ['"9999-12-31 23:59:59.000000"', '1816-03-30 05:56:07.066277'],
      ['"0001-01-01 00:00:00.000000"', '1754-08-30 22:43:41.128654'],
      ['999999999999', '2092-10-26 00:40:18.684212'],
    ],
  }),
  ...forms('timestamp', CONVERSION, {
    what: 'a time with an offset from UTC, and other forms',
    isMet: (value) => !isNumber(value),
    outcome: MALFORMED,
    examples: [['"2026-11-23T08:00:00+01:00"'], ['"today"']],
  }),
  ...forms('decimal', unproven('the public SerDe knows only decimal(38,18)'), {
    what: 'a number that fits',
    isMet: isNumber,
    outcome: accepts,
    examples: [
      ['"12.50"', '12.50'],
      ['12.5', '12.50'],
    ],
  }),
];

/** What Firehose does with a value; undefined if the table does not list its form. */
export function firehoseValue(hiveType: string, value: Scalar): FirehoseValue | undefined {
  const [type] = hiveType.split('(');
  return FIREHOSE_VALUES.find((form) => form.type === type && form.isMet(value));
}
