import { SqlError, detailed, relationDoesNotExist, syntaxError } from '../sql/errors';

type Rule = readonly [pattern: RegExp, translate: (match: RegExpExecArray) => SqlError];

/** Redshift's messages for the engine's errors. The first matching rule applies. */
const RULES: readonly Rule[] = [
  [
    /^Constraint Error: NOT NULL constraint failed: (?:.*\.)?(.+)$/m,
    ([, column]) => new SqlError(`ERROR: Cannot insert a NULL value into column ${column}`),
  ],
  [
    /CHECK\(\(strlen\("?(.+?)"?\) <= (\d+)\)\)/,
    ([, column, length]) =>
      detailed('Value too long for character type', {
        code: 8001,
        context: `Value too long for type character varying(${length}) in column ${column}`,
        location: 'string.cpp:1',
      }),
  ],
  [/^Catalog Error: Table with name "?(.+?)"? does not exist/m, ([, name]) => relationDoesNotExist(name!)],
  [
    /^Catalog Error: (?:Table|View) with name "?(.+?)"? already exists/m,
    ([, name]) => new SqlError(`ERROR: Relation "${name}" already exists`),
  ],
  [
    /^Catalog Error: Schema with name "?(.+?)"? already exists/m,
    ([, name]) => new SqlError(`ERROR: schema "${name}" already exists`),
  ],
  [
    /^Catalog Error: Schema with name "?(.+?)"? does not exist/m,
    ([, name]) => new SqlError(`ERROR: schema "${name}" does not exist`),
  ],
  [
    /^Dependency Error: Cannot drop entry "(.+?)"/m,
    ([, name]) =>
      new SqlError(
        `ERROR: cannot drop schema ${name} because other objects depend on it\n  Hint: Use DROP ... CASCADE to drop the dependent objects too.`,
      ),
  ],
  [
    /^Binder Error: Referenced column "(.+?)" (?:was )?not found/m,
    ([, column]) => new SqlError(`ERROR: column "${column}" does not exist`),
  ],
  [
    /^Binder Error: Table "(.+?)" does not have a column (?:named|with name) "(.+?)"/m,
    ([, table, column]) => new SqlError(`ERROR: column "${column}" does not exist in ${table}`),
  ],
  [
    /^Binder Error: Referenced update column (.+?) not found in table/m,
    ([, column]) => new SqlError(`ERROR: column "${column}" does not exist`),
  ],
  [
    /^Binder Error: Referenced table "(.+?)" not found/m,
    ([, table]) => new SqlError(`ERROR: missing FROM-clause entry for table "${table}"`),
  ],
  [
    /^Binder Error: Ambiguous reference to column name "(.+?)"/m,
    ([, column]) => new SqlError(`ERROR: column reference "${column}" is ambiguous`),
  ],
  [
    /^Binder Error: column "(.+?)" must appear in the GROUP BY clause/m,
    ([, column]) =>
      new SqlError(
        `ERROR: column "${column}" must appear in the GROUP BY clause or be used in an aggregate function`,
      ),
  ],
  [
    /mismatch for insert on .+?: expected (\d+) columns but (\d+) values|table .+ has (\d+) columns but (\d+) values/,
    (match) => {
      const [expected, given] = [match[1] ?? match[3], match[2] ?? match[4]].map(Number);
      return new SqlError(
        `ERROR: INSERT has more ${given! > expected! ? 'expressions than target columns' : 'target columns than expressions'}`,
      );
    },
  ],
  [
    /TRY_CAST of a blank text/,
    () => new SqlError('ERROR: TRY_CAST does not take a blank text (the twin’s own message)'),
  ],
  [/Divide by zero/, () => new SqlError('ERROR: Divide by zero')],
  [
    /out of range for the destination type|Casting value .* failed: value is out of range|Could not cast value .* to DECIMAL|^Out of Range Error: Overflow in/m,
    () =>
      detailed('Numeric data overflow', { code: 1058, context: 'Numeric data overflow (result precision)' }),
  ],
  [
    /Could not convert string ['"](.*?)['"] to (INT16|INT32|INT64|DOUBLE|FLOAT|DECIMAL)/,
    ([, value]) => new SqlError(`ERROR: invalid input syntax for type numeric: "${value}"`),
  ],
  [
    /Could not convert string ['"](.*?)['"] to BOOL/,
    ([, value]) => new SqlError(`ERROR: invalid input syntax for type boolean: "${value}"`),
  ],
  [
    /(invalid|out of range) (?:timestamp|date) field (?:value|format): "(.*?)"/i,
    ([, , value]) => new SqlError(`ERROR: invalid input syntax for type timestamp: "${value}"`),
  ],
  [/^Parser Error: syntax error at or near "(.*?)"/m, ([, near]) => syntaxError(near!)],
  [/^Parser Error: syntax error at end of input/m, () => syntaxError('')],
];

/** The engine's messages for two transactions that changed the same rows or tables. */
const CONFLICT =
  /^TransactionContext Error: .*conflict|write-write conflict|Failed to commit|dropped by a different transaction/im;

/** The engine's errors come from native code, so they may not be instances of this realm's `Error`. */
export function messageOf(error: unknown): string {
  return String((error as { message?: unknown } | undefined)?.message ?? error);
}

/**
 * The text for `Error` of DescribeStatement.
 * @param table the statement's table, for a conflict.
 */
export function describeError(error: unknown, table: string): string {
  if (error instanceof SqlError) return error.message;
  const message = messageOf(error);
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
