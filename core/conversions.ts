import { INTEGER_RANGES, redshiftType, type ColumnType } from './column-types';
import { quoteText, sql, type Sql } from './sql';

/**
 * How the merge turns a staged column into the target's. Every value arrives unchanged, or ValidateStaging refuses it:
 * a conversion is listed here only if one can say for each value whether it is exact.
 */
export interface Conversion {
  /** The value in the target's type. */
  readonly converted: (staged: Sql) => Sql;
  /**
   * The condition under which a value that is not null arrives unchanged; undefined if every value does. It may be
   * unknown (NULL), which means no.
   */
  readonly unchanged?: (staged: Sql) => Sql;
}

type Kind<Name extends ColumnType['kind']> = Extract<ColumnType, { readonly kind: Name }>;

const DIGITS = { smallint: 5, integer: 10, bigint: 19 } as const;
/** Up to here a floating-point number holds every integer. */
const WHOLE_REAL = 2 ** 24;
const WHOLE_DOUBLE = 2 ** 53;

/** A floating-point number holds so many decimal digits for sure: with more, several decimals become the same number. */
const SURE_DIGITS = 15;

/** The most digits of a decimal. Source: Amazon Redshift, "Numeric types". */
const MOST_DIGITS = 38;

const DAY = '[0-9]{4}-[0-9]{2}-[0-9]{2}';
const CLOCK = '([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]';
/** The length of `2026-11-23 08:15:00.000000`. */
const TIMESTAMP_CHARACTERS = 26;

/**
 * The conversion of a staged column into the target's type; undefined if there is none. TRY_CAST is used only for pairs
 * of types that AWS lists. Source: Amazon Redshift, "TRY_CAST function", "Type compatibility and conversion".
 */
export function conversionOf(staged: ColumnType, target: ColumnType): Conversion | undefined {
  if (redshiftType(staged) === redshiftType(target)) return { converted: (value) => value };
  switch (staged.kind) {
    case 'smallint':
    case 'integer':
    case 'bigint':
      return ofInteger(staged.kind, target);
    case 'real':
    case 'double precision':
      return ofFloating(staged.kind, target);
    case 'decimal':
      return ofDecimal(staged, target);
    case 'varchar':
      return ofText(staged, target);
    case 'date':
      return target.kind === 'timestamp' ? exact(target) : undefined;
    case 'timestamp':
      return target.kind === 'date'
        ? { ...exact(target), unchanged: (value) => sql`DATE_TRUNC('day', ${value}) = ${value}` }
        : undefined;
    default:
      return undefined;
  }
}

/** The conversion of a column that holds nothing but nulls. */
export function conversionOfNulls(target: ColumnType): Conversion {
  return {
    converted: () => sql`CAST(NULL AS ${redshiftType(target)})`,
    unchanged: (value) => sql`${value} IS NULL`,
  };
}

/** 1 for a staged value that would not arrive unchanged, 0 for any other; see {@link Conversion}. */
export function isChanged(unchanged: NonNullable<Conversion['unchanged']>, value: Sql): Sql {
  return sql`CASE WHEN ${value} IS NULL OR ${unchanged(value)} THEN 0 ELSE 1 END`;
}

/** The converted value; NULL if it would not be the same, where a conversion must not fail. */
export function convertedOrNull({ converted, unchanged }: Conversion, value: Sql): Sql {
  return unchanged ? sql`CASE WHEN ${unchanged(value)} THEN ${converted(value)} END` : converted(value);
}

const exact = (target: ColumnType): Conversion => ({
  converted: (value) => sql`CAST(${value} AS ${redshiftType(target)})`,
});

const between = (target: ColumnType, least: bigint | number, greatest: bigint | number): Conversion => ({
  ...exact(target),
  unchanged: (value) => sql`${value} BETWEEN ${least} AND ${greatest}`,
});

function ofInteger(kind: keyof typeof DIGITS, target: ColumnType): Conversion | undefined {
  switch (target.kind) {
    case 'smallint':
    case 'integer':
    case 'bigint': {
      const [least, greatest] = INTEGER_RANGES[target.kind];
      return DIGITS[target.kind] > DIGITS[kind] ? exact(target) : between(target, least, greatest);
    }
    case 'decimal': {
      const digits = target.precision - target.scale;
      const greatest = 10n ** BigInt(digits) - 1n;
      return digits >= DIGITS[kind] ? exact(target) : between(target, -greatest, greatest);
    }
    case 'double precision':
      return kind === 'bigint' ? between(target, -WHOLE_DOUBLE, WHOLE_DOUBLE) : exact(target);
    case 'real':
      return kind === 'smallint' ? exact(target) : between(target, -WHOLE_REAL, WHOLE_REAL);
    default:
      return undefined;
  }
}

