import { query } from '../../../cli/shared/query';
import { parseColumnType, redshiftType, type ColumnType } from '../../../core/column-types';
import { conversionOf, convertedOrNull, isChanged } from '../../../core/conversions';
import { asWritten, quoteText, sql } from '../../../core/sql';
import { CASTS, type Cast } from '../../../local/behaviour/casts';
import { TestTwin } from '../../../testkit/test-twin';

let twin: TestTwin;
beforeAll(async () => {
  twin = await TestTwin.shared();
});
afterAll(() => twin.remove());

const typeOf = (text: string) => parseColumnType(text) as ColumnType;
const named = ({ from, to, value, outcome }: Cast) => `${value}, ${from} to ${to}: ${outcome.does}`;
const CASES = CASTS.map((cast) => [named(cast), cast] as const);

/** The value in its type, from a table's column, because an engine may fold a literal. */
const source = ({ from, value }: Cast) =>
  sql`(SELECT CAST(${quoteText(value)} AS ${redshiftType(typeOf(from))}) AS "v") AS "source"`;
const V = asWritten('"v"');

/** Whether the value that was made is the one that it was made of. */
const IS_SAME = ({ from, to }: Cast) => {
  if (from.startsWith('varchar') && to === 'timestamp') return sql`CAST("made" AS VARCHAR(32)) = ${V}`;
  if (to === 'timestamp' || from === 'timestamp')
    return sql`CAST(${V} AS TIMESTAMP) = CAST("made" AS TIMESTAMP)`;
  if (to.startsWith('char')) return sql`"made" = ${V}`;
  if (to === 'date') return sql`CAST("made" AS VARCHAR(10)) = ${V}`;
  if (to === 'real') return sql`CAST("made" AS DOUBLE PRECISION) = CAST(${V} AS DOUBLE PRECISION)`;
  return sql`CAST("made" AS DECIMAL(38, 10)) = CAST(${V} AS DECIMAL(38, 10))`;
};

test.each(CASES)('CAST on the twin: %s', async (_, cast) => {
  const made = sql`(SELECT "v", CAST("v" AS ${redshiftType(typeOf(cast.to))}) AS "made" FROM ${source(cast)}) AS "cast"`;
  const run = query(twin.connection, sql`SELECT ${IS_SAME(cast)} FROM ${made}`);
  const outcome = cast.onTwin ?? cast.outcome;
  if (outcome.does === 'refuses') await expect(run).rejects.toThrow(outcome.text);
  else expect((await run).rows).toEqual([[outcome.does === 'accepts']]);
});

test.each(CASES)('ValidateStaging: %s', async (_, cast) => {
  const conversion = conversionOf(typeOf(cast.from), typeOf(cast.to));
  if (!conversion) throw new Error('the table has a pair that the merge does not convert');
  const changed = conversion.unchanged ? isChanged(conversion.unchanged, V) : sql`0`;
  const { rows } = await query(
    twin.connection,
    sql`SELECT ${changed}, ${convertedOrNull(conversion, V)} IS NULL FROM ${source(cast)}`,
  );
  const isRefused = cast.outcome.does !== 'accepts';
  expect(rows).toEqual([[isRefused ? 1 : 0, isRefused]]);
});
