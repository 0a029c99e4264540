/**
 * Reads Thrift's compact protocol, as Parquet's footers and page headers use it, into a tree that can be changed and
 * written again.
 * Source: Apache Thrift, "Thrift Compact protocol encoding".
 */
export type ThriftValue =
  | { readonly type: 'boolean'; value: boolean }
  | { readonly type: 'byte'; value: number }
  /** i16, i32 and i64, with their codes 4, 5 and 6. */
  | { readonly type: 'integer'; readonly code: 4 | 5 | 6; value: bigint }
  | { readonly type: 'double'; value: Uint8Array }
  | { readonly type: 'binary'; value: Uint8Array }
  | { readonly type: 'list'; readonly code: number; value: ThriftValue[] }
  | { readonly type: 'struct'; value: Map<number, ThriftValue> };

const [TRUE, FALSE, BYTE, DOUBLE, BINARY, LIST, SET, STRUCT] = [1, 2, 3, 7, 8, 9, 10, 12];

export class ThriftReader {
  private at = 0;

  constructor(private readonly bytes: Uint8Array) {}

  struct(): Extract<ThriftValue, { type: 'struct' }> {
    const value = new Map<number, ThriftValue>();
    let field = 0;
    for (let header = this.byte(); header !== 0; header = this.byte()) {
      const code = header & 0x0f;
      field = header >> 4 === 0 ? Number(unzigzag(this.varint())) : field + (header >> 4);
      value.set(
        field,
        code === TRUE || code === FALSE ? { type: 'boolean', value: code === TRUE } : this.value(code),
      );
    }
    return { type: 'struct', value };
  }

  private value(code: number): ThriftValue {
    switch (code) {
      case TRUE:
      case FALSE:
        return { type: 'boolean', value: this.byte() === TRUE };
      case BYTE:
        return { type: 'byte', value: this.byte() };
      case 4:
      case 5:
      case 6:
        return { type: 'integer', code, value: unzigzag(this.varint()) };
      case DOUBLE:
        return { type: 'double', value: this.take(8) };
      case BINARY:
        return { type: 'binary', value: this.take(Number(this.varint())) };
      case LIST:
      case SET:
        return this.list();
      case STRUCT:
        return this.struct();
      default:
        throw new Error(`Thrift type ${code} does not occur in Parquet`);
    }
  }

  private list(): ThriftValue {
    const header = this.byte();
    const code = header & 0x0f;
    const size = header >> 4 === 15 ? Number(this.varint()) : header >> 4;
    return { type: 'list', code, value: Array.from({ length: size }, () => this.value(code)) };
  }

  private byte(): number {
    return this.bytes[this.at++] ?? 0;
  }

  private take(length: number): Uint8Array {
    this.at += length;
    return this.bytes.slice(this.at - length, this.at);
  }

  private varint(): bigint {
    let [value, shift] = [0n, 0n];
    for (;;) {
      const byte = this.byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
      shift += 7n;
    }
  }
}

export function writeStruct({ value }: Extract<ThriftValue, { type: 'struct' }>): number[] {
  const bytes: number[] = [];
  let last = 0;
  for (const [field, each] of [...value].sort(([left], [right]) => left - right)) {
    const code = codeOf(each);
    const step = field - last;
    if (step > 0 && step < 16) bytes.push((step << 4) | code);
    else bytes.push(code, ...varint(zigzag(BigInt(field))));
    if (each.type !== 'boolean') bytes.push(...writeValue(each));
    last = field;
  }
  bytes.push(0);
  return bytes;
}

function writeValue(each: ThriftValue): number[] {
  switch (each.type) {
    case 'boolean':
      return [each.value ? TRUE : FALSE];
    case 'byte':
      return [each.value];
    case 'integer':
      return varint(zigzag(each.value));
    case 'double':
      return [...each.value];
    case 'binary':
      return [...varint(BigInt(each.value.length)), ...each.value];
    case 'list': {
      const { length } = each.value;
      const header =
        length < 15 ? [(length << 4) | each.code] : [0xf0 | each.code, ...varint(BigInt(length))];
      return [...header, ...each.value.flatMap(writeValue)];
    }
    case 'struct':
      return writeStruct(each);
  }
}

function codeOf(each: ThriftValue): number {
  switch (each.type) {
    case 'boolean':
      return each.value ? TRUE : FALSE;
    case 'byte':
      return BYTE;
    case 'integer':
      return each.code;
    case 'double':
      return DOUBLE;
    case 'binary':
      return BINARY;
    case 'list':
      return LIST;
    case 'struct':
      return STRUCT;
  }
}

function varint(value: bigint): number[] {
  const bytes: number[] = [];
  let left = BigInt.asUintN(64, value);
  while (left >= 0x80n) {
    bytes.push(Number(left & 0x7fn) | 0x80);
    left >>= 7n;
  }
  return [...bytes, Number(left)];
}

const zigzag = (value: bigint) => (value << 1n) ^ (value >> 63n);
const unzigzag = (value: bigint) => (value >> 1n) ^ -(value & 1n);

/** Short forms for structs that code builds by hand. */
export const i32 = (value: number): ThriftValue => ({ type: 'integer', code: 5, value: BigInt(value) });
export const i64 = (value: number): ThriftValue => ({ type: 'integer', code: 6, value: BigInt(value) });
export const text = (value: string): ThriftValue => ({ type: 'binary', value: Buffer.from(value) });
export const struct = (fields: Readonly<Record<number, ThriftValue | undefined>>) => ({
  type: 'struct' as const,
  value: new Map(
    Object.entries(fields).flatMap(([field, each]) => (each ? [[Number(field), each] as const] : [])),
  ),
});
export const structs = (value: ThriftValue[]): ThriftValue => ({ type: 'list', code: STRUCT, value });
export const i32s = (...values: number[]): ThriftValue => ({ type: 'list', code: 5, value: values.map(i32) });
export const texts = (...values: string[]): ThriftValue => ({
  type: 'list',
  code: BINARY,
  value: values.map(text),
});
