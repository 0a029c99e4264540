import { framed } from './plain-file';
import { i32, i32s, struct, structs, ThriftReader, writeStruct, type ThriftValue } from './thrift';

const TRAILER_BYTES = 8;
/** Fields of Parquet's Thrift definition. */
const [SCHEMA, ROWS, ROW_GROUPS] = [2, 3, 4];
const [NAME, CONVERTED_TYPE, LOGICAL_TYPE] = [4, 6, 10];
const COLUMNS = 1;
const METADATA = 3;
const [ENCODINGS, CODEC, STATISTICS, ENCODING_STATISTICS] = [2, 4, 12, 13];
/** The member of a logical type that says: nothing but nulls. */
const UNKNOWN = 11;

/** How a footer says that values are stored, by the numbers of Parquet's Thrift definition. */
export interface Storage {
  readonly codec?: number;
  /** One more than the file has. */
  readonly encoding?: number;
  /** The kind of its pages, which only some writers say. */
  readonly page?: number;
}

/** The same pages, which the footer says to be stored in another way. */
export function withStorage(file: Buffer, { codec, encoding, page }: Storage): Buffer {
  return edited(file, (footer) => {
    for (const group of items(member(footer, ROW_GROUPS)))
      for (const column of items(member(group, COLUMNS))) {
        const chunk = fields(member(column, METADATA));
        if (codec !== undefined) chunk.set(CODEC, i32(codec));
        if (encoding !== undefined) chunk.set(ENCODINGS, i32s(0, encoding));
        if (page !== undefined)
          chunk.set(ENCODING_STATISTICS, structs([struct({ 1: i32(page), 2: i32(0), 3: i32(1) })]));
      }
  });
}

/** The same file without the statistics of its columns, as some writers leave it. */
export function withoutStatistics(file: Buffer): Buffer {
  return edited(file, (footer) => {
    for (const group of items(member(footer, ROW_GROUPS)))
      for (const column of items(member(group, COLUMNS))) fields(member(column, METADATA)).delete(STATISTICS);
  });
}

/** The same file, in which these columns of nulls have no type, as pyarrow writes them. They are INT32 before. */
export function withoutTypes(file: Buffer, columns: readonly string[]): Buffer {
  return edited(file, (footer) => {
    const found = items(member(footer, SCHEMA)).filter((column) =>
      columns.includes(textOf(member(column, NAME))),
    );
    if (found.length !== columns.length) throw new Error(`the file lacks one of ${columns.join()}`);
    for (const column of found) {
      fields(column).delete(CONVERTED_TYPE);
      fields(column).set(LOGICAL_TYPE, struct({ [UNKNOWN]: struct({}) }));
    }
  });
}

/** The same file, with a footer that counts one row more than its row groups have. */
export function withWrongRows(file: Buffer): Buffer {
  return edited(file, (footer) => {
    const rows = member(footer, ROWS);
    if (rows?.type !== 'integer') throw new Error('the footer has no number of rows');
    rows.value += 1n;
  });
}

function edited(file: Buffer, change: (footer: ThriftValue) => void): Buffer {
  const end = file.length - TRAILER_BYTES;
  const start = end - file.readUInt32LE(end);
  const footer = new ThriftReader(file.subarray(start, end)).struct();
  change(footer);
  return framed(file.subarray(0, start), Buffer.from(writeStruct(footer)));
}

function fields(value: ThriftValue | undefined): Map<number, ThriftValue> {
  if (value?.type !== 'struct') throw new Error('the footer has another form');
  return value.value;
}

const member = (value: ThriftValue | undefined, field: number) => fields(value).get(field);
const items = (value: ThriftValue | undefined) => (value?.type === 'list' ? value.value : []);
const textOf = (value: ThriftValue | undefined) =>
  value?.type === 'binary' ? Buffer.from(value.value).toString() : '';
