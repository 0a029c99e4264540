import { i32, i32s, i64, struct, structs, text, texts, writeStruct, type ThriftValue } from './thrift';

/** A column of an uncompressed file of PLAIN pages. Its timestamps are INT96, as Firehose's parquet-mr writes them. */
export interface PlainColumn {
  readonly name: string;
  /** The number of a Parquet physical type: BOOLEAN 0, INT32 1, INT64 2, INT96 3, FLOAT 4, DOUBLE 5, BYTE_ARRAY 6, FIXED_LEN_BYTE_ARRAY 7. */
  readonly physical: number;
  /** Further members of its SchemaElement by number: length 2, converted type 6, scale 7, precision 8, logical type 10. Default: text. */
  readonly element?: Readonly<Record<number, ThriftValue>>;
  readonly values: readonly Buffer[];
  /** The number of the encoding that the values have. Default: PLAIN. */
  readonly encoding?: number;
}

const MAGIC = Buffer.from('PAR1');
const [REQUIRED, UTF8, PLAIN, RLE, UNCOMPRESSED, DATA_PAGE, DATA_PAGE_V2] = [0, 0, 0, 3, 0, 0, 3];

/** The Julian day number of 1970-01-01, which INT96 counts from. */
const JULIAN_EPOCH = 2_440_588n;
const NANOSECONDS_OF_DAY = 86_400_000_000_000n;

/** Nanoseconds of the day, then the Julian day. */
export function int96(time: Date): Buffer {
  const nanoseconds = BigInt(time.getTime()) * 1_000_000n;
  const day = nanoseconds / NANOSECONDS_OF_DAY;
  const bytes = Buffer.alloc(12);
  bytes.writeBigInt64LE(nanoseconds - day * NANOSECONDS_OF_DAY);
  bytes.writeInt32LE(Number(day + JULIAN_EPOCH), 8);
  return bytes;
}

export function byteArray(value: string): Buffer {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/**
 * A file of one row group with only required columns. It is written here because DuckDB cannot write INT96, pages of
 * version 2, and most encodings.
 * @param version of the pages.
 */
export function plainFile(columns: readonly PlainColumn[], version: 1 | 2 = 1): Buffer {
  const rows = columns[0]?.values.length ?? 0;
  const parts: Buffer[] = [MAGIC];
  let offset = MAGIC.length;
  const chunks = columns.map(({ name, physical, values, encoding = PLAIN }) => {
    const data = Buffer.concat(values);
    const header = struct({
      1: i32(version === 1 ? DATA_PAGE : DATA_PAGE_V2),
      2: i32(data.length),
      3: i32(data.length),
      ...(version === 1
        ? { 5: struct({ 1: i32(rows), 2: i32(encoding), 3: i32(RLE), 4: i32(RLE) }) }
        : // No nulls, and no levels, as all columns are required.
          { 8: struct({ 1: i32(rows), 2: i32(0), 3: i32(rows), 4: i32(encoding), 5: i32(0), 6: i32(0) }) }),
    });
    const page = Buffer.concat([Buffer.from(writeStruct(header)), data]);
    parts.push(page);
    const chunk = struct({
      2: i64(offset),
      3: struct({
        1: i32(physical),
        2: i32s(encoding),
        3: texts(name),
        4: i32(UNCOMPRESSED),
        5: i64(rows),
        6: i64(page.length),
        7: i64(page.length),
        9: i64(offset),
        ...(version === 1
          ? {}
          : { 13: structs([struct({ 1: i32(DATA_PAGE_V2), 2: i32(encoding), 3: i32(1) })]) }),
      }),
    });
    offset += page.length;
    return chunk;
  });
  const schema: ThriftValue[] = [
    struct({ 4: text('schema'), 5: i32(columns.length) }),
    ...columns.map(({ name, physical, element = physical === 6 ? { 6: i32(UTF8) } : {} }) =>
      struct({
        1: i32(physical),
        3: i32(REQUIRED),
        4: text(name),
        ...element,
      }),
    ),
  ];
  const footer = Buffer.from(
    writeStruct(
      struct({
        1: i32(1),
        2: structs(schema),
        3: i64(rows),
        4: structs([struct({ 1: structs(chunks), 2: i64(offset - MAGIC.length), 3: i64(rows) })]),
        6: text('parquet-mr version 1.8.1'),
      }),
    ),
  );
  return framed(Buffer.concat(parts), footer);
}

/** The data, then the footer, its length and the magic number. */
export function framed(data: Buffer, footer: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(footer.length);
  return Buffer.concat([data, footer, length, MAGIC]);
}
