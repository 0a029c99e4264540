import { readCopy } from '../copy/grammar';
import { translateAlterTable } from './alter-table';
import { translateDelete, translateInsert, translateUpdate } from './changes';
import { translateCreate } from './create';
import { SqlError, unsupported } from './errors';
import { translateGrant, translateRevoke } from './grant';
import { readRelationName } from './identifiers';
import { isQuery } from './is-query';
import { translateMerge } from './merge';
import { NodeReader, isWord, parseStatement, textOf } from './nodes';
import { translateQuery } from './query';
import { Scope, type Environment, type Relation } from './scope';
import type { Statement, Unbound } from './statement';

type Translation = (reader: NodeReader, scope: Scope) => Unbound;

const TRANSLATIONS: ReadonlyMap<string, Translation> = new Map<string, Translation>([
  ['insert', translateInsert],
  ['update', translateUpdate],
  ['delete', translateDelete],
  ['merge', translateMerge],
  ['create', translateCreate],
  ['alter', translateAlterTable],
  ['drop', translateDrop],
  ['truncate', translateTruncate],
  ['lock', translateLock],
  ['copy', readCopy],
  ['grant', translateGrant],
  ['revoke', translateRevoke],
  ['analyze', translateMaintenance],
  ['vacuum', translateMaintenance],
  ['set', translateSet],
]);

/** Translates one statement of Redshift SQL. @throws SqlError with Redshift's message, or naming a feature that the twin lacks */
export function translate(sql: string, environment: Environment): Statement {
  const nodes = parseStatement(sql);
  const scope = Scope.of(environment, translateQuery);
  const unbound = translateNodes(new NodeReader(nodes), scope);
  return { ...unbound, relations: scope.relations, reads: scope.reads };
}

function translateNodes(reader: NodeReader, scope: Scope): Unbound {
  if (isQuery(reader.nodes)) return { verb: 'select', sql: translateQuery(reader.nodes, scope) };
  const first = reader.peek();
  refuseTransactionControl(reader);
  const translation = first?.kind === 'word' ? TRANSLATIONS.get(first.value) : undefined;
  if (translation === undefined) throw unsupported(`the statement ${textOf(first).toUpperCase()}`);
  reader.next();
  return translation(reader, scope);
}

/** The Data API manages transactions itself: https://docs.aws.amazon.com/redshift/latest/mgmt/data-api.html */
function refuseTransactionControl(reader: NodeReader): void {
  const first = reader.peek();
  if (!isWord(first, 'begin', 'start', 'commit', 'end', 'rollback', 'abort', 'savepoint')) return;
  throw new SqlError(
    `ERROR: ${textOf(first).toUpperCase()} is not supported by the Data API: a statement or a batch is one transaction already`,
  );
}

function translateDrop(reader: NodeReader, scope: Scope): Unbound {
  if (reader.accept('user')) {
    const ifExists = reader.accept('if', 'exists');
    const user = reader.expectIdentifier();
    reader.expectEnd();
    return { verb: 'drop-user', user, ifExists };
  }
  if (reader.accept('schema')) {
    const exists = reader.accept('if', 'exists') ? 'IF EXISTS ' : '';
    const name = reader.expectIdentifier();
    const cascade = reader.accept('cascade') ? ' CASCADE' : '';
    reader.accept('restrict');
    reader.expectEnd();
    const schema = scope.resolveTable({ schema: name, name: '' });
    return {
      verb: 'drop-schema',
      schema: name,
      sql: `DROP SCHEMA ${exists}${withoutTable(schema)}${cascade}`,
    };
  }
  if (!reader.accept('table')) throw unsupported(`DROP ${textOf(reader.peek()).toUpperCase()}`);
  const ifExists = reader.accept('if', 'exists');
  const tables: Relation[] = [];
  do tables.push(scope.resolveTable(readRelationName(reader)));
  while (reader.acceptSymbol(','));
  const cascade = reader.accept('cascade');
  reader.accept('restrict');
  reader.expectEnd();
  return { verb: 'drop-table', tables, ifExists, cascade };
}

/** `"database"."schema"` of a relation with an empty name. */
function withoutTable(schema: Relation): string {
  return schema.sql.slice(0, -'.""'.length);
}

function translateTruncate(reader: NodeReader, scope: Scope): Unbound {
  reader.accept('table');
  const table = scope.refer(scope.resolveTable(readRelationName(reader)));
  reader.expectEnd();
  return { verb: 'truncate', table };
}

/** `LOCK [TABLE] name [, …]`, always ACCESS EXCLUSIVE: https://docs.aws.amazon.com/redshift/latest/dg/r_LOCK.html */
function translateLock(reader: NodeReader, scope: Scope): Unbound {
  reader.accept('table');
  const tables: Relation[] = [];
  do tables.push(scope.refer(scope.resolveTable(readRelationName(reader))));
  while (reader.acceptSymbol(','));
  reader.expectEnd();
  return { verb: 'lock', tables };
}

function translateMaintenance(reader: NodeReader, scope: Scope): Unbound {
  const what = isWord(reader.previous, 'vacuum') ? 'VACUUM' : 'ANALYZE';
  if (what === 'VACUUM') {
    const kinds = [['full'], ['sort', 'only'], ['delete', 'only'], ['reindex'], ['recluster']];
    kinds.some((words) => reader.accept(...words));
  } else {
    reader.refuse('compression');
  }
  if (!reader.done) scope.refer(scope.resolveTable(readRelationName(reader)));
  reader.expectEnd();
  return { verb: 'maintenance', what };
}

/**
 * Accepts settings that label a session and do not change results, and `SET LOCAL SESSION AUTHORIZATION user`. Without
 * LOCAL the user would stay after the transaction, and nobody says for how long the Data API keeps a session.
 * https://docs.aws.amazon.com/redshift/latest/dg/r_SET_SESSION_AUTHORIZATION.html
 */
function translateSet(reader: NodeReader): Unbound {
  if (reader.accept('local', 'session', 'authorization')) {
    reader.refuse('default');
    const user = reader.expectIdentifier();
    reader.expectEnd();
    return { verb: 'become-user', user };
  }
  reader.accept('session');
  const name = reader.expectIdentifier();
  if (!['query_group', 'application_name'].includes(name)) throw unsupported(`SET ${name}`);
  if (!reader.acceptSymbol('=')) reader.expect('to');
  reader.next();
  reader.expectEnd();
  return { verb: 'set' };
}
