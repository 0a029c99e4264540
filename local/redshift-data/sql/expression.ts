import type { Call } from './call';
import { cast, engineParameter, timestamp } from './engine-sql';
import { SqlError, syntaxError, unsupported } from './errors';
import { translateCall } from './functions';
import { quoteIdentifier, quoteLiteral } from './identifiers';
import { isQuery } from './is-query';
import { KEYWORDS, REFUSED_WORDS } from './keywords';
import { NodeReader, isSymbol, isWord, splitAtCommas, textOf, type Node } from './nodes';
import { SYSTEM_SCHEMA, type Scope } from './scope';
import { readType } from './types';

/** Words that may precede a parenthesis without calling a function. */
const BEFORE_PARENTHESIS: ReadonlySet<string> = new Set(
  [...KEYWORDS].filter((word) => word !== 'left' && word !== 'right'),
);

/** Functions without parentheses. */
const BARE_FUNCTIONS: ReadonlyMap<string, (scope: Scope) => string> = new Map([
  [
    'sysdate',
    (scope: Scope) =>
      scope.inDefault ? 'CAST(now() AS TIMESTAMP)' : timestamp(scope.environment.transactionTime),
  ],
  [
    'current_date',
    (scope: Scope) =>
      scope.inDefault ? 'CAST(now() AS DATE)' : `CAST(${timestamp(scope.environment.statementTime)} AS DATE)`,
  ],
]);

/** Translates expressions between commas, as in SELECT and ORDER BY. */
export function translateList(nodes: readonly Node[], scope: Scope): string {
  return splitAtCommas(nodes)
    .map((part) => translateExpression(part, scope))
    .join(', ');
}

/** Translates one expression, including its alias. */
export function translateExpression(nodes: readonly Node[], scope: Scope): string {
  const reader = new NodeReader(nodes);
  if (reader.done) throw syntaxError('');
  const parts: string[] = [];
  while (!reader.done) translateNext(reader, scope, parts);
  return parts.join(' ');
}

/** Appends the translation of the next node, with the nodes that belong to it, to `parts`. */
function translateNext(reader: NodeReader, scope: Scope, parts: string[]): void {
  const node = reader.next();
  switch (node.kind) {
    case 'string':
      parts.push(quoteLiteral(node.value));
      return;
    case 'number':
      parts.push(node.value);
      return;
    case 'parameter':
      parts.push(`$${engineParameter(node.value)}`);
      return;
    case 'quoted':
      parts.push(readColumn(node.value, reader));
      return;
    case 'group':
      parts.push(translateGroup(node.nodes, scope));
      return;
    case 'symbol':
      translateSymbol(node.value, reader, scope, parts);
      return;
    case 'word':
      translateWord(node.value, reader, scope, parts);
  }
}

function translateGroup(nodes: readonly Node[], scope: Scope): string {
  if (isQuery(nodes)) return `(${scope.query(nodes)})`;
  if (isWord(nodes[0], 'from', 'values')) throw syntaxError(textOf(nodes[0]));
  return `(${translateList(nodes, scope)})`;
}

function translateSymbol(symbol: string, reader: NodeReader, scope: Scope, parts: string[]): void {
  if (symbol === '::') {
    const operand = takeOperand(parts);
    parts.push(cast(operand, readType(reader)));
    return;
  }
  if (symbol === '.') throw syntaxError('.');
  parts.push(symbol);
  // Redshift fails on a division by zero; the engine returns NULL.
  if (symbol === '/' || symbol === '%') parts.push(readDivisor(reader, scope));
}

function readDivisor(reader: NodeReader, scope: Scope): string {
  const parts: string[] = [];
  if (isSymbol(reader.peek(), '-', '+')) parts.push(textOf(reader.next()));
  translateNext(reader, scope, parts);
  while (isSymbol(reader.peek(), '::')) translateNext(reader, scope, parts);
  return `${SYSTEM_SCHEMA}.divisor(${parts.join(' ')})`;
}

