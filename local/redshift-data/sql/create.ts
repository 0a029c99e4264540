import { columnDefinition } from './column-definition';
import { SqlError, syntaxError, unsupported } from './errors';
import { quoteIdentifier, readRelationName } from './identifiers';
import { columnNames } from './identifiers';
import { isQuery } from './is-query';
import { NodeReader, isWord, splitAtCommas, textOf, type Node } from './nodes';
import { translateQuery } from './query';
import { DEFAULT_SCHEMA, type Relation, type Scope } from './scope';
import type { ColumnDefinition, CreateTable, StatementOf, TableAttributes, Unbound } from './statement';

type Create = Unbound<
  StatementOf<'create-schema' | 'create-user' | 'create-table' | 'create-table-as' | 'create-table-like'>
>;

/** `CREATE SCHEMA …` and `CREATE TABLE …`: https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_TABLE_NEW.html */
export function translateCreate(reader: NodeReader, scope: Scope): Create {
  if (reader.accept('schema')) return createSchema(reader, scope);
  if (reader.accept('user')) return createUser(reader);
  reader.accept('local');
  const temporary = reader.accept('temp') || reader.accept('temporary');
  if (!reader.accept('table')) throw unsupported(`CREATE ${textOf(reader.peek()).toUpperCase()}`);
  const ifNotExists = reader.accept('if', 'not', 'exists');
  const name = readRelationName(reader);
  // Without TEMP a new table is permanent, even if a temporary one of that name hides it.
  const table = temporary
    ? scope.temporary(name)
    : scope.resolveTable({ ...name, schema: name.schema ?? DEFAULT_SCHEMA });
  return readBody(table, ifNotExists, reader, scope);
}

function createSchema(reader: NodeReader, scope: Scope): Create {
  const exists = reader.accept('if', 'not', 'exists') ? 'IF NOT EXISTS ' : '';
  const name = reader.expectIdentifier();
  reader.refuse('authorization', 'quota');
  reader.expectEnd();
  const schema = scope.resolveTable({ schema: name, name: '' });
  return {
    verb: 'create-schema',
    schema: name,
    sql: `CREATE SCHEMA ${exists}${schema.sql.slice(0, -'.""'.length)}`,
  };
}

/** `CREATE USER name [WITH] PASSWORD {'…' | DISABLE}`: https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_USER.html */
function createUser(reader: NodeReader): Create {
  const user = reader.expectIdentifier();
  reader.accept('with');
  reader.expect('password');
  // Nobody connects with a password: the Data API takes a role or a secret.
  if (!reader.accept('disable')) reader.expectString();
  reader.expectEnd();
  return { verb: 'create-user', user };
}

function readBody(table: Relation, ifNotExists: boolean, reader: NodeReader, scope: Scope): Create {
  const group = reader.peek();
  const definitions = group?.kind === 'group' && !isQuery(group.nodes) ? reader.expectGroup() : undefined;
  if (definitions !== undefined && isWord(definitions[0], 'like'))
    return createLike(table, ifNotExists, definitions, reader, scope);
  const attributes = readAttributes(reader);
  if (!reader.accept('as')) {
    reader.expectEnd();
    if (definitions === undefined) throw syntaxError('');
    return createTable(table, ifNotExists, definitions, attributes, scope);
  }
  const query = asQuery(reader);
  const columns = definitions === undefined ? undefined : nameList(definitions);
  return {
    verb: 'create-table-as',
    table,
    ifNotExists,
    columns,
    query: translateQuery(query, scope),
    attributes,
  };
}

/** The query after AS, which may be in parentheses. */
function asQuery(reader: NodeReader): readonly Node[] {
  const query = reader.rest();
  if (!isQuery(query)) throw syntaxError(textOf(query[0]));
  return query;
}

function nameList(nodes: readonly Node[]): readonly string[] {
  columnNames(nodes);
  return splitAtCommas(nodes).map((part) => new NodeReader(part).expectIdentifier());
}

function createLike(
  table: Relation,
  ifNotExists: boolean,
  definitions: readonly Node[],
  outer: NodeReader,
  scope: Scope,
): Create {
  const reader = new NodeReader(definitions);
  reader.expect('like');
  const like = scope.refer(scope.resolveTable(readRelationName(reader)));
  const withDefaults = reader.accept('including', 'defaults');
  if (!withDefaults) reader.accept('excluding', 'defaults');
  reader.expectEnd();
  if (!outer.done) throw unsupported('table attributes after LIKE');
  return { verb: 'create-table-like', table, ifNotExists, like, withDefaults };
}