function ofFloating(kind: 'real' | 'double precision', target: ColumnType): Conversion | undefined {
  switch (target.kind) {
    case 'double precision':
      return exact(target);
    case 'real':
    case 'smallint':
    case 'integer':
    case 'bigint':
    case 'decimal': {
      // A REAL is made DOUBLE PRECISION first, because some engines lose digits in a direct cast. Both sides are, so that
      // they are not compared in a type that hides a difference.
      const double = (value: Sql) => sql`CAST(${value} AS DOUBLE PRECISION)`;
      const wide = (value: Sql) => (kind === 'real' ? double(value) : value);
      return {
        converted: (value) => exact(target).converted(wide(value)),
        unchanged: (value) =>
          sql`${double(tryCast(wide(value), target))} = ${wide(value)}${target.kind === 'decimal' ? sql` AND ABS(${wide(value)}) < ${10 ** (SURE_DIGITS - target.scale)}` : sql``}`,
      };
    }
    default:
      return undefined;
  }
}

function ofDecimal(staged: Kind<'decimal'>, target: ColumnType): Conversion | undefined {
  switch (target.kind) {
    case 'decimal':
      return ofDecimalToDecimal(staged, target);
    case 'smallint':
    case 'integer':
    case 'bigint':
      return { ...exact(target), unchanged: (value) => sql`${tryCast(value, target)} = ${value}` };
    case 'real':
    case 'double precision':
      return {
        ...exact(target),
        unchanged: (value) => sql`${tryCast(tryCast(value, target), staged)} = ${value}`,
      };
    default:
      return undefined;
  }
}

/** TRY_CAST takes no decimal into another one, so the digits before the point are compared before the cast. */
function ofDecimalToDecimal(staged: Kind<'decimal'>, target: Kind<'decimal'>): Conversion {
  const whole = target.precision - target.scale;
  const isNarrower = whole < staged.precision - staged.scale;
  if (!isNarrower && target.scale >= staged.scale) return exact(target);
  // A value that is rounded may need one more digit than the target has.
  const precision = Math.min(target.precision + 1, MOST_DIGITS);
  const isExact = (value: Sql) =>
    target.scale >= staged.scale
      ? sql`TRUE`
      : sql`CAST(${value} AS ${redshiftType({ ...target, precision })}) = ${value}`;
  return {
    ...exact(target),
    unchanged: (value) =>
      isNarrower
        ? sql`CASE WHEN ABS(${value}) < ${10n ** BigInt(whole)} THEN ${isExact(value)} ELSE FALSE END`
        : isExact(value),
  };
}

/** TRY_CAST takes no blank text, and rounds: so a pattern decides first which texts are exact. */
function ofText(staged: { readonly length: number }, target: ColumnType): Conversion | undefined {
  switch (target.kind) {
    case 'smallint':
    case 'integer':
    case 'bigint':
      return {
        ...exact(target),
        unchanged: (value) => sql`${tryCast(matching(value, '^-?[0-9]+$'), target)} IS NOT NULL`,
      };
    case 'decimal': {
      const whole = target.precision - target.scale;
      const fraction = target.scale === 0 ? '0+' : `[0-9]{1,${target.scale}}0*`;
      const pattern = `^-?0*${whole === 0 ? '0' : `[0-9]{1,${whole}}`}([.]${fraction})?$`;
      return {
        ...exact(target),
        unchanged: (value) => sql`${tryCast(matching(value, pattern), target)} IS NOT NULL`,
      };
    }
    case 'char':
      if (staged.length > target.length) return undefined;
      // A CHAR holds only ASCII.
      return { ...exact(target), unchanged: (value) => sql`OCTET_LENGTH(${value}) = LENGTH(${value})` };
    case 'date':
      return { ...exact(target), unchanged: (value) => isDay(matching(value, `^${DAY}$`)) };
    case 'timestamp': {
      // A cast to TIMESTAMP ignores an offset from UTC, so only times in UTC are the same.
      const pattern = `^${DAY}[ T]${CLOCK}([.][0-9]{1,6}0*)?Z?$`;
      return {
        converted: (value) =>
          sql`CAST(REPLACE(LEFT(RTRIM(${value}, 'Z'), ${TIMESTAMP_CHARACTERS}), 'T', ' ') AS TIMESTAMP)`,
        unchanged: (value) => isDay(sql`LEFT(${matching(value, pattern)}, 10)`),
      };
    }
    default:
      return undefined;
  }
}

/**
 * The text if it matches the pattern, else NULL. In Redshift ^ and $ may stand for the beginning and the end of a line
 * (AWS, "POSIX operators"), so a text with a line break never matches.
 */
function matching(value: Sql, pattern: string): Sql {
  return sql`CASE WHEN STRPOS(${value}, CHR(10)) = 0 AND REGEXP_COUNT(${value}, ${quoteText(pattern)}) > 0 THEN ${value} END`;
}

/** Whether a text of the form 2026-11-23 is a day of the calendar. */
function isDay(text: Sql): Sql {
  return sql`CAST(TRY_CAST(${text} AS DATE) AS VARCHAR(10)) = ${text}`;
}

function tryCast(value: Sql, type: ColumnType): Sql {
  return sql`TRY_CAST(${value} AS ${redshiftType(type)})`;
}
