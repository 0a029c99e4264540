import { pathFunctionNames } from './path-functions';

export type PathRoot =
  | { readonly kind: 'input' }
  | { readonly kind: 'context' }
  | { readonly kind: 'variable'; readonly name: string };

/** One step of a path. `token` is its form for the JSONPath library. */
export type PathStep =
  | { readonly kind: 'property'; readonly name: string; readonly token: string }
  | { readonly kind: 'index'; readonly index: number; readonly token: string }
  /** `*`, `1:3`, `0,2`, `'a','b'` and `..`, which can point to many values. */
  | { readonly kind: 'many'; readonly token: string }
  | { readonly kind: 'filter'; readonly token: string };

export interface ParsedPath {
  readonly text: string;
  readonly root: PathRoot;
  readonly steps: readonly PathStep[];
  /** A function at the end, for example `length`. */
  readonly call?: string;
  /** Whether the path can point to only one value. */
  readonly definite: boolean;
  /** Whether the path is a Reference Path: one value, by names and non-negative indexes. https://states-language.net/#ref-paths */
  readonly reference: boolean;
}

export class PathSyntaxError extends Error {
  constructor(text: string, reason: string) {
    super(`Invalid path '${text}': ${reason}`);
    this.name = 'PathSyntaxError';
  }
}

const parsed = new Map<string, ParsedPath>();

/** Parses a path and caches the result. @throws PathSyntaxError */
export function parsePath(text: string): ParsedPath {
  let path = parsed.get(text);
  if (path === undefined) {
    path = new PathParser(text).parse();
    parsed.set(text, path);
  }
  return path;
}

const variableName = /^\$([\p{ID_Start}_][\p{ID_Continue}]*)/u;
/** A member name after a dot needs no quotes if it contains no character that has a meaning in paths. */
const memberName = /[^.[\]()*'",?@&\s]+/y;
const indexPattern = /^-?\d+$/;
const slicePattern = /^-?\d*:-?\d*(:\d+)?$/;

class PathParser {
  private at = 0;

  constructor(private readonly text: string) {}

  parse(): ParsedPath {
    const root = this.root();
    const steps: PathStep[] = [];
    let call: string | undefined;
    while (this.at < this.text.length) {
      if (call !== undefined) this.fail('a function must be the end of the path');
      if (this.take('..')) {
        steps.push({ kind: 'many', token: '..' });
        if (this.peek() !== '[') steps.push(this.member());
      } else if (this.take('.')) {
        const member = this.member();
        if (member.kind === 'property' && this.take('()')) call = this.known(member.name);
        else steps.push(member);
      } else if (this.take('[')) {
        steps.push(this.bracket());
      } else {
        this.fail(`unexpected character '${this.peek()}'`);
      }
    }
    const definite = steps.every((step) => step.kind === 'property' || step.kind === 'index');
    const reference =
      definite && call === undefined && steps.every((step) => step.kind !== 'index' || step.index >= 0);
    return { text: this.text, root, steps, call, definite, reference };
  }

  private root(): PathRoot {
    if (this.take('$$')) return { kind: 'context' };
    const variable = variableName.exec(this.text);
    if (variable) {
      this.at = variable[0].length;
      return { kind: 'variable', name: variable[1]! };
    }
    if (this.take('$')) return { kind: 'input' };
    return this.fail("a path must start with '$'");
  }

  private member(): PathStep {
    if (this.take('*')) return { kind: 'many', token: '*' };
    memberName.lastIndex = this.at;
    const name = memberName.exec(this.text)?.[0];
    if (name === undefined) return this.fail("'.' must be followed by a name");
    this.at += name.length;
    return { kind: 'property', name, token: name };
  }

  private bracket(): PathStep {
    if (this.take('?')) return this.filter();
    const quote = this.peek();
    if (quote === "'" || quote === '"') return this.names();
    const end = this.text.indexOf(']', this.at);
    if (end < 0) return this.fail("'[' is not closed");
    const inner = this.text.slice(this.at, end).trim();
    this.at = end + 1;
    if (inner === '*') return { kind: 'many', token: '*' };
    if (indexPattern.test(inner)) {
      const index = Number(inner);
      // The library has no negative indexes, but equivalent slices.
      const token = index >= 0 ? inner : index === -1 ? '-1:' : `${index}:${index + 1}`;
      return { kind: 'index', index, token };
    }
    if (slicePattern.test(inner)) return { kind: 'many', token: inner };
    const indexes = inner.split(',').map((part) => part.trim());
    if (indexes.length > 1 && indexes.every((part) => /^\d+$/.test(part))) {
      return { kind: 'many', token: indexes.join(',') };
    }
    return this.fail(`'[' must be followed by ' or a number or * or ?, not by '${inner}'`);
  }

  private names(): PathStep {
    const names: string[] = [];
    for (;;) {
      const quote = this.peek();
      if (quote !== "'" && quote !== '"') this.fail('a quoted name is expected');
      let name = '';
      for (this.at++; this.peek() !== quote; this.at++) {
        if (this.peek() === '\\') this.at++;
        if (this.at >= this.text.length) this.fail('a quote is not closed');
        name += this.peek();
      }
      this.at++;
      names.push(name);
      this.spaces();
      if (this.take(']')) break;
      if (!this.take(',')) this.fail("',' or ']' is expected after a quoted name");
      this.spaces();
    }
    const [only] = names;
    if (names.length === 1 && only !== undefined)
      return { kind: 'property', name: only, token: escapeToken(only) };
    return { kind: 'many', token: names.map(escapeToken).join(',') };
  }

  private filter(): PathStep {
    if (this.peek() !== '(') this.fail("'?' must be followed by '('");
    const start = this.at;
    let depth = 0;
    let quote: string | undefined;
    for (; this.at < this.text.length; this.at++) {
      const character = this.text[this.at]!;
      if (quote !== undefined) {
        if (character === '\\') this.at++;
        else if (character === quote) quote = undefined;
      } else if (character === "'" || character === '"') quote = character;
      else if (character === '(') depth++;
      else if (character === ')' && --depth === 0) break;
    }
    if (depth !== 0) this.fail("'(' is not closed");
    const expression = this.text.slice(start, ++this.at);
    if (!this.take(']')) this.fail("']' is expected after a filter");
    return { kind: 'filter', token: `?${expression}` };
  }

  private known(name: string): string {
    if (!pathFunctionNames.includes(name)) this.fail(`Function with name: ${name} does not exist.`);
    return name;
  }

  private peek(): string {
    return this.text[this.at] ?? '';
  }

  private take(expected: string): boolean {
    if (!this.text.startsWith(expected, this.at)) return false;
    this.at += expected.length;
    return true;
  }

  private spaces(): void {
    while (this.peek() === ' ') this.at++;
  }

  private fail(reason: string): never {
    throw new PathSyntaxError(this.text, reason);
  }
}

/** A backtick prevents the library from reading a name such as `*` or `a,b` as syntax. */
function escapeToken(name: string): string {
  return /^[\w-]+$/.test(name) ? name : `\`${name}`;
}
