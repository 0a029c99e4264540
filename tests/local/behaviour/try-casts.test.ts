import { query } from '../../../cli/shared/query';
import { parseColumnType, redshiftType, type ColumnType } from '../../../core/column-types';
import { conversionOf, convertedOrNull, isChanged } from '../../../core/conversions';
import { asWritten, quoteText, sql } from '../../../core/sql';
import { TRY_CASTS } from '../../../local/behaviour/try-casts';
import type { TypeFamily } from '../../../local/redshift-data/sql/types';
import { TestTwin } from '../../../testkit/test-twin';

let twin: TestTwin;
beforeAll(async () => {
  twin = await TestTwin.shared();
});
afterAll(() => twin.remove());

/** A type of each family, and a value of it. */
const TYPES: Readonly<Record<Exclude<TypeFamily, 'super' | 'bpchar'>, readonly [string, string]>> = {
  int2: ['smallint', '1'],
  int4: ['integer', '1'],
  int8: ['bigint', '1'],
  numeric: ['decimal(10,2)', '1'],
  float4: ['real', '1'],
  float8: ['double precision', '1'],
  bool: ['boolean', 'true'],
  varchar: ['varchar(32)', '2026-11-23'],
  date: ['date', '2026-11-23'],
  timestamp: ['timestamp', '2026-11-23 08:00:00'],
  timestamptz: ['timestamptz', '2026-11-23 08:00:00+00'],
};
const FAMILIES = Object.keys(TYPES) as (keyof typeof TYPES)[];
const PAIRS = FAMILIES.flatMap((from) =>
  FAMILIES.filter((to) => to !== 'varchar').map(
    (to) => [from, to, TRY_CASTS[from]?.includes(to) ?? false] as const,
  ),
);

test.each(PAIRS)('TRY_CAST of %s to %s on the twin: %s', async (from, to, permitted) => {
  const [[type, value], [target]] = [TYPES[from], TYPES[to]];
  const source = asWritten(`(SELECT CAST('${value}' AS ${type}) AS "v") AS "source"`);
  const run = query(twin.connection, sql`SELECT TRY_CAST("v" AS ${asWritten(target)}) FROM ${source}`);
  if (permitted) expect((await run).rows).toHaveLength(1);
  else await expect(run).rejects.toThrow(/TRY_CAST does not take \S+.* to /);
});

const DATASET_TYPES = [
  ...['smallint', 'integer', 'bigint', 'decimal(10,2)', 'decimal(9,0)', 'real', 'double precision'],
  ...['boolean', 'varchar(32)', 'char(3)', 'date', 'timestamp'],
].map((text) => parseColumnType(text) as ColumnType);
const CONVERSIONS = DATASET_TYPES.flatMap((staged) =>
  DATASET_TYPES.flatMap((target) => {
    const conversion = conversionOf(staged, target);
    return conversion ? [[redshiftType(staged), redshiftType(target), conversion] as const] : [];
  }),
);

test.each(CONVERSIONS)('%s to %s uses only what TRY_CAST converts', async (staged, _, conversion) => {
  const value = asWritten('"v"');
  const one = /DATE|TIME/.test(staged) ? '2026-11-23' : staged === 'BOOLEAN' ? 'true' : '1';
  const checked = conversion.unchanged ? isChanged(conversion.unchanged, value) : sql`0`;
  await expect(
    query(
      twin.connection,
      sql`SELECT ${checked}, ${convertedOrNull(conversion, value)} FROM (SELECT CAST(${quoteText(one)} AS ${asWritten(staged)}) AS "v") AS "source"`,
    ),
  ).resolves.toBeDefined();
});

test('a pair that TRY_CAST does not take is refused for NULL, too', async () => {
  const run = query(twin.connection, sql`SELECT TRY_CAST(CAST(NULL AS DATE) AS INTEGER)`);
  await expect(run).rejects.toThrow(/TRY_CAST does not take DATE to integer/);
});

test('CAST takes no BOOLEAN to text', async () => {
  const run = query(
    twin.connection,
    sql`SELECT CAST("v" AS VARCHAR(5)) FROM (SELECT TRUE AS "v") AS "source"`,
  );
  await expect(run).rejects.toThrow('cannot cast type boolean to character varying');
});
