import { DuckDBDecimalType, type DuckDBResult, type DuckDBType, type DuckDBValue } from '@duckdb/node-api';
import { appendFile, open } from 'node:fs/promises';
import { SqlError } from '../sql/errors';
import { typeOfEngine, type ColumnType, type TypeFamily } from '../sql/types';

/** A value in the Data API's form. */
export type Field =
  | { readonly isNull: true }
  | { readonly stringValue: string }
  /** A bigint beyond 2^53, where a number is no longer exact. */
  | { readonly longValue: number | bigint }
  | { readonly doubleValue: number | string }
  | { readonly booleanValue: boolean };

export interface ResultColumn {
  readonly name: string;
  readonly type: ColumnType;
}

/** Limits of the Data API: https://docs.aws.amazon.com/redshift/latest/mgmt/data-api.html */
export const MAXIMUM_RESULT_BYTES = 500 * 1024 * 1024;
export const MAXIMUM_ROW_BYTES = 64 * 1024;

/** A page of GetStatementResult ends when its JSON reaches this size. */
const PAGE_BYTES = 1024 * 1024;
/** Larger results go to a file. */
const MEMORY_BYTES = 8 * 1024 * 1024;

type Page = { readonly rows: number } & (
  { readonly json: string } | { readonly offset: number; readonly length: number }
);

/** A result set in pages: the first ones in memory, the others in a file. */
export class ResultSet {
  private readonly pages: Page[] = [];
  private fileBytes = 0;
  private pending: string[] = [];
  private pendingBytes = 0;
  rows = 0;
  bytes = 0;

  constructor(
    readonly columns: readonly ResultColumn[],
    /** The file for pages that do not fit in memory. It is created for the first of them. */
    readonly path: string,
  ) {}

  get pageCount(): number {
    return this.pages.length;
  }

  async add(row: readonly Field[]): Promise<void> {
    const json = stringify(row);
    const bytes = Buffer.byteLength(json);
    if (bytes > MAXIMUM_ROW_BYTES) {
      throw new SqlError(
        `ERROR: a row of the result is larger than ${MAXIMUM_ROW_BYTES} bytes, the Data API's limit`,
      );
    }
    this.rows += 1;
    this.bytes += bytes;
    if (this.bytes > MAXIMUM_RESULT_BYTES) {
      throw new SqlError(
        `ERROR: the result is larger than ${MAXIMUM_RESULT_BYTES} bytes, the Data API's limit`,
      );
    }
    this.pending.push(json);
    this.pendingBytes += bytes;
    if (this.pendingBytes >= PAGE_BYTES) await this.closePage();
  }

  async closePage(): Promise<void> {
    if (this.pending.length === 0) return;
    const json = `[${this.pending.join(',')}]`;
    const rows = this.pending.length;
    this.pending = [];
    this.pendingBytes = 0;
    if (this.bytes <= MEMORY_BYTES) {
      this.pages.push({ rows, json });
      return;
    }
    await appendFile(this.path, json);
    const length = Buffer.byteLength(json);
    this.pages.push({ rows, offset: this.fileBytes, length });
    this.fileBytes += length;
  }

  /** The rows of a page, counted from 0. An empty result has an empty page 0. */
  async page(index: number): Promise<readonly (readonly Field[])[]> {
    const page = this.pages[index];
    if (page === undefined) return [];
    const json = 'json' in page ? page.json : await this.read(page.offset, page.length);
    return parse(json);
  }

  private async read(offset: number, length: number): Promise<string> {
    const file = await open(this.path);
    try {
      const buffer = Buffer.alloc(length);
      await file.read(buffer, 0, length, offset);
      return buffer.toString();
    } finally {
      await file.close();
    }
  }
}

/** Collects a result from the engine in chunks. @throws SqlError above the Data API's limits, the signal's reason */
export async function collect(
  result: DuckDBResult,
  /** Redshift's types for columns that are 128-bit integers in the engine. Default BIGINT. */
  wide: ReadonlyMap<number, ColumnType>,
  path: string,
  signal: AbortSignal,
): Promise<ResultSet> {
  const columns = result.columnNames().map((name, index) => {
    const engine = result.columnType(index);
    const sum = engine.toString() === 'HUGEINT' ? wide.get(index) : undefined;
    return { name, type: sum ?? columnType(engine) };
  });
  const set = new ResultSet(columns, path);
  for await (const rows of result.yieldRows()) {
    signal.throwIfAborted();
    for (const row of rows)
      await set.add(row.map((value, index) => toField(value, columns[index]!.type.family)));
  }
  await set.closePage();
  return set;
}

function columnType(type: DuckDBType): ColumnType {
  // JSON is VARCHAR with an alias.
  if (type.alias === 'JSON') return typeOfEngine('JSON');
  if (type instanceof DuckDBDecimalType) return typeOfEngine(`DECIMAL(${type.width},${type.scale})`);
  return typeOfEngine(type.toString());
}

const INTEGERS: readonly TypeFamily[] = ['int2', 'int4', 'int8'];

/** Decimals, dates and times are strings in the Data API. */
function toField(value: DuckDBValue, family: TypeFamily): Field {
  if (value === null) return { isNull: true };
  if (family === 'bool') return { booleanValue: value as boolean };
  if (INTEGERS.includes(family)) return { longValue: toLong(value as number | bigint) };
  if (family === 'float4' || family === 'float8') return { doubleValue: toDouble(value as number) };
  return { stringValue: typeof value === 'string' ? value : value.toString() };
}

function toLong(value: number | bigint): number | bigint {
  const long = Number(value);
  return Number.isSafeInteger(long) ? long : BigInt(value);
}

/** Stores a bigint as text, which no other long is. */
function stringify(row: readonly Field[]): string {
  return JSON.stringify(row, (_name, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
}

function parse(json: string): Field[][] {
  const rows = JSON.parse(json) as Field[][];
  // Most pages have none, and looking at every value takes longer than reading the page.
  if (!json.includes('"longValue":"')) return rows;
  return rows.map((row) =>
    row.map((field) => ('longValue' in field ? { longValue: toLong(BigInt(field.longValue)) } : field)),
  );
}

/** JSON has no NaN and no infinity. The SDK reads them from strings. */
function toDouble(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}
