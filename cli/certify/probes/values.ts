import { parseColumnType, redshiftType, type ColumnType } from '../../../core/column-types';
import { asWritten, quoteText, sql, type Sql } from '../../../core/sql';
import { CASTS, type Cast } from '../../../local/behaviour/casts';
import { COMPARISONS } from '../../../local/behaviour/comparisons';
import { NotTried, slug, verdict, type Probe } from '../probe';
import type { Tried } from '../warehouse';

const V = asWritten('"v"');

/** A type as the tables have it, in DDL. */
export const ddl = (text: string): Sql => redshiftType(parseColumnType(text) as ColumnType);

/** Whether a value is the one that it was made of. */
const isTheSame = ({ from, to }: Cast): Sql => {
  if (from.startsWith('varchar') && to === 'timestamp') return sql`CAST("made" AS VARCHAR(32)) = ${V}`;
  if (to === 'timestamp' || from === 'timestamp')
    return sql`CAST(${V} AS TIMESTAMP) = CAST("made" AS TIMESTAMP)`;
  if (to.startsWith('char')) return sql`"made" = ${V}`;
  if (to === 'date') return sql`CAST("made" AS VARCHAR(10)) = ${V}`;
  if (to === 'real') return sql`CAST("made" AS DOUBLE PRECISION) = CAST(${V} AS DOUBLE PRECISION)`;
  return sql`CAST("made" AS DECIMAL(38, 10)) = CAST(${V} AS DECIMAL(38, 10))`;
};

/** Casts a value, and tells whether it is still the same. @param source a relation with the value, in its type, as `v`. */
export const castOf = (cast: Cast, source: Sql): Sql =>
  sql`SELECT ${isTheSame(cast)} FROM (SELECT "v", CAST("v" AS ${ddl(cast.to)}) AS "made" FROM ${source}) AS "cast"`;

/** The outcome of a cast as the table has it. */
function outcomeOf(tried: Tried): Cast['outcome']['does'] {
  if (!tried.ran) return 'refuses';
  return tried.rows[0]?.[0] === true ? 'accepts' : 'changes';
}

/** Values come from a table: a query without one runs on Redshift's leader node, where the loads' casts do not. */
const casts: readonly Probe[] = CASTS.filter(({ proven }) => !proven).map((cast) => ({
  name: `casts/${slug(`${cast.value} of ${cast.from} to ${cast.to}`)}`,
  assumption: `CAST of ${cast.value} from ${cast.from} to ${cast.to} ${
    { accepts: 'keeps the value', refuses: 'is refused', changes: 'changes the value without an error' }[
      cast.outcome.does
    ]
  }.`,
  matters:
    'core/conversions.ts and ValidateStaging decide by it which values of a file the merge may convert.',
  needs: ['warehouse'],
  costs: { statements: 4 },
  covers: [cast],
  async run(site) {
    if (site.isTwin && cast.onTwin) throw new NotTried('the twin is known to differ from Redshift here');
    const table = await site.table();
    const tried = await site.warehouse.try({
      given: [
        sql`CREATE TABLE ${table} ("v" ${ddl(cast.from)})`,
        sql`INSERT INTO ${table} VALUES (${quoteText(cast.value)})`,
      ],
      tried: castOf(cast, table),
      then: [sql`DROP TABLE ${table}`],
    });
    const found = outcomeOf(tried);
    const seen = { accepts: 'it kept its value', changes: 'it changed', refuses: '' }[found];
    return verdict(found === cast.outcome.does, tried.ran ? seen : `refused: ${tried.error}`);
  },
}));

const comparisons: readonly Probe[] = COMPARISONS.filter(({ proven }) => !proven).map((each) => {
  const [left, right] = [JSON.stringify(each.left), JSON.stringify(each.right)];
  return {
    name: `comparisons/${slug(`${left} and ${right}`)}`,
    assumption: `${left} and ${right} of ${each.type} are ${each.same ? 'the same key' : 'two keys'}.`,
    matters: 'core/transform.ts and ValidateStaging let no two texts through that are one key.',
    needs: ['warehouse'],
    costs: { statements: 4 },
    covers: [each],
    async run(site) {
      const table = await site.table();
      const tried = await site.warehouse.try({
        given: [
          sql`CREATE TABLE ${table} ("left" ${ddl(each.type)}, "right" ${ddl(each.type)})`,
          sql`INSERT INTO ${table} VALUES (${quoteText(each.left)}, ${quoteText(each.right)})`,
        ],
        tried: sql`SELECT "left" = "right" FROM ${table}`,
        then: [sql`DROP TABLE ${table}`],
      });
      const found = tried.ran ? tried.rows[0]?.[0] : undefined;
      return verdict(
        found === each.same,
        tried.ran ? `they are ${found === true ? 'equal' : 'not equal'}` : `refused: ${tried.error}`,
      );
    },
  };
});

export const valueProbes: readonly Probe[] = [...casts, ...comparisons];
