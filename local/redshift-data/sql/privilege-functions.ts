import { counted, type Translation } from './call';
import { unsupported } from './errors';
import { privilegeOn } from './grant';
import { quoteLiteral, readRelationName } from './identifiers';
import { NodeReader, parseStatement } from './nodes';
import { DEFAULT_SCHEMA, SYSTEM_SCHEMA } from './scope';
import type { Securable } from './statement';

/** The name and the privilege of a call, of which the privilege must be a literal. Both are SQL of the engine. */
function privilegeCall(kind: Securable['kind'], call: Parameters<Translation>[0]): readonly [string, string] {
  const [name = '', privilege = ''] = counted(call, 2);
  return [name, `[${quoteLiteral(privilegeOn(kind, literal(call.name, privilege).toUpperCase()))}]`];
}

/** The value of a literal in SQL of the engine. */
function literal(name: string, sql: string): string {
  if (!/^'(?:[^']|'')*'$/.test(sql))
    throw unsupported(`${name.toUpperCase()} with an argument that is not a literal`);
  return sql.slice(1, -1).replaceAll("''", "'");
}

const may = (kind: Securable['kind'], schema: string, name: string, privileges: string): string =>
  `${SYSTEM_SCHEMA}.may(${[quoteLiteral(kind), schema, name, privileges].join(', ')})`;

const hasDatabasePrivilege: Translation = (call) => {
  const [name, privileges] = privilegeCall('database', call);
  const { database } = call.scope.environment;
  if (literal(call.name, name).toLowerCase() !== database.toLowerCase())
    throw unsupported('HAS_DATABASE_PRIVILEGE of another database');
  return may('database', "''", "''", privileges);
};

const hasSchemaPrivilege: Translation = (call) => {
  const [schema, privileges] = privilegeCall('schema', call);
  return may('schema', schema, "''", privileges);
};

/** It looks up the table's name, so it fails without USAGE on the schema: getredash/redash #6988. */
const hasTablePrivilege: Translation = (call) => {
  const [text, privileges] = privilegeCall('table', call);
  const { schema = DEFAULT_SCHEMA, name } = readRelationName(
    new NodeReader(parseStatement(literal(call.name, text))),
  );
  const [schemaSql, nameSql] = [quoteLiteral(schema), quoteLiteral(name)];
  const isThere = `EXISTS (SELECT 1 FROM duckdb_tables() WHERE database_name = ${quoteLiteral(call.scope.environment.database)}
    AND schema_name = ${schemaSql} AND table_name = ${nameSql})`;
  return `(CASE WHEN NOT ${may('schema', schemaSql, "''", "['USAGE']")} THEN error(${quoteLiteral(`permission denied for schema ${schema}`)})
    WHEN NOT ${isThere} THEN error(${quoteLiteral(`relation "${schema}.${name}" does not exist`)})
    ELSE ${may('table', schemaSql, nameSql, privileges)} END)`;
};

const hasAssumeRolePrivilege: Translation = (call) => {
  const [role, privileges] = privilegeCall('role', call);
  return may('role', "''", role, privileges);
};

/** All ask about the session's own user, as the forms with two arguments do in Redshift. */
export const privilegeFunctions: Readonly<Record<string, Translation>> = {
  has_database_privilege: hasDatabasePrivilege,
  has_schema_privilege: hasSchemaPrivilege,
  has_table_privilege: hasTablePrivilege,
  has_assumerole_privilege: hasAssumeRolePrivilege,
};
