import { asWritten, quoteName, quoteText, sql, type Sql } from '../../../core/sql';
import { parquetOf } from '../../../local/behaviour/parquet/written-file';
import { refusalOf, SQL_RIGHTS, type SqlRights } from '../../../local/behaviour/sql-rights';
import { checkCopy } from '../copying';
import { NotTried, slug, verdict, type Need, type Probe } from '../probe';
import type { Site } from '../site';

const NEEDS: readonly Need[] = ['warehouse', 'superuser'];
/** The second schema, in which the user may create tables. */
const MINE = '_mine';

/** The names of the table of rights, and what they are called here. */
type Names = Readonly<Record<'s' | 'mine' | 'dev', string>>;

const inside = (text: string, { s, mine, dev }: Names): string =>
  text
    .replace(/\b(s|mine)(?=\.)/g, (name) => (name === 's' ? s : mine))
    .replace(/(?<=\bSCHEMA )s\b/g, s)
    .replace(/(?<=\bDATABASE )dev\b/g, dev);

const plainNames = ({ name, connection }: Site): Names => ({
  s: name,
  mine: `${name}${MINE}`,
  dev: connection.database,
});
const quotedNames = (names: Names): Names => ({
  s: quoteName(names.s),
  mine: quoteName(names.mine),
  dev: quoteName(names.dev),
});

/**
 * The statements with which a transaction goes on as the user, who has only these rights and those to use the schemas.
 * Every transaction with them is rolled back, so no right outlasts it.
 * Source: Amazon Redshift Database Developer Guide, "SET SESSION AUTHORIZATION".
 */
async function asUserWith(site: Site, rights: readonly string[]): Promise<readonly Sql[]> {
  const [s, mine, user] = [await site.schema(), await site.schema(MINE), await site.user()];
  await site.shared('tables of rights', async () => {
    const made = await site.warehouse.try({
      tried: [sql`CREATE TABLE ${s}."t" (a INT)`, sql`CREATE TABLE ${s}."other" (a INT)`],
    });
    if (!made.ran) throw new NotTried(`the tables of the probes could not be made: ${made.error}`);
  });
  return [
    sql`GRANT USAGE ON SCHEMA ${s} TO ${user}`,
    sql`GRANT USAGE, CREATE ON SCHEMA ${mine} TO ${user}`,
    ...rights.map(
      (right) => sql`GRANT ${asWritten(inside(right, quotedNames(plainNames(site))))} TO ${user}`,
    ),
    sql`SET LOCAL SESSION AUTHORIZATION ${user}`,
  ];
}

/** Whether everybody may create temporary tables. To take that away would touch other users. */
const everybodyHasTemp = (site: Site): Promise<boolean> =>
  site.shared('TEMP', async () => {
    const database = quoteText(site.connection.database);
    const tried = await site.warehouse.try({
      given: [sql`SET LOCAL SESSION AUTHORIZATION ${await site.user()}`],
      tried: sql`SELECT has_database_privilege(${database}, 'TEMP')`,
    });
    if (!tried.ran) throw new NotTried(`nobody says whether PUBLIC has TEMP: ${tried.error}`);
    return tried.rows[0]?.[0] === true;
  });

const ofStatement = (row: SqlRights): Probe => ({
  name: `rights/${slug(row.what)}`,
  assumption: `${row.what} needs ${row.needs.join(', ')}, and nothing else.`,
  matters: 'docs/deploy.md lists the least rights of the loads by it, and doctor the missing ones.',
  needs: NEEDS,
  costs: { statements: 6 + 6 * row.needs.length },
  covers: [row],
  async run(site) {
    const names = plainNames(site);
    const statement = asWritten(inside(row.statement, quotedNames(names)));
    const seen: string[] = [];
    let holds = true;
    let refused = 0;
    for (const missing of row.needs) {
      const others = row.needs.filter((need) => need !== missing);
      const given = await asUserWith(site, others);
      if (missing.startsWith('TEMP') && (await everybodyHasTemp(site))) {
        seen.push(`${missing} was not taken away, since PUBLIC has it`);
        continue;
      }
      const tried = await site.warehouse.try({ given, tried: statement, undone: true });
      const isSaid = !tried.ran && tried.error.includes(refusalOf(inside(missing, names)));
      holds &&= isSaid;
      refused += 1;
      seen.push(`without ${missing}: ${tried.ran ? 'it ran' : tried.error}`);
    }
    if (refused === 0) throw new NotTried(seen.join('; '));
    const whole = await site.warehouse.try({
      given: await asUserWith(site, row.needs),
      tried: statement,
      undone: true,
    });
    seen.push(`with all: ${whole.ran ? 'it ran' : whole.error}`);
    return verdict(holds && whole.ran, seen.join('; '));
  },
});

const assumeRole: Probe = {
  name: 'rights/has-assumerole-privilege',
  assumption: 'HAS_ASSUMEROLE_PRIVILEGE counts what PUBLIC has.',
  matters: 'cli/doctor/grants.ts asks it whether the loads may COPY.',
  needs: [...NEEDS, 'lake', 'copy'],
  costs: { statements: 20, requests: 2 },
  settles: ['HAS_ASSUMEROLE_PRIVILEGE counts what PUBLIC has'],
  async run(site) {
    const table = sql`${await site.schema(MINE)}."assumes"`;
    const url = await site.put('has-assumerole.parquet', await parquetOf('SELECT 1::INTEGER AS a'));
    await checkCopy(site);
    const given = await asUserWith(site, []);
    const answer = await site.warehouse.try({
      given: [sql`SET LOCAL SESSION AUTHORIZATION ${await site.user()}`],
      tried: sql`SELECT has_assumerole_privilege(${quoteText(site.copyRoleArn)}, 'COPY')`,
    });
    if (!answer.ran) return verdict(false, `it is refused: ${answer.error}`);
    const copy = await site.warehouse.try({
      given: [...given, sql`CREATE TABLE ${table} (a INT)`],
      tried: site.copy(table, url),
      undone: true,
    });
    const says = answer.rows[0]?.[0] === true;
    const seen = `it says ${says}, and COPY of a user without any right ${copy.ran ? 'ran' : `is refused: ${copy.error}`}`;
    if (!says && !copy.ran) throw new NotTried(`PUBLIC may not COPY with the role: ${seen}`);
    return verdict(says === copy.ran, seen);
  },
};

/** One after the other: Redshift refuses transactions that grant on the same thing at the same time. */
export const rights: readonly Probe[] = [
  ...SQL_RIGHTS.filter(({ proven }) => !proven).map(ofStatement),
  assumeRole,
].map((probe) => ({ ...probe, inTurn: true }));
