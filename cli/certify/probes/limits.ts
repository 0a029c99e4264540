import { asWritten } from '../../../core/sql';
import { LIMITS, type Limit } from '../../../local/behaviour/limits';
import { verdict, type Probe } from '../probe';
import type { Site } from '../site';

export const limitOf = (service: Limit['service'], what: string): Limit => {
  const found = LIMITS.find((limit) => limit.service === service && limit.what === what);
  if (!found) throw new Error(`local/behaviour/limits.ts has no limit "${what}" of ${service}`);
  return found;
};

const count = (number: number) => number.toLocaleString('en');

/** Why the Data API refuses a statement, at whatever call; undefined if it gives the result. */
async function refusalOfQuery(site: Site, text: string): Promise<string | undefined> {
  try {
    const tried = await site.warehouse.try({ tried: asWritten(text) });
    return tried.ran ? undefined : tried.error;
  } catch (error) {
    const { name, message } = error as Error;
    if (name !== 'ValidationException') throw error;
    return `${name}: ${message}`;
  }
}

/** Blanks at the end might not count. */
const padded = (bytes: number) => `SELECT /*${'x'.repeat(bytes - 13)}*/ 1`;

const statement: Probe = {
  name: 'limits/bytes-of-a-statement',
  assumption: `The Data API takes a statement of ${count(limitOf('Redshift Data API', 'bytes of a statement').most)} bytes, and not one byte more.`,
  matters: 'core/inspection.ts keeps the statements of a load below it.',
  needs: ['database'],
  costs: { statements: 3 },
  covers: [limitOf('Redshift Data API', 'bytes of a statement')],
  async run(site) {
    const { most } = limitOf('Redshift Data API', 'bytes of a statement');
    // If a KB has 1,024 bytes.
    const other = (most / 1_000) * 1_024;
    const seen: string[] = [];
    const refused: boolean[] = [];
    for (const bytes of [most, most + 1, other]) {
      const refusal = await refusalOfQuery(site, padded(bytes));
      refused.push(refusal !== undefined);
      seen.push(`${count(bytes)} bytes: ${refusal ?? 'taken'}`);
    }
    return verdict(refused[0] === false && refused[1] === true, seen.join('; '));
  },
};

const row: Probe = {
  name: 'limits/bytes-of-a-row',
  assumption: `The Data API returns a row of ${count(limitOf('Redshift Data API', 'bytes of a row').most)} bytes, and not a larger one.`,
  matters: 'The results that Sluice reads are far below it: the twin alone counts on it.',
  needs: ['database'],
  costs: { statements: 2 },
  covers: [limitOf('Redshift Data API', 'bytes of a row')],
  async run(site) {
    const { most } = limitOf('Redshift Data API', 'bytes of a row');
    // Two texts, because a VARCHAR holds less than the limit. JSON may add to the bytes of one.
    const within = await refusalOfQuery(site, `SELECT REPEAT('x', ${most - 64})`);
    const beyond = await refusalOfQuery(
      site,
      `SELECT REPEAT('x', ${most / 2}), REPEAT('x', ${most / 2 + 1})`,
    );
    return verdict(
      within === undefined && beyond !== undefined,
      `${count(most - 64)} bytes: ${within ?? 'returned'}; ${count(most + 1)} bytes: ${beyond ?? 'returned'}`,
    );
  },
};

export const limits: readonly Probe[] = [statement, row];
