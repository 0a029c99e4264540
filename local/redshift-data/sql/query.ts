import { syntaxError, unsupported } from './errors';
import { translateExpression, translateList } from './expression';
import { translateFrom } from './from';
import { columnNames, quoteIdentifier } from './identifiers';
import { SET_OPERATORS } from './is-query';
import { NodeReader, isSymbol, isWord, splitAtCommas, textOf, type Node } from './nodes';
import type { Scope } from './scope';

const CLAUSES = [
  'from',
  'where',
  'group',
  'having',
  'qualify',
  'order',
  'limit',
  'offset',
  'union',
  'intersect',
  'except',
  'minus',
  'into',
  'fetch',
  'window',
  'for',
] as const;

/** Whether a clause of a query starts here. `WITHIN GROUP (…)` is part of an expression. */
function startsClause(node: Node, reader: NodeReader): boolean {
  if (!isWord(node, ...CLAUSES)) return false;
  const afterName = isSymbol(reader.previous, '.') || isWord(reader.previous, 'as');
  return !afterName && !(isWord(node, 'group') && isWord(reader.previous, 'within'));
}

/** Translates `[WITH …] SELECT … [UNION …] [ORDER BY …] [LIMIT …]`. */
export function translateQuery(nodes: readonly Node[], outer: Scope): string {
  const reader = new NodeReader(nodes);
  const [withClause, scope] = readWith(reader, outer);
  const parts = [withClause];
  let limit = '';
  let selects = 0;
  for (;;) {
    const select = readSelect(reader, scope);
    parts.push(select.sql);
    selects += 1;
    if (select.top !== undefined) limit = `LIMIT ${select.top}`;
    const operator = readSetOperator(reader);
    if (operator === undefined) break;
    parts.push(operator);
  }
  if (limit !== '' && selects > 1) throw unsupported('TOP together with a set operator');
  parts.push(readTail(reader, scope, limit));
  reader.expectEnd();
  return parts.filter((part) => part !== '').join(' ');
}

function readWith(reader: NodeReader, outer: Scope): [string, Scope] {
  if (!reader.accept('with')) return ['', outer];
  const recursive = reader.accept('recursive');
  let scope = outer;
  const tables: string[] = [];
  do {
    const name = reader.expectIdentifier();
    const columns = reader.acceptGroup();
    reader.expect('as');
    const inner = recursive ? scope.withCommonTable(name) : scope;
    const body = translateQuery(reader.expectGroup(), inner);
    tables.push(`${quoteIdentifier(name)}${columns ? columnNames(columns) : ''} AS (${body})`);
    scope = scope.withCommonTable(name);
  } while (reader.acceptSymbol(','));
  return [`WITH ${recursive ? 'RECURSIVE ' : ''}${tables.join(', ')}`, scope];
}

function readSetOperator(reader: NodeReader): string | undefined {
  const node = reader.peek();
  if (node?.kind !== 'word') return undefined;
  const operator = SET_OPERATORS.get(node.value);
  if (operator === undefined) return undefined;
  reader.next();
  if (!reader.accept('all')) return operator;
  // https://docs.aws.amazon.com/redshift/latest/dg/r_UNION.html: only UNION has ALL.
  if (operator !== 'UNION') throw unsupported(`${node.value.toUpperCase()} ALL`);
  return 'UNION ALL';
}

function readSelect(reader: NodeReader, scope: Scope): { sql: string; top?: string } {
  const parenthesised = reader.acceptGroup();
  if (parenthesised !== undefined) return { sql: `(${translateQuery(parenthesised, scope)})` };
  reader.expect('select');
  const distinct = reader.accept('distinct');
  if (distinct && isWord(reader.peek(), 'on')) throw unsupported('DISTINCT ON');
  reader.accept('all');
  const top = readTop(reader);
  const items = reader.takeUntil(startsClause);
  if (items.length === 0) throw reader.unexpected();
  const parts = [`SELECT ${distinct ? 'DISTINCT ' : ''}${translateSelectList(items, scope)}`];
  if (isWord(reader.peek(), 'into')) throw unsupported('SELECT INTO');
  let lastTableHasAlias = true;
  if (reader.accept('from')) {
    const from = translateFrom(reader.takeUntil(startsClause), scope);
    lastTableHasAlias = from.lastHasAlias;
    parts.push(`FROM ${from.sql}`);
  }
  // Redshift reads QUALIFY after a bare table name as the table's alias:
  // https://docs.aws.amazon.com/redshift/latest/dg/r_QUALIFY_clause.html
  if (isWord(reader.peek(), 'qualify') && !lastTableHasAlias) throw syntaxError(textOf(reader.peek(1)));
  parts.push(...readFilters(reader, scope));
  return { sql: parts.join(' '), top };
}

function translateSelectList(items: readonly Node[], scope: Scope): string {
  return splitAtCommas(items)
    .map((item) => {
      const name = nameOfCall(item);
      return `${translateList(item, scope)}${name === undefined ? '' : ` AS ${quoteIdentifier(name)}`}`;
    })
    .join(', ');
}

/** The column name of a function call without an alias: the function's name. DuckDB would use `count_star()`. */
function nameOfCall(item: readonly Node[]): string | undefined {
  const [name, call, over, window] = item;
  if (name?.kind !== 'word' || call?.kind !== 'group' || name.value === 'cast') return undefined;
  const isCall = item.length === 2 || (item.length === 4 && isWord(over, 'over') && window?.kind === 'group');
  return isCall ? name.value : undefined;
}

function readTop(reader: NodeReader): string | undefined {
  if (!isWord(reader.peek(), 'top') || reader.peek(1)?.kind !== 'number') return undefined;
  reader.next();
  return textOf(reader.next());
}

function readFilters(reader: NodeReader, scope: Scope): string[] {
  const parts: string[] = [];
  const condition = () => translateExpression(reader.takeUntil(startsClause), scope);
  if (reader.accept('where')) parts.push(`WHERE ${condition()}`);
  if (reader.accept('group')) {
    reader.expect('by');
    if (isWord(reader.peek(), 'all')) throw unsupported('GROUP BY ALL');
    parts.push(`GROUP BY ${translateList(reader.takeUntil(startsClause), scope)}`);
  }
  if (reader.accept('having')) parts.push(`HAVING ${condition()}`);
  if (reader.accept('qualify')) parts.push(`QUALIFY ${condition()}`);
  return parts;
}

function readTail(reader: NodeReader, scope: Scope, top: string): string {
  const parts: string[] = [];
  if (reader.accept('order')) {
    reader.expect('by');
    if (isWord(reader.peek(), 'all')) throw unsupported('ORDER BY ALL');
    parts.push(`ORDER BY ${translateList(reader.takeUntil(startsClause), scope)}`);
  }
  for (let clause = readLimit(reader, scope); clause !== undefined; clause = readLimit(reader, scope)) {
    parts.push(clause);
  }
  reader.refuse('fetch', 'for', 'window');
  if (top !== '' && parts.some((part) => part.startsWith('LIMIT'))) throw unsupported('TOP with LIMIT');
  return [...parts, top].filter((part) => part !== '').join(' ');
}

function readLimit(reader: NodeReader, scope: Scope): string | undefined {
  if (reader.accept('limit', 'all')) return '';
  if (reader.accept('limit')) {
    return `LIMIT ${translateExpression(reader.takeUntil(startsClause), scope)}`;
  }
  if (!reader.accept('offset')) return undefined;
  return `OFFSET ${translateExpression(reader.takeUntil(startsClause), scope)}`;
}
