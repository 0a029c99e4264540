import { SqlError, unsupported } from './errors';
import { readRelationName } from './identifiers';
import { textOf, type NodeReader } from './nodes';
import type { Scope } from './scope';
import type { Securable, StatementOf, Unbound } from './statement';

type Grant = Unbound<StatementOf<'grant' | 'revoke'>>;

/** Everybody. No user can have this name. */
export const PUBLIC = 'public';
/** All roles of the namespace, as a role. */
export const ALL_ROLES = 'ALL';

/** The privileges of each kind of object that the twin knows. TEMP and TEMPORARY are one privilege. */
export const PRIVILEGES: Readonly<Record<Securable['kind'], readonly string[]>> = {
  database: ['CREATE', 'TEMP'],
  schema: ['CREATE', 'USAGE'],
  table: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  role: ['COPY'],
};

/** `GRANT privilege [, …] ON object [, …] TO user [, …]`: https://docs.aws.amazon.com/redshift/latest/dg/r_GRANT.html */
export function translateGrant(reader: NodeReader, scope: Scope): Grant {
  return translate('grant', 'to', reader, scope);
}

/** `REVOKE privilege [, …] ON object [, …] FROM user [, …]`: https://docs.aws.amazon.com/redshift/latest/dg/r_REVOKE.html */
export function translateRevoke(reader: NodeReader, scope: Scope): Grant {
  return translate('revoke', 'from', reader, scope);
}

function translate(verb: Grant['verb'], before: string, reader: NodeReader, scope: Scope): Grant {
  if (reader.accept('assumerole')) return assumeRole(verb, before, reader);
  const named = list(reader, () => textOf(reader.next()).toUpperCase());
  reader.expect('on');
  const objects = readObjects(reader, scope);
  reader.expect(before);
  const users = readUsers(reader);
  reader.refuse('with', 'cascade', 'restrict');
  reader.expectEnd();
  const [{ kind }] = objects as [Securable, ...Securable[]];
  return { verb, privileges: named.map((name) => privilegeOn(kind, name)), objects, users };
}

/** `GRANT ASSUMEROLE ON {'role' [, …] | ALL} TO user [, …] FOR {ALL | COPY}`: the twin has no other command with a role. */
function assumeRole(verb: Grant['verb'], before: string, reader: NodeReader): Grant {
  reader.expect('on');
  // A public report says that the right on DEFAULT does not hold for the ARN of the same role.
  reader.refuse('default');
  const roles = reader.accept('all') ? [ALL_ROLES] : list(reader, () => reader.expectString());
  reader.expect(before);
  const users = readUsers(reader);
  reader.expect('for');
  if (!reader.accept('all')) {
    reader.refuse('unload', 'external', 'create');
    reader.expect('copy');
  }
  reader.expectEnd();
  return {
    verb,
    privileges: ['COPY'],
    objects: roles.map((name) => ({ kind: 'role', schema: '', name })),
    users,
  };
}

function readObjects(reader: NodeReader, scope: Scope): readonly Securable[] {
  if (reader.accept('database')) {
    return list(reader, () => {
      const name = reader.expectIdentifier();
      if (name !== scope.environment.database.toLowerCase())
        throw new SqlError(`ERROR: database "${name}" does not exist`);
      return { kind: 'database', schema: '', name: '' };
    });
  }
  if (reader.accept('schema'))
    return list(reader, () => ({ kind: 'schema', schema: reader.expectIdentifier(), name: '' }));
  reader.refuse('all', 'function', 'procedure', 'language', 'datashare', 'model', 'external');
  reader.accept('table');
  return list(reader, () => {
    const { schema, name, kind } = scope.refer(scope.resolveTable(readRelationName(reader)));
    if (kind !== 'table') throw unsupported('a privilege on a temporary table');
    return { kind, schema, name };
  });
}

function readUsers(reader: NodeReader): readonly string[] {
  return list(reader, () => {
    reader.refuse('group', 'role');
    return reader.expectIdentifier();
  });
}

function list<T>(reader: NodeReader, read: () => T): T[] {
  const items = [read()];
  while (reader.acceptSymbol(',')) items.push(read());
  return items;
}

/** @throws SqlError for a privilege that objects of this kind do not have, and for one that the twin does not know */
export function privilegeOn(kind: Securable['kind'], name: string): string {
  const privilege = name === 'TEMPORARY' ? 'TEMP' : name;
  if (!PRIVILEGES[kind].includes(privilege)) throw unsupported(`the privilege ${name} on a ${kind}`);
  return privilege;
}
