import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../testkit/root';
import { CERTIFY } from './list/certify';
import { DEPLOYMENT } from './list/deployment';
import { ERROR_TABLES } from './list/errors';
import { EVENT_TIMES } from './list/event-times';
import { FILES } from './list/files';
import { GROUP_MUTATIONS } from './list/groups';
import { HOURS } from './list/hours';
import { LEDGERS } from './list/ledger';
import { MERGE } from './list/merge';
import { REPLAY } from './list/replay';
import { RIGHTS } from './list/rights';
import { SHORT_STATEMENTS } from './list/short-statements';
import { STATEMENTS } from './list/statements';
import { TRANSFORMS } from './list/transform';
import { WAITING } from './list/waiting';
import { mutatedTexts, type Mutation } from './mutation';

/** The path in the sources and in a function's package. */
export const MERGE_SQL = 'sql/merge-into-target.sql';

export const MUTATIONS: readonly Mutation[] = [
  ...MERGE,
  ...EVENT_TIMES,
  ...GROUP_MUTATIONS,
  ...HOURS,
  ...FILES,
  ...ERROR_TABLES,
  ...STATEMENTS,
  ...SHORT_STATEMENTS,
  ...TRANSFORMS,
  ...LEDGERS,
  ...WAITING,
  ...CERTIFY,
  ...REPLAY,
  ...RIGHTS,
  ...DEPLOYMENT,
];

export function mutationNamed(name: string): Mutation {
  const mutation = MUTATIONS.find((each) => each.name === name);
  if (!mutation) throw new Error(`There is no mutation "${name}"`);
  return mutation;
}

/**
 * The text of {@link MERGE_SQL} with one mistake in it.
 * @param name of a mutation of this file alone; undefined: no mistake
 */
export function mutatedMergeSql(name: string | undefined): string {
  if (name === undefined) return readFileSync(join(ROOT, MERGE_SQL), 'utf8');
  const text = mutatedTexts(mutationNamed(name)).get(MERGE_SQL);
  if (text === undefined) throw new Error(`mutation "${name}" does not change ${MERGE_SQL}`);
  return text;
}
