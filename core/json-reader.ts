/**
 * A JSON value without loss: numbers keep their digits (a bigint or a decimal(38,10) does not fit a JavaScript number),
 * objects and arrays keep their text. JSON.parse would make the nearest double of a number.
 */
export type JsonValue =
  | { readonly type: 'string'; readonly text: string }
  | { readonly type: 'number' | 'object' | 'array'; readonly text: string }
  | { readonly type: 'true' | 'false' | 'null'; readonly text: string };

export class JsonSyntaxError extends Error {}

/** A member of an object: its name and value. A name that occurs twice comes twice. */
export type Member = (name: string, value: JsonValue) => void;

const SPACE = 0x20;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const LITERAL = /true|false|null/y;
// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f]/;
const MAX_DEPTH = 500;

/**
 * Reads consecutive JSON values from a text, with or without whitespace between them, as Jackson does. It takes what
 * JSON.parse takes, except values that are nested deeper than 500 levels.
 */
export class JsonReader {
  private position = 0;

  constructor(private readonly text: string) {}

  /** Skips whitespace. @returns whether there is a further value. */
  hasNext(): boolean {
    this.skipWhitespace();
    return this.position < this.text.length;
  }

  /** Whether the next value is an object. */
  atObject(): boolean {
    return this.hasNext() && this.text[this.position] === '{';
  }

  /** Whether the next value is an array. */
  atArray(): boolean {
    return this.hasNext() && this.text[this.position] === '[';
  }

  /** @throws JsonSyntaxError if there is a further value. */
  expectEnd(): void {
    if (this.hasNext()) throw this.unexpected();
  }

  /** Reads an object, member by member. @throws JsonSyntaxError */
  readObject(member: Member, depth = 0): void {
    if (depth > MAX_DEPTH) throw new JsonSyntaxError(`nested deeper than ${MAX_DEPTH} levels`);
    this.expect('{');
    if (this.accept('}')) return;
    do {
      this.skipWhitespace();
      const name = this.readString();
      this.expect(':');
      member(name, this.readValue(depth + 1));
    } while (this.accept(','));
    this.expect('}');
  }

  /** Reads any value. @throws JsonSyntaxError */
  readValue(depth = 0): JsonValue {
    this.skipWhitespace();
    const start = this.position;
    switch (this.text[start]) {
      case '"':
        return { type: 'string', text: this.readString() };
      case '{':
        this.readObject(() => undefined, depth);
        return { type: 'object', text: this.text.slice(start, this.position) };
      case '[':
        this.readArray(depth);
        return { type: 'array', text: this.text.slice(start, this.position) };
      default:
        return this.readScalar();
    }
  }

  private readArray(depth: number): void {
    if (depth > MAX_DEPTH) throw new JsonSyntaxError(`nested deeper than ${MAX_DEPTH} levels`);
    this.expect('[');
    if (this.accept(']')) return;
    do this.readValue(depth + 1);
    while (this.accept(','));
    this.expect(']');
  }

  private readScalar(): JsonValue {
    const number = this.match(NUMBER);
    if (number !== '') return { type: 'number', text: number };
    const literal = this.match(LITERAL);
    if (literal === '') throw this.unexpected();
    return { type: literal as 'true' | 'false' | 'null', text: literal };
  }

  private readString(): string {
    const start = this.position;
    if (this.text[start] !== '"') throw this.unexpected();
    let end = this.text.indexOf('"', start + 1);
    while (end > 0 && this.isEscaped(end)) end = this.text.indexOf('"', end + 1);
    if (end < 0)
      throw new JsonSyntaxError('Unexpected end-of-input: was expecting closing quote for a string value');
    this.position = end + 1;
    const content = this.text.slice(start + 1, end);
    if (CONTROL.test(content))
      throw new JsonSyntaxError('Illegal unquoted control character in a string value');
    if (!content.includes('\\')) return content;
    try {
      return JSON.parse(`"${content}"`) as string;
    } catch {
      throw new JsonSyntaxError('Unrecognized character escape in a string value');
    }
  }

  private isEscaped(quote: number): boolean {
    let backslashes = 0;
    while (this.text[quote - 1 - backslashes] === '\\') backslashes++;
    return backslashes % 2 === 1;
  }

  private accept(character: string): boolean {
    this.skipWhitespace();
    if (this.text[this.position] !== character) return false;
    this.position++;
    return true;
  }

  private expect(character: string): void {
    if (!this.accept(character)) throw this.unexpected();
  }

  private skipWhitespace(): void {
    for (;;) {
      const code = this.text.charCodeAt(this.position);
      if (code !== SPACE && code !== 0x09 && code !== 0x0a && code !== 0x0d) return;
      this.position++;
    }
  }

  private match(pattern: RegExp): string {
    pattern.lastIndex = this.position;
    const found = pattern.exec(this.text)?.[0] ?? '';
    this.position += found.length;
    return found;
  }

  private unexpected(): JsonSyntaxError {
    const found = this.text[this.position];
    return new JsonSyntaxError(
      found === undefined
        ? 'Unexpected end-of-input'
        : `Unexpected character ('${found}') at column ${this.position + 1}`,
    );
  }
}
