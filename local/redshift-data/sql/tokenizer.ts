import { SqlError, syntaxError, unsupported } from './errors';

export type Token =
  /** An unquoted word; `value` is folded to lower case. */
  | { readonly kind: 'word'; readonly value: string; readonly text: string }
  /** A quoted identifier, folded too: `enable_case_sensitive_identifier` is off by default. */
  | { readonly kind: 'quoted'; readonly value: string }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'number'; readonly value: string }
  /** `:name` of the Data API. */
  | { readonly kind: 'parameter'; readonly value: string }
  | { readonly kind: 'symbol'; readonly value: string };

/** Redshift's limit on names, in bytes: https://docs.aws.amazon.com/redshift/latest/dg/r_names.html */
const MAXIMUM_IDENTIFIER_BYTES = 127;

const SYMBOLS = ['::', '||', '<>', '!=', '<=', '>=', ...'=<>+-*/%^.,;()'];
const OPERATOR_CHARACTER = /[+\-*/<>=~!@#%^&|?`]/;

/** Splits a text into tokens without comments. @throws SqlError for text that Redshift or the twin refuses */
export function tokenize(sql: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < sql.length) {
    const skipped = skipBlank(sql, at);
    if (skipped > at) {
      at = skipped;
      continue;
    }
    const [token, end] = readToken(sql, at);
    tokens.push(token);
    at = end;
  }
  return tokens;
}

function skipBlank(sql: string, start: number): number {
  const blank = /\s+/y;
  blank.lastIndex = start;
  if (blank.test(sql)) return blank.lastIndex;
  if (sql.startsWith('--', start)) {
    const end = sql.indexOf('\n', start);
    return end < 0 ? sql.length : end + 1;
  }
  return sql.startsWith('/*', start) ? endOfBlockComment(sql, start) : start;
}

/** Block comments nest, as in PostgreSQL. */
function endOfBlockComment(sql: string, start: number): number {
  let depth = 0;
  for (let at = start; at < sql.length; at += 1) {
    if (sql.startsWith('/*', at)) {
      depth += 1;
      at += 1;
    } else if (sql.startsWith('*/', at)) {
      depth -= 1;
      at += 1;
      if (depth === 0) return at + 1;
    }
  }
  throw new SqlError('ERROR: unterminated /* comment');
}

function readToken(sql: string, at: number): [Token, number] {
  const character = sql.charAt(at);
  if (character === "'") return readString(sql, at);
  if (character === '"') return readQuoted(sql, at);
  if (character === '$') throw unsupported('dollar quoting');
  const number = match(/(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?/y, sql, at);
  if (number !== undefined) return readNumber(sql, at, number);
  const word = match(/[\p{L}_][\p{L}\p{N}_$]*/uy, sql, at);
  if (word !== undefined) return readWord(sql, at, word);
  const parameter = match(/:[0-9a-zA-Z_]+/y, sql, at);
  if (parameter !== undefined) {
    return [{ kind: 'parameter', value: parameter.slice(1) }, at + parameter.length];
  }
  return readSymbol(sql, at);
}

function match(pattern: RegExp, sql: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(sql)?.[0];
}

function readString(sql: string, start: number): [Token, number] {
  const [value, end] = readDelimited(sql, start, "'", 'quoted string');
  // Redshift reads a backslash as an escape in some places and literally in others.
  if (value.includes('\\')) throw unsupported('a backslash in a string literal');
  return [{ kind: 'string', value }, end];
}

function readQuoted(sql: string, start: number): [Token, number] {
  const [value, end] = readDelimited(sql, start, '"', 'quoted identifier');
  if (value === '') throw new SqlError('ERROR: zero-length delimited identifier at or near """"');
  return [{ kind: 'quoted', value: checkLength(value.toLowerCase()) }, end];
}

function readDelimited(sql: string, start: number, delimiter: string, what: string): [string, number] {
  let value = '';
  let at = start + 1;
  for (;;) {
    const end = sql.indexOf(delimiter, at);
    if (end < 0) throw new SqlError(`ERROR: unterminated ${what} at or near "${sql.slice(start)}"`);
    value += sql.slice(at, end);
    if (sql.charAt(end + 1) !== delimiter) return [value, end + 1];
    value += delimiter;
    at = end + 2;
  }
}

function readNumber(sql: string, at: number, text: string): [Token, number] {
  const end = at + text.length;
  const tail = match(/[\p{L}_$]+/uy, sql, end);
  if (tail !== undefined) throw syntaxError(text + tail);
  return [{ kind: 'number', value: text }, end];
}

function readWord(sql: string, at: number, text: string): [Token, number] {
  const end = at + text.length;
  if (sql.charAt(end) === "'" && /^[ebxn]$/i.test(text)) throw unsupported(`a string literal ${text}'…'`);
  if (sql.charAt(end) === '&' && /^u$/i.test(text)) throw unsupported("a string literal U&'…'");
  return [{ kind: 'word', value: checkLength(text.toLowerCase()), text }, end];
}

function readSymbol(sql: string, at: number): [Token, number] {
  const symbol = SYMBOLS.find((candidate) => sql.startsWith(candidate, at));
  if (symbol === undefined) {
    const operator = match(/[~!@#&|?`:[\]{}\\]+/y, sql, at) ?? sql.charAt(at);
    throw operator === ':' ? syntaxError(':') : unsupported(`the operator ${operator}`);
  }
  const end = at + symbol.length;
  refuseForeignOperator(sql, at, symbol);
  return [{ kind: 'symbol', value: symbol }, end];
}

/** Refuses operators such as `//`, `->`, `==` and `**`, which only the engine has. */
function refuseForeignOperator(sql: string, at: number, symbol: string): void {
  const next = sql.charAt(at + symbol.length);
  if (!OPERATOR_CHARACTER.test(symbol) || !OPERATOR_CHARACTER.test(next)) return;
  const isSign = next === '-' || next === '+';
  const startsComment = next === '/' && sql.charAt(at + symbol.length + 1) === '*';
  if (!isSign && !startsComment) throw unsupported(`the operator ${symbol}${next}`);
}

function checkLength(identifier: string): string {
  if (Buffer.byteLength(identifier) > MAXIMUM_IDENTIFIER_BYTES) {
    throw new SqlError(
      `ERROR: identifier "${identifier}" is longer than ${MAXIMUM_IDENTIFIER_BYTES} bytes, the longest that Redshift keeps whole`,
    );
  }
  return identifier;
}