function createTable(
  table: Relation,
  ifNotExists: boolean,
  definitions: readonly Node[],
  attributes: TableAttributes,
  scope: Scope,
): CreateTable {
  const parsed = splitAtCommas(definitions).map((part) => readDefinition(part, scope));
  const keys = new Set(parsed.flatMap((part) => ('keys' in part ? part.keys : [])));
  const columns: ColumnDefinition[] = [];
  let { distkey, sortkey } = attributes;
  for (const part of parsed) {
    if ('keys' in part) continue;
    if (columns.some((column) => column.name === part.column.name)) {
      throw new SqlError(`ERROR: column "${part.column.name}" duplicated`);
    }
    if (part.distkey) distkey = part.column.name;
    if (part.sortkey) sortkey = [...sortkey, part.column.name];
    columns.push({ ...part.column, required: part.column.required || keys.has(part.column.name) });
  }
  if (columns.length === 0) throw new SqlError('ERROR: table must have at least one column');
  checkKeys(columns, [...(distkey === undefined ? [] : [distkey]), ...sortkey, ...keys]);
  return { verb: 'create-table', table, ifNotExists, columns, attributes: { distkey, sortkey } };
}

function checkKeys(columns: readonly ColumnDefinition[], names: readonly string[]): void {
  const missing = names.find((name) => !columns.some((column) => column.name === name));
  if (missing !== undefined) throw new SqlError(`ERROR: column "${missing}" named in key does not exist`);
}

/** A column, or the columns of a primary key, of which only NOT NULL is enforced. */
type Definition =
  | { readonly column: ColumnDefinition; readonly distkey: boolean; readonly sortkey: boolean }
  | { readonly keys: readonly string[] };

function readDefinition(nodes: readonly Node[], scope: Scope): Definition {
  const reader = new NodeReader(nodes);
  if (isWord(reader.peek(), 'constraint', 'foreign', 'check', 'like')) {
    throw unsupported(`${textOf(reader.peek()).toUpperCase()} in CREATE TABLE`);
  }
  if (reader.accept('primary', 'key')) return { keys: lastNames(reader) };
  if (isWord(reader.peek(), 'unique') && reader.peek(1)?.kind === 'group') {
    reader.next();
    lastNames(reader);
    return { keys: [] };
  }
  return columnDefinition(reader, scope);
}

function lastNames(reader: NodeReader): readonly string[] {
  const names = nameList(reader.expectGroup());
  reader.expectEnd();
  return names;
}

/** BACKUP, DISTSTYLE, DISTKEY, SORTKEY and ENCODE, in any order. */
function readAttributes(reader: NodeReader): TableAttributes {
  let distkey: string | undefined;
  let sortkey: readonly string[] = [];
  while (!reader.done && !isWord(reader.peek(), 'as')) {
    if (reader.accept('backup')) readChoice(reader, 'yes', 'no');
    else if (reader.accept('diststyle')) readChoice(reader, 'auto', 'even', 'key', 'all');
    else if (reader.accept('encode')) readChoice(reader, 'auto');
    else if (reader.accept('distkey')) distkey = onlyName(reader.expectGroup());
    else if (reader.accept('sortkey', 'auto')) sortkey = [];
    else {
      if (!reader.accept('compound')) reader.accept('interleaved');
      reader.expect('sortkey');
      sortkey = nameList(reader.expectGroup());
    }
  }
  return { distkey, sortkey };
}

function readChoice(reader: NodeReader, ...choices: string[]): void {
  if (!choices.some((choice) => reader.accept(choice))) throw reader.unexpected();
}

function onlyName(nodes: readonly Node[]): string {
  const [name, ...rest] = nameList(nodes);
  if (name === undefined || rest.length > 0) throw syntaxError(rest[0] ?? ')');
  return name;
}

/** The engine's definition of a column. Lengths are checked in bytes, which Redshift counts. */
export function renderColumn(column: ColumnDefinition): string {
  const name = quoteIdentifier(column.name);
  const parts = [name, column.type.engine];
  if (column.required) parts.push('NOT NULL');
  if (column.defaultValue !== undefined) parts.push(`DEFAULT ${column.defaultValue}`);
  if (column.type.length !== undefined) parts.push(`CHECK (strlen(${name}) <= ${column.type.length})`);
  return parts.join(' ');
}
