import { execute, given, startTwin, type Twin } from './harness';

/**
 * The engine's messages hold names, values and the line of SQL that failed. None of them may make another error of it.
 */
let twin: Twin;
beforeAll(async () => {
  twin = await startTwin();
});
afterAll(() => twin.stop());

/** What the engine writes for each error that the twin translates, and how it quotes SQL. */
const PHRASES = [
  'Constraint Error: NOT NULL constraint failed: t.x',
  'CHECK constraint failed on table t with expression CHECK((strlen(x) <= 3))',
  'Catalog Error: Table with name x does not exist!',
  'Catalog Error: Schema with name x already exists!',
  'Dependency Error: Cannot drop entry x because',
  'Binder Error: Referenced column x not found',
  'must appear in the GROUP BY clause',
  'mismatch for insert on t: expected 2 columns but 3 values',
  'table t has 2 columns but 3 values',
  'Divide by zero',
  'value is out of range for the destination type INT16',
  "Could not convert string 'x' to INT32",
  "Could not convert string 'x' to BOOL",
  'Out of Range Error: Overflow in addition',
  'date field value out of range: x',
  'Parser Error: syntax error at end of input',
  'TransactionContext Error: Conflict on update!',
  'write-write conflict',
  'Failed to commit',
  'dropped by a different transaction',
  'refused by range in 1',
  'x when casting from source column y',
  'LINE 1: x',
];
/** A value may have lines of its own. */
const VALUES = [
  ...PHRASES,
  ...PHRASES.map((phrase) => `x\n${phrase}`),
  ...PHRASES.map((phrase) => `${phrase}\n\nLINE 1: x\n ^`),
  'invalid timestamp field format: "x"',
];

const text = (value: string) => `'${value.replaceAll("'", "''")}'`;
const OVERFLOW = /^ERROR: Numeric data overflow\n/;

describe('a name that contains a phrase of the engine', () => {
  // Redshift folds names to lower case.
  test.each(PHRASES.map((phrase) => phrase.toLowerCase()))('%s', async (phrase) => {
    const name = `"${phrase}"`;
    // The twin refuses relation names with other characters.
    const relation = phrase.replaceAll(/[^\w ]/g, '_');
    await given(
      twin,
      'DROP TABLE IF EXISTS named',
      `CREATE TABLE named (${name} VARCHAR(3), "required" SMALLINT NOT NULL, "at" TIMESTAMP)`,
      'DROP TABLE IF EXISTS strict',
      `CREATE TABLE strict ("a" INT, ${name} INT NOT NULL)`,
    );
    const cases: [sql: string, error: string | RegExp][] = [
      [
        `INSERT INTO named (${name}, "required") VALUES ('long', 1)`,
        `Value too long for type character varying(3) in column ${phrase}\n`,
      ],
      [`INSERT INTO strict VALUES (1, NULL)`, `ERROR: Cannot insert a NULL value into column ${phrase}`],
      [`INSERT INTO named (${name}, "required") SELECT 'abc' AS ${name}, 70000`, OVERFLOW],
      [`SELECT CAST(${name} AS SMALLINT) FROM (SELECT 70000 AS ${name}) AS t`, OVERFLOW],
      [
        `SELECT CAST(${name} AS SMALLINT) FROM (SELECT 'abc' AS ${name}) AS t`,
        'ERROR: invalid input syntax for type numeric: "abc"',
      ],
      [
        `SELECT CAST(${name} AS BOOLEAN) FROM (SELECT 'abc' AS ${name}) AS t`,
        'ERROR: invalid input syntax for type boolean: "abc"',
      ],
      [
        `SELECT CAST(${name} AS TIMESTAMP) FROM (SELECT 'abc' AS ${name}) AS t`,
        'ERROR: invalid input syntax for type timestamp: "abc"',
      ],
      [
        `SELECT CAST(${name} AS DATE) FROM (SELECT '2026-13-01' AS ${name}) AS t`,
        'ERROR: invalid input syntax for type timestamp: "2026-13-01"',
      ],
      [`SELECT 1 / 0 AS ${name}`, /^ERROR: Divide by zero$/],
      [`SELECT ${name} FROM (SELECT 1 AS n) AS t`, `ERROR: column "${phrase}" does not exist`],
      [`SELECT 1 FROM "${relation}"`, `ERROR: relation "${relation}" does not exist`],
    ];
    for (const [sql, error] of cases) {
      const { Error: found } = await execute(twin, sql);
      if (typeof error === 'string') expect(found).toContain(error);
      else expect(found).toMatch(error);
    }
  });
});

describe('a value that contains a phrase of the engine', () => {
  test.each(VALUES)('%j', async (value) => {
    const cases: [sql: string, error: string][] = [
      ['SMALLINT', 'numeric'],
      ['BOOLEAN', 'boolean'],
      ['TIMESTAMP', 'timestamp'],
    ].map(([type, named]) => [
      `SELECT CAST(${text(value)} AS ${type})`,
      `ERROR: invalid input syntax for type ${named}: "${value}"`,
    ]);
    for (const [sql, error] of cases) expect((await execute(twin, sql)).Error).toBe(error);
    const overflow = await execute(twin, `SELECT CAST(70000 AS SMALLINT), ${text(value)}`);
    expect(overflow.Error).toMatch(OVERFLOW);
  });
});
