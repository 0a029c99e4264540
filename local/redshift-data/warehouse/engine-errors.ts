import { isDiskError } from '../../disk';
import { SqlError, detailed, relationDoesNotExist, syntaxError } from '../sql/errors';

type Rule = readonly [pattern: RegExp, translate: (match: RegExpExecArray) => SqlError];

/** What follows a value in a failed conversion. */
const CONVERTED = String.raw`(?:, expected format is .*)?(?: when casting from source column .*)?$`;

/**
 * Redshift's messages for the engine's errors. The first matching rule applies. Each begins at the start of the message,
 * and names and values stand between fixed words, so that a name or a value cannot pass for another error.
 */
const RULES: readonly Rule[] = [
  [
    /^Constraint Error: NOT NULL constraint failed: [^.]*\.(.+)$/s,
    ([, column]) => new SqlError(`ERROR: Cannot insert a NULL value into column ${column}`),
  ],
  [
    /^Constraint Error: CHECK constraint failed on table .+? with expression CHECK\(\(strlen\((.+)\) <= (\d+)\)\)$/s,
    ([, column, length]) =>
      detailed('Value too long for character type', {
        code: 8001,
        context: `Value too long for type character varying(${length}) in column ${unquoted(column!)}`,
        location: 'string.cpp:1',
      }),
  ],
  [/^Catalog Error: Table with name "?(.+?)"? does not exist!/s, ([, name]) => relationDoesNotExist(name!)],
  [
    /^Catalog Error: (?:Table|View) with name "?(.+?)"? already exists!/s,
    ([, name]) => new SqlError(`ERROR: Relation "${name}" already exists`),
  ],
  [
    /^Catalog Error: Schema with name "?(.+?)"? already exists!/s,
    ([, name]) => new SqlError(`ERROR: schema "${name}" already exists`),
  ],
  [
    /^Catalog Error: Schema with name "?(.+?)"? does not exist!/s,
    ([, name]) => new SqlError(`ERROR: schema "${name}" does not exist`),
  ],
  [
    /^Dependency Error: Cannot drop entry "(.+?)" because/s,
    ([, name]) =>
      new SqlError(
        `ERROR: cannot drop schema ${name} because other objects depend on it\n  Hint: Use DROP ... CASCADE to drop the dependent objects too.`,
      ),
  ],
  [
    /^Binder Error: Referenced column "(.+?)" (?:was )?not found/s,
    ([, column]) => new SqlError(`ERROR: column "${column}" does not exist`),
  ],
  [
    /^Binder Error: Table "(.+?)" does not have a column (?:named|with name) "(.+?)"(?:\n|$)/s,
    ([, table, column]) => new SqlError(`ERROR: column "${column}" does not exist in ${table}`),
  ],
  [
    /^Binder Error: Referenced update column (.+?) not found in table!/s,
    ([, column]) => new SqlError(`ERROR: column "${column}" does not exist`),
  ],
  [
    /^Binder Error: Referenced table "(.+?)" not found!/s,
    ([, table]) => new SqlError(`ERROR: missing FROM-clause entry for table "${table}"`),
  ],
  [
    /^Binder Error: Ambiguous reference to column name "(.+?)" \(use: /s,
    ([, column]) => new SqlError(`ERROR: column reference "${column}" is ambiguous`),
  ],
  [
    /^Binder Error: column "(.+?)" must appear in the GROUP BY clause/s,
    ([, column]) =>
      new SqlError(
        `ERROR: column "${column}" must appear in the GROUP BY clause or be used in an aggregate function`,
      ),
  ],
  [
    /^Binder Error: (?:Column name\/value mismatch for insert on .+: expected (\d+) columns but (\d+) values|table .+ has (\d+) columns but (\d+) values)/s,
    (match) => {
      const [expected, given] = [match[1] ?? match[3], match[2] ?? match[4]].map(Number);
      return new SqlError(
        `ERROR: INSERT has more ${given! > expected! ? 'expressions than target columns' : 'target columns than expressions'}`,
      );
    },
  ],
  [
    /^Invalid Input Error: TRY_CAST of a blank text$/,
    () => new SqlError('ERROR: TRY_CAST does not take a blank text (the twin’s own message)'),
  ],
  [
    /^Invalid Input Error: TRY_CAST of (.+) to (.+)$/,
    ([, from, to]) => new SqlError(`ERROR: TRY_CAST does not take ${from} to ${to} (the twin’s own message)`),
  ],
  [
    /^Invalid Input Error: CAST of a BOOLEAN to text$/,
    () => new SqlError('ERROR: cannot cast type boolean to character varying'),
  ],
  [
    /^Invalid Input Error: (permission denied for schema .+|relation ".+" does not exist)$/s,
    ([, refusal]) => new SqlError(`ERROR: ${refusal}`),
  ],
  [/^Invalid Input Error: Divide by zero$/, () => new SqlError('ERROR: Divide by zero')],
  [
    /^Conversion Error: (?:Type \w+ with value \S+ can't be cast because the value is out of range|Casting value "[^"]*" to type \S+ failed: value is out of range|Could not cast value \S+ to DECIMAL)|^Out of Range Error: Overflow in/,
    () =>
      detailed('Numeric data overflow', { code: 1058, context: 'Numeric data overflow (result precision)' }),
  ],
  [
    new RegExp(
      String.raw`^Conversion Error: Could not convert string (['"])(.*?)\1 to (?:(INT16|INT32|INT64|DOUBLE|FLOAT|DECIMAL\(\d+,\d+\))|BOOL)${CONVERTED}`,
      's',
    ),
    ([, , value, number]) =>
      new SqlError(`ERROR: invalid input syntax for type ${number ? 'numeric' : 'boolean'}: "${value}"`),
  ],
  [
    new RegExp(
      String.raw`^Conversion Error: (?:invalid )?(?:timestamp|date) field (?:format|value out of range): "(.*?)"${CONVERTED}`,
      's',
    ),
    ([, value]) => new SqlError(`ERROR: invalid input syntax for type timestamp: "${value}"`),
  ],
  [/^Parser Error: syntax error at or near "(.*)"/s, ([, near]) => syntaxError(near!)],
  [/^Parser Error: syntax error at end of input/, () => syntaxError('')],
];

/** The engine's messages for a disk that is full, not writable or broken. */
const DISK =
  /^(?:IO|FATAL|TransactionContext) Error: .*(?:Could not write|No space left|File too large|Disk quota|Read-only file system|Permission denied|Input\/output error|has been invalidated)/is;

export function isOfDisk(error: unknown): boolean {
  return isDiskError(error) || (!(error instanceof SqlError) && DISK.test(messageOf(error)));
}

/** The engine's messages for two transactions that changed the same rows or tables. */
const CONFLICT =
  /^TransactionContext Error: (?:Conflict |Catalog write-write conflict |Transaction conflict: |Failed to commit: )/;

function unquoted(identifier: string): string {
  return /^".*"$/s.test(identifier) ? identifier.slice(1, -1).replaceAll('""', '"') : identifier;
}

/**
 * What the engine says, without the line of SQL that it quotes below. The engine's errors come from native code, so they may
 * not be instances of this realm's `Error`.
 */
export function messageOf(error: unknown): string {
  const message = String((error as { message?: unknown } | undefined)?.message ?? error);
  return message.replace(/\n\nLINE \d+: [^\n]*\n *\^$/, '');
}

/**
 * The text for `Error` of DescribeStatement.
 * @param table the statement's table, for a conflict.
 */
export function describeError(error: unknown, table: string): string {
  if (error instanceof SqlError) return error.message;
  const message = messageOf(error);
  if (isOfDisk(error)) {
    return detailed('Disk Full', {
      code: 1016,
      context: `node: 0, ${message}`,
      location: 'fdisk_api.cpp:491',
    }).message;
  }
  // https://docs.aws.amazon.com/redshift/latest/dg/c_serial_isolation.html
  if (CONFLICT.test(message)) {
    return `ERROR: 1023 DETAIL: Serializable isolation violation on table - ${table}, transactions forming the cycle are: 0, 0 (pid:0)`;
  }
  for (const [pattern, translate] of RULES) {
    const match = pattern.exec(message);
    if (match !== null) return translate(match).message;
  }
  return `ERROR: the local twin's engine (DuckDB) failed: ${message}`;
}