/**
 * Removes the operand of a `::`, which is the last part: a name, a call or parentheses. After END it would be the whole
 * CASE, which is refused.
 */
function takeOperand(parts: string[]): string {
  const operand = parts.pop();
  if (operand === undefined) throw syntaxError('::');
  if (operand === 'END') throw unsupported(':: after END (write CAST)');
  if (/^[A-Z]+$/.test(operand) && !['NULL', 'TRUE', 'FALSE'].includes(operand)) throw syntaxError('::');
  return operand;
}

function translateWord(word: string, reader: NodeReader, scope: Scope, parts: string[]): void {
  const next = reader.peek();
  if (isSymbol(next, '.')) {
    parts.push(readColumn(word, reader));
    return;
  }
  if (next?.kind === 'group' && !BEFORE_PARENTHESIS.has(word)) {
    parts.push(readCall(word, reader, scope));
    return;
  }
  if (next?.kind === 'string' && isTypedLiteral(word)) {
    parts.push(typedLiteral(word, reader.expectString()));
    return;
  }
  if (word === 'approximate') {
    parts.push(readApproximate(reader, scope));
    return;
  }
  if (word === 'as') {
    parts.push('AS', quoteIdentifier(reader.expectIdentifier()));
    return;
  }
  if (REFUSED_WORDS.has(word)) throw unsupported(word.toUpperCase());
  parts.push(BARE_FUNCTIONS.get(word)?.(scope) ?? keywordOrName(word, reader));
}

function readCall(name: string, reader: NodeReader, scope: Scope): string {
  const call: Call = {
    name,
    nodes: reader.expectGroup(),
    scope,
    expression: (nodes) => translateExpression(nodes, scope),
    list: (nodes) => translateList(nodes, scope),
    group: (nodes) => translateGroup(nodes, scope),
  };
  return translateCall(call, reader);
}

function keywordOrName(word: string, reader: NodeReader): string {
  if (!KEYWORDS.has(word)) return quoteIdentifier(word);
  if (word === 'from') throw syntaxError('from');
  if (word === 'distinct' && isWord(reader.peek(), 'from')) throw unsupported('IS DISTINCT FROM');
  return word.toUpperCase();
}

/** `column`, `table.column`, `schema.table.column` or `table.*`. */
function readColumn(first: string, reader: NodeReader): string {
  const names = [quoteIdentifier(first)];
  while (reader.acceptSymbol('.')) {
    if (reader.acceptSymbol('*')) return [...names, '*'].join('.');
    names.push(quoteIdentifier(reader.expectIdentifier()));
  }
  if (names.length > 3) throw unsupported('a column name of more than three parts');
  if (reader.peek()?.kind === 'group' && names.length > 1)
    throw unsupported(`the function ${names.join('.')}()`);
  if (reader.peek()?.kind === 'group') throw unsupported(`the function ${names[0]}()`);
  return names.join('.');
}

function isTypedLiteral(word: string): boolean {
  return ['date', 'timestamp', 'timestamptz', 'interval'].includes(word);
}

function typedLiteral(word: string, value: string): string {
  if (word !== 'interval') return `CAST(${quoteLiteral(value)} AS ${word.toUpperCase()})`;
  if (!/^\s*(-?\d+\s+(year|month|week|day|hour|minute|second)s?\s*,?\s*)+$/i.test(value)) {
    throw new SqlError(`ERROR: invalid input syntax for type interval: "${value}"`);
  }
  return `INTERVAL ${quoteLiteral(value)}`;
}

/** `APPROXIMATE COUNT(DISTINCT x)`. The exact result is within Redshift's tolerance. */
function readApproximate(reader: NodeReader, scope: Scope): string {
  reader.expect('count');
  const nodes = reader.peek();
  if (nodes?.kind !== 'group' || !isWord(nodes.nodes[0], 'distinct')) throw reader.unexpected();
  return readCall('count', reader, scope);
}
