import { SqlError, syntaxError, unsupported } from './errors';
import { tokenize, type Token } from './tokenizer';

/** A token, or everything between a pair of parentheses. */
export type Node = Token | Group;
export interface Group {
  readonly kind: 'group';
  readonly nodes: readonly Node[];
}

/** Parses exactly one statement. @throws SqlError */
export function parseStatement(sql: string): readonly Node[] {
  const tokens = tokenize(sql);
  while (isSymbol(tokens.at(-1), ';')) tokens.pop();
  if (tokens.length === 0) throw new SqlError('ERROR: Query cannot be empty');
  if (tokens.some((token) => isSymbol(token, ';'))) {
    throw new SqlError('ERROR: cannot insert multiple commands into a prepared statement');
  }
  return group(tokens);
}

/** Names of the `:name` parameters, in order of first appearance. */
export function parametersOf(sql: string): readonly string[] {
  const names = tokenize(sql).flatMap((token) => (token.kind === 'parameter' ? [token.value] : []));
  return [...new Set(names)];
}

function group(tokens: readonly Token[]): readonly Node[] {
  const stack: Node[][] = [[]];
  for (const token of tokens) {
    if (isSymbol(token, '(')) {
      stack.push([]);
    } else if (isSymbol(token, ')')) {
      const nodes = stack.pop()!;
      const outer = stack.at(-1);
      if (outer === undefined) throw syntaxError(')');
      outer.push({ kind: 'group', nodes });
    } else {
      stack.at(-1)!.push(token);
    }
  }
  if (stack.length > 1) throw syntaxError('');
  return stack[0]!;
}

export function isSymbol(node: Node | undefined, ...values: string[]): boolean {
  return node?.kind === 'symbol' && values.includes(node.value);
}

export function isWord(node: Node | undefined, ...values: string[]): boolean {
  return node?.kind === 'word' && values.includes(node.value);
}

/** Splits at the commas of this level. An empty list has no parts. */
export function splitAtCommas(nodes: readonly Node[]): (readonly Node[])[] {
  if (nodes.length === 0) return [];
  const parts: Node[][] = [[]];
  for (const node of nodes) {
    if (isSymbol(node, ',')) parts.push([]);
    else parts.at(-1)!.push(node);
  }
  if (parts.some((part) => part.length === 0)) throw syntaxError(',');
  return parts;
}

/** The node's original text, for errors. */
export function textOf(node: Node | undefined): string {
  if (node === undefined) return '';
  if (node.kind === 'group') return '(';
  if (node.kind === 'parameter') return `:${node.value}`;
  return node.kind === 'word' ? node.text : node.value;
}

/** Reads the nodes of one level in order. */
export class NodeReader {
  private index = 0;

  constructor(readonly nodes: readonly Node[]) {}

  peek(ahead = 0): Node | undefined {
    return this.nodes[this.index + ahead];
  }

  get previous(): Node | undefined {
    return this.nodes[this.index - 1];
  }

  get done(): boolean {
    return this.index >= this.nodes.length;
  }

  next(): Node {
    const node = this.nodes[this.index];
    if (node === undefined) throw syntaxError('');
    this.index += 1;
    return node;
  }

  /** Consumes the words if all of them come next. */
  accept(...words: string[]): boolean {
    if (!words.every((word, offset) => isWord(this.peek(offset), word))) return false;
    this.index += words.length;
    return true;
  }

  expect(...words: string[]): void {
    for (const word of words) if (!this.accept(word)) throw this.unexpected();
  }

  acceptSymbol(value: string): boolean {
    if (!isSymbol(this.peek(), value)) return false;
    this.index += 1;
    return true;
  }

  acceptGroup(): readonly Node[] | undefined {
    const node = this.peek();
    if (node?.kind !== 'group') return undefined;
    this.index += 1;
    return node.nodes;
  }

  expectGroup(): readonly Node[] {
    const nodes = this.acceptGroup();
    if (nodes === undefined) throw this.unexpected();
    return nodes;
  }

  expectString(): string {
    const node = this.next();
    if (node.kind !== 'string') throw syntaxError(textOf(node));
    return node.value;
  }

  /** An identifier, quoted or not, folded to lower case. */
  expectIdentifier(): string {
    const node = this.next();
    if (node.kind !== 'word' && node.kind !== 'quoted') throw syntaxError(textOf(node));
    return node.value;
  }

  /** Consumes the nodes up to the first one for which `stops` holds. */
  takeUntil(stops: (node: Node, reader: NodeReader) => boolean): readonly Node[] {
    const start = this.index;
    while (!this.done && !stops(this.peek()!, this)) this.index += 1;
    return this.nodes.slice(start, this.index);
  }

  rest(): readonly Node[] {
    return this.takeUntil(() => false);
  }

  expectEnd(): void {
    if (!this.done) throw this.unexpected();
  }

  unexpected(): SqlError {
    return syntaxError(textOf(this.peek()));
  }

  /** Refuses clauses that Redshift has and the twin lacks. */
  refuse(...words: string[]): void {
    for (const word of words) if (isWord(this.peek(), word)) throw unsupported(word.toUpperCase());
  }
}
