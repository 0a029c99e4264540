import { SqlError, unsupported } from './errors';
import { translateExpression } from './expression';
import { columnNames, quoteIdentifier, readRelationName } from './identifiers';
import { isQuery } from './is-query';
import { KEYWORDS } from './keywords';
import { NodeReader, isSymbol, isWord, textOf, type Node } from './nodes';
import type { Scope } from './scope';

const JOIN_WORDS = ['natural', 'inner', 'left', 'right', 'full', 'cross', 'join'];

/** Translates the nodes between FROM and the next clause. */
export function translateFrom(nodes: readonly Node[], scope: Scope): { sql: string; lastHasAlias: boolean } {
  const reader = new NodeReader(nodes);
  let item = readItem(reader, scope);
  const parts = [item.sql];
  let { hasAlias } = item;
  while (!reader.done) {
    if (reader.acceptSymbol(',')) {
      parts.push(',');
      item = readItem(reader, scope);
      parts.push(item.sql);
      hasAlias = item.hasAlias;
      continue;
    }
    const join = readJoin(reader);
    item = readItem(reader, scope);
    const condition = readJoinCondition(reader, scope);
    parts.push(join, item.sql, condition);
    hasAlias = item.hasAlias || condition !== '';
  }
  return { sql: parts.filter((part) => part !== '').join(' '), lastHasAlias: hasAlias };
}

function readJoin(reader: NodeReader): string {
  const words: string[] = [];
  if (reader.accept('natural')) words.push('NATURAL');
  if (reader.accept('cross')) words.push('CROSS');
  else if (reader.accept('inner')) words.push('INNER');
  else {
    const side = ['left', 'right', 'full'].find((word) => reader.accept(word));
    if (side !== undefined) words.push(side.toUpperCase());
    if (side !== undefined && reader.accept('outer')) words.push('OUTER');
  }
  reader.expect('join');
  return [...words, 'JOIN'].join(' ');
}

function readJoinCondition(reader: NodeReader, scope: Scope): string {
  if (reader.accept('using')) return `USING ${columnNames(reader.expectGroup())}`;
  if (!reader.accept('on')) return '';
  const condition = reader.takeUntil((node, at) => isSymbol(node, ',') || startsJoin(node, at));
  return `ON ${translateExpression(condition, scope)}`;
}

/** LEFT and RIGHT before a parenthesis are string functions. */
function startsJoin(node: Node, reader: NodeReader): boolean {
  if (!isWord(node, ...JOIN_WORDS) || isSymbol(reader.previous, '.')) return false;
  return reader.peek(1)?.kind !== 'group' || isWord(node, 'join');
}

function readItem(reader: NodeReader, scope: Scope): { sql: string; hasAlias: boolean } {
  const first = reader.peek();
  if (isWord(first, 'lateral', 'unnest', 'table', 'only'))
    throw unsupported(`${textOf(first).toUpperCase()} in FROM`);
  if (first?.kind === 'group') return readParenthesised(reader, scope);
  if (first?.kind === 'string') throw reader.unexpected();
  const name = readRelationName(reader);
  if (reader.peek()?.kind === 'group') throw unsupported(`the table function ${name.name}()`);
  const sql = scope.read(name);
  const alias = readAlias(reader);
  return { sql: alias === '' ? sql : `${sql} ${alias}`, hasAlias: alias !== '' };
}

function readParenthesised(reader: NodeReader, scope: Scope): { sql: string; hasAlias: boolean } {
  const nodes = reader.expectGroup();
  if (isWord(nodes[0], 'values')) throw unsupported('VALUES in FROM');
  if (!isQuery(nodes)) return { sql: `(${translateFrom(nodes, scope).sql})`, hasAlias: true };
  const sql = `(${scope.query(nodes)})`;
  const alias = readAlias(reader);
  if (alias === '') {
    throw new SqlError(
      'ERROR: subquery in FROM must have an alias\n  Hint: For example, FROM (SELECT ...) [AS] foo.',
    );
  }
  return { sql: `${sql} ${alias}`, hasAlias: true };
}

/** Reads `[AS] alias [(column, …)]`; an empty text without an alias. */
export function readAlias(reader: NodeReader): string {
  reader.refuse('pivot', 'unpivot');
  const node = reader.peek();
  const explicit = reader.accept('as');
  const isName = node?.kind === 'quoted' || (node?.kind === 'word' && !KEYWORDS.has(node.value));
  if (!explicit && !isName) return '';
  const alias = quoteIdentifier(reader.expectIdentifier());
  const columns = reader.acceptGroup();
  return `AS ${alias}${columns === undefined ? '' : columnNames(columns)}`;
}
