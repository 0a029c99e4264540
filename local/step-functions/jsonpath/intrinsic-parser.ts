import { limits } from '../limits';
import { parsePath } from './path-parser';

export type Argument =
  | { readonly kind: 'path'; readonly text: string }
  /** `raw` contains its escapes, which States.Format reads differently. */
  | { readonly kind: 'string'; readonly raw: string }
  | { readonly kind: 'literal'; readonly value: number | boolean | null }
  | Call;

export interface Call {
  readonly kind: 'call';
  /** Without `States.`. */
  readonly name: string;
  readonly arguments: readonly Argument[];
  readonly text: string;
}

export class IntrinsicSyntaxError extends Error {
  constructor(text: string, reason: string) {
    super(`Invalid intrinsic function call '${text}': ${reason}`);
    this.name = 'IntrinsicSyntaxError';
  }
}

export const looksLikeIntrinsic = (text: string): boolean => /^\s*States\.\w+\s*\(/.test(text);

const parsed = new Map<string, Call>();

/** Parses a call such as `States.Format('{} rows', $.rows)` and caches the result. @throws IntrinsicSyntaxError, PathSyntaxError */
export function parseIntrinsic(text: string): Call {
  let call = parsed.get(text);
  if (call === undefined) {
    call = new IntrinsicParser(text).parse();
    parsed.set(text, call);
  }
  return call;
}

/** Resolves the escapes `\'`, `\\`, `\{` and `\}` of a quoted string. Any other backslash is itself. */
export function unescapeString(raw: string): string {
  return raw.replace(/\\(['\\{}])/g, '$1');
}

class IntrinsicParser {
  private at = 0;
  private calls = 0;

  constructor(private readonly text: string) {}

  parse(): Call {
    this.spaces();
    const call = this.call();
    this.spaces();
    if (this.at < this.text.length)
      this.fail(`unexpected text after the call: '${this.text.slice(this.at)}'`);
    return call;
  }

  private call(): Call {
    const start = this.at;
    const name = this.match(/States\.(\w+)\s*\(/y)?.[1];
    if (name === undefined) return this.fail('a function of States is expected');
    if (++this.calls > limits.nestedIntrinsics) {
      this.fail(`at most ${limits.nestedIntrinsics} intrinsic functions can be nested in a field`);
    }
    const args: Argument[] = [];
    this.spaces();
    if (!this.take(')')) {
      for (;;) {
        args.push(this.argument());
        this.spaces();
        if (this.take(')')) break;
        if (!this.take(',')) this.fail("',' or ')' is expected after an argument");
      }
    }
    return { kind: 'call', name, arguments: args, text: this.text.slice(start, this.at) };
  }

  private argument(): Argument {
    this.spaces();
    const next = this.text[this.at];
    if (next === "'") return this.string();
    if (next === '$') return this.path();
    if (this.text.startsWith('States.', this.at)) return this.call();
    const word = this.match(/-?\d+(\.\d+)?([eE][+-]?\d+)?|true|false|null/y)?.[0];
    if (word === undefined) return this.fail(`an argument is expected at '${this.text.slice(this.at)}'`);
    return { kind: 'literal', value: JSON.parse(word) as number | boolean | null };
  }

  private string(): Argument {
    const start = ++this.at;
    for (; this.text[this.at] !== "'"; this.at++) {
      if (this.text[this.at] === '\\') this.at++;
      if (this.at >= this.text.length) this.fail('a quote is not closed');
    }
    return { kind: 'string', raw: this.text.slice(start, this.at++) };
  }

  /** A path ends at the first comma or parenthesis outside its own brackets and quotes. */
  private path(): Argument {
    const start = this.at;
    let depth = 0;
    let quote: string | undefined;
    for (; this.at < this.text.length; this.at++) {
      const character = this.text[this.at]!;
      if (quote !== undefined) {
        if (character === '\\') this.at++;
        else if (character === quote) quote = undefined;
      } else if (depth > 0 && (character === "'" || character === '"')) quote = character;
      else if (character === '[' || character === '(') depth++;
      else if (depth > 0 && (character === ']' || character === ')')) depth--;
      else if (depth === 0 && (character === ',' || character === ')')) break;
    }
    const text = this.text.slice(start, this.at).trim();
    parsePath(text);
    return { kind: 'path', text };
  }

  private match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.text);
    if (match) this.at += match[0].length;
    return match;
  }

  private take(expected: string): boolean {
    if (!this.text.startsWith(expected, this.at)) return false;
    this.at += expected.length;
    return true;
  }

  private spaces(): void {
    this.match(/\s*/y);
  }

  private fail(reason: string): never {
    throw new IntrinsicSyntaxError(this.text, reason);
  }
}
