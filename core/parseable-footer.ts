import { LARGEST_FOOTER_BYTES } from './footer';

/**
 * The most objects that parsing a footer may build. Footers of DuckDB, parquet-mr and pyarrow have one for six bytes or more.
 * An object takes up to 250 bytes of memory.
 */
const MOST_OBJECTS = LARGEST_FOOTER_BYTES / 4;
/** Parquet's largest struct has 17 fields. */
const MOST_FIELDS = 64;
/** Parquet nests structs and lists to 10 levels. */
const DEEPEST_LEVEL = 32;
/** A number of 64 bits has at most 10 bytes. */
const LONGEST_NUMBER = 10;

/** Types of Thrift's compact protocol that Parquet uses. */
const STOP = 0;
const TRUE = 1;
const FALSE = 2;
const BYTE = 3;
const I16 = 4;
const I32 = 5;
const I64 = 6;
const DOUBLE = 7;
const BINARY = 8;
const LIST = 9;
const STRUCT = 12;

/**
 * Walks over a footer and builds nothing. A parser believes what a footer announces: a few bytes can make it allocate
 * lists of millions of members in each other, and a number without an end occupies it for minutes.
 * Source: Apache Thrift, "Thrift Compact protocol encoding".
 * @throws Error for a footer that is cut off, or would take too much memory or time
 */
export function checkParseable(footer: Uint8Array): void {
  new Walk(footer).struct(1);
}

class Walk {
  private at = 0;
  private objects = 0;

  constructor(private readonly bytes: Uint8Array) {}

  struct(level: number): void {
    for (let fields = 0; ; fields += 1) {
      const header = this.byte();
      const type = header & 0x0f;
      if (type === STOP) return;
      if (fields === MOST_FIELDS) throw new Error(`a struct has more than ${MOST_FIELDS} fields`);
      const hasOwnNumber = header >> 4 === 0;
      if (hasOwnNumber) this.number();
      // Booleans are in the type of a field. In a list each has a byte.
      if (type === TRUE || type === FALSE) continue;
      if (type >= BINARY) this.count(1);
      this.value(type, level);
    }
  }

  private list(level: number): void {
    const header = this.byte();
    const short = header >> 4;
    const size = short === 15 ? this.number() : short;
    this.count(size);
    for (let index = 0; index < size; index += 1) this.value(header & 0x0f, level);
  }

  private value(type: number, level: number): void {
    if (level > DEEPEST_LEVEL) throw new Error(`it has more than ${DEEPEST_LEVEL} levels`);
    switch (type) {
      case TRUE:
      case FALSE:
      case BYTE: {
        this.skip(1);
        return;
      }
      case I16:
      case I32:
      case I64:
        this.number();
        return;
      case DOUBLE: {
        this.skip(8);
        return;
      }
      case BINARY: {
        this.skip(this.number());
        return;
      }
      case LIST: {
        this.list(level + 1);
        return;
      }
      case STRUCT: {
        this.struct(level + 1);
        return;
      }
      default:
        throw new Error(`it has a value of type ${type}`);
    }
  }

  private count(objects: number): void {
    this.objects += objects;
    if (this.objects > MOST_OBJECTS) throw new Error(`it has more than ${MOST_OBJECTS} parts`);
  }

  private number(): number {
    let value = 0;
    for (let index = 0; index < LONGEST_NUMBER; index += 1) {
      const byte = this.byte();
      value += (byte & 0x7f) * 128 ** index;
      if (byte < 0x80) return value;
    }
    throw new Error(`a number has more than ${LONGEST_NUMBER} bytes`);
  }

  private byte(): number {
    const byte = this.bytes[this.at];
    if (byte === undefined) throw new Error('it is cut off');
    this.at += 1;
    return byte;
  }

  private skip(bytes: number): void {
    this.at += bytes;
    if (this.at > this.bytes.length) throw new Error('it is cut off');
  }
}
