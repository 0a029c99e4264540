import { syntaxError, unsupported } from './errors';
import { translateExpression } from './expression';
import { readAlias, translateFrom } from './from';
import { quoteIdentifier, readRelationName } from './identifiers';
import { columnNames } from './identifiers';
import { isQuery } from './is-query';
import { NodeReader, isSymbol, isWord, splitAtCommas, textOf, type Node } from './nodes';
import { translateQuery } from './query';
import type { Relation, Scope } from './scope';

interface Change<V extends string> {
  readonly verb: V;
  readonly target: Relation;
  readonly sql: string;
}

/** The table that a statement writes, with its alias. */
function readTarget(reader: NodeReader, scope: Scope): { target: Relation; sql: string } {
  const target = scope.refer(scope.resolveTable(readRelationName(reader)));
  const alias = readAlias(reader);
  return { target, sql: alias === '' ? target.sql : `${target.sql} ${alias}` };
}

/** `INSERT INTO table [(columns)] {VALUES … | DEFAULT VALUES | query}`. */
export function translateInsert(reader: NodeReader, scope: Scope): Change<'insert'> {
  reader.expect('into');
  const target = scope.refer(scope.resolveTable(readRelationName(reader)));
  const start = reader.peek();
  const columns = start?.kind === 'group' && !isQuery(start.nodes) ? columnNames(reader.expectGroup()) : '';
  const sql = `INSERT INTO ${target.sql}${columns} ${readSource(reader, scope)}`;
  return { verb: 'insert', target, sql };
}

function readSource(reader: NodeReader, scope: Scope): string {
  if (reader.accept('default', 'values')) {
    reader.expectEnd();
    return 'DEFAULT VALUES';
  }
  if (!reader.accept('values')) {
    const query = reader.rest();
    if (!isQuery(query)) throw syntaxError(textOf(query[0]));
    return translateQuery(query, scope);
  }
  const rows: string[] = [];
  do {
    const values = splitAtCommas(reader.expectGroup());
    if (values.length === 0) throw syntaxError(')');
    rows.push(`(${values.map((value) => translateExpression(value, scope)).join(', ')})`);
  } while (reader.acceptSymbol(','));
  reader.expectEnd();
  return `VALUES ${rows.join(', ')}`;
}

/** `UPDATE table [alias] SET column = expression, … [FROM …] [WHERE …]`. */
export function translateUpdate(reader: NodeReader, scope: Scope): Change<'update'> {
  const { target, sql } = readTarget(reader, scope);
  reader.expect('set');
  const assignments = translateAssignments(
    reader.takeUntil((node) => isWord(node, 'from', 'where')),
    scope,
  );
  const parts = [
    `UPDATE ${sql} SET ${assignments}`,
    ...readSourceAndCondition('from', 'FROM', reader, scope),
  ];
  return { verb: 'update', target, sql: parts.join(' ') };
}

export function translateAssignments(nodes: readonly Node[], scope: Scope): string {
  const assignments = splitAtCommas(nodes).map((part) => {
    const reader = new NodeReader(part);
    const column = reader.expectIdentifier();
    if (isSymbol(reader.peek(), '.')) throw unsupported('a qualified column name in SET');
    if (!reader.acceptSymbol('=')) throw reader.unexpected();
    return `${quoteIdentifier(column)} = ${translateExpression(reader.rest(), scope)}`;
  });
  if (assignments.length === 0) throw syntaxError('');
  return assignments.join(', ');
}

/** `DELETE [FROM] table [alias] [USING …] [WHERE …]`. */
export function translateDelete(reader: NodeReader, scope: Scope): Change<'delete'> {
  reader.accept('from');
  const { target, sql } = readTarget(reader, scope);
  const parts = [`DELETE FROM ${sql}`, ...readSourceAndCondition('using', 'USING', reader, scope)];
  return { verb: 'delete', target, sql: parts.join(' ') };
}

function readSourceAndCondition(word: string, keyword: string, reader: NodeReader, scope: Scope): string[] {
  const parts: string[] = [];
  if (reader.accept(word)) {
    const source = translateFrom(
      reader.takeUntil((node) => isWord(node, 'where')),
      scope,
    );
    parts.push(`${keyword} ${source.sql}`);
  }
  if (reader.accept('where')) parts.push(`WHERE ${translateExpression(reader.rest(), scope)}`);
  reader.expectEnd();
  return parts;
}
