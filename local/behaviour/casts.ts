import { accepts, changes, proven, refuses, unproven, type Known, type Outcome } from './outcome';

/** What CAST does in Redshift with a value of one type for another. */
export interface Cast extends Known {
  /** Types as a dataset file has them. */
  readonly from: string;
  readonly to: string;
  readonly value: string;
  readonly outcome: Outcome;
  /** What the twin does instead, because its engine is kinder. */
  readonly onTwin?: Outcome;
}

const TYPES = 'Amazon Redshift, "Type compatibility and conversion"';
const NUMERIC = proven('Amazon Redshift, "Numeric types"');
const ROUNDING = proven('Amazon Redshift, "enable_numeric_rounding"');
const CHARACTERS = unproven(`${TYPES}; nobody reports it`);
/** Texts are not compared: ValidateStaging lets no value reach a CAST that refuses it. */
const OUT_OF_RANGE = refuses('ERROR: ');
const INVALID = refuses('ERROR: ');

const casts = (
  from: string,
  to: string,
  known: Known,
  ...rows: readonly (readonly [value: string, outcome?: Outcome, onTwin?: Outcome])[]
): readonly Cast[] =>
  rows.map(([value, outcome = accepts, onTwin]) => ({
    ...{ from, to, value, outcome, ...(onTwin && { onTwin }) },
    source: known.source,
    proven: known.proven,
  }));

/**
 * Conversions as the merge writes them, at the limits of the types. ValidateStaging lets a value through only if its row
 * accepts it.
 */
export const CASTS: readonly Cast[] = [
  ...casts(
    'integer',
    'smallint',
    NUMERIC,
    ['32767'],
    ['-32768'],
    ['32768', OUT_OF_RANGE],
    ['-32769', OUT_OF_RANGE],
  ),
  ...casts('bigint', 'integer', NUMERIC, ['2147483647'], ['2147483648', OUT_OF_RANGE]),
  ...casts('integer', 'bigint', NUMERIC, ['2147483647']),
  ...casts('bigint', 'decimal(5,2)', NUMERIC, ['999'], ['1000', OUT_OF_RANGE]),
  ...casts(
    'bigint',
    'double precision',
    NUMERIC,
    ['9007199254740992'],
    ['9007199254740993', changes('9007199254740992')],
  ),
  ...casts('integer', 'real', NUMERIC, ['16777216'], ['16777217', changes('16777216')]),
  ...casts('real', 'double precision', NUMERIC, ['0.5']),
  ...casts(
    'double precision',
    'real',
    NUMERIC,
    ['0.5'],
    ['0.1', changes('the nearest of the type')],
    ['1e300', OUT_OF_RANGE],
  ),
  ...casts(
    'double precision',
    'integer',
    CHARACTERS,
    ['7'],
    ['7.5', changes('a whole number')],
    ['1e10', OUT_OF_RANGE],
  ),
  ...casts(
    'double precision',
    'decimal(10,2)',
    CHARACTERS,
    ['7.25'],
    ['7.255', changes('two decimals')],
    ['1e10', OUT_OF_RANGE],
  ),
  ...casts('decimal(10,2)', 'integer', ROUNDING, ['7.00'], ['7.50', changes('8')]),
  ...casts('decimal(12,2)', 'smallint', NUMERIC, ['32767.00'], ['32768.00', OUT_OF_RANGE]),
  ...casts('decimal(9,2)', 'decimal(11,4)', ROUNDING, ['1234567.89']),
  ...casts('decimal(12,2)', 'decimal(10,2)', NUMERIC, ['99999999.99'], ['100000000.00', OUT_OF_RANGE]),
  ...casts(
    'decimal(12,3)',
    'decimal(10,2)',
    ROUNDING,
    ['1.250'],
    ['1.255', changes('two decimals')],
    ['99999999.995', OUT_OF_RANGE],
  ),
  ...casts(
    'varchar(32)',
    'integer',
    CHARACTERS,
    ['7'],
    ['one', INVALID],
    ['7.5', INVALID, changes('8')],
    ['2147483648', OUT_OF_RANGE],
  ),
  ...casts(
    'varchar(32)',
    'decimal(10,2)',
    CHARACTERS,
    ['12.50'],
    ['12.505', changes('two decimals')],
    ['one', INVALID],
  ),
  ...casts('varchar(32)', 'date', CHARACTERS, ['2026-02-28'], ['2026-02-30', INVALID], ['today?', INVALID]),
  ...casts(
    'varchar(32)',
    'timestamp',
    CHARACTERS,
    ['2026-11-23 08:15:00.25'],
    ['2026-02-30 08:15:00', INVALID],
    ['2026-11-23 08:15:00+02:00', changes('the time without its offset')],
  ),
  ...casts('varchar(4)', 'char(4)', CHARACTERS, ['DE'], ['é', refuses('Multibyte'), accepts]),
  ...casts('date', 'timestamp', proven(TYPES), ['2026-11-23']),
  ...casts(
    'timestamp',
    'date',
    proven(TYPES),
    ['2026-11-23 00:00:00'],
    ['2026-11-23 08:15:00', changes('its day')],
  ),
];
