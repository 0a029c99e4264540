import { parquetMetadata, parquetSchema, type FileMetaData, type SchemaElement } from 'hyparquet';
import { open } from 'node:fs/promises';
import { LARGEST_FOOTER_BYTES } from '../../../core/footer';
import { checkParseable } from '../../../core/parseable-footer';
import type { StoredObject } from '../../s3/object-store';
import { footerTooLarge } from './errors';

/** A top-level column of a Parquet file. */
export interface ParquetColumn {
  readonly name: string;
  /** `INT64`, `BYTE_ARRAY` …; undefined for a group. */
  readonly physical?: string;
  /** The annotation: `STRING`, `DECIMAL`, `TIMESTAMP`, `DATE`, `INT_16` …; undefined without one. */
  readonly annotation?: string;
  /** Whether the annotation is a converted type, which older readers know too. */
  readonly isConverted?: boolean;
  /** Bytes of a FIXED_LEN_BYTE_ARRAY. */
  readonly typeLength?: number;
  readonly precision?: number;
  readonly scale?: number;
  /** The unit of a TIMESTAMP or TIME: `MILLIS`, `MICROS` or `NANOS`. */
  readonly unit?: string;
  readonly repetition: string;
}

/** What COPY reads in a footer. */
export interface ParquetFooter {
  readonly columns: readonly ParquetColumn[];
  /** How the values are stored, by Parquet's names. A writer may leave the kinds of pages out. */
  readonly codecs: readonly string[];
  readonly encodings: readonly string[];
  readonly pages: readonly string[];
}

const MAGIC = 'PAR1';

/**
 * The footer of a file; undefined if it is no Parquet file: empty, truncated or another format.
 * @throws SqlError for a footer of more than 8 MB, which would occupy the twin for seconds
 */
export async function readFooter(object: StoredObject, region: string): Promise<ParquetFooter | undefined> {
  const { path, size } = object;
  if (size < 12) return undefined;
  const file = await open(path);
  try {
    const tail = Buffer.alloc(8);
    await file.read(tail, 0, 8, size - 8);
    const length = tail.readUInt32LE(0);
    if (tail.toString('latin1', 4) !== MAGIC || length + 12 > size) return undefined;
    if (length > LARGEST_FOOTER_BYTES) throw footerTooLarge(object, region);
    const footer = new ArrayBuffer(length + 8);
    await file.read(new Uint8Array(footer), 0, length + 8, size - 8 - length);
    return parseFooter(footer);
  } finally {
    await file.close();
  }
}

function parseFooter(footer: ArrayBuffer): ParquetFooter | undefined {
  try {
    checkParseable(new Uint8Array(footer));
    const metadata = parquetMetadata(footer);
    const chunks = metadata.row_groups.flatMap(({ columns }) =>
      columns.flatMap(({ meta_data: chunk }) => (chunk ? [chunk] : [])),
    );
    const stats = chunks.flatMap((chunk) => chunk.encoding_stats ?? []);
    return {
      columns: columnsOf(metadata),
      codecs: distinct(chunks.map(({ codec }) => codec)),
      encodings: distinct([
        ...chunks.flatMap(({ encodings }) => encodings),
        ...stats.map(({ encoding }) => encoding),
      ]),
      pages: distinct(stats.map(({ page_type: page }) => page)),
    };
  } catch {
    return undefined;
  }
}

/** A number without a name, of a later version of Parquet, is `undefined`. */
const distinct = (names: readonly (string | undefined)[]) => [...new Set(names.map(String))];

function columnsOf(metadata: FileMetaData): readonly ParquetColumn[] {
  return parquetSchema(metadata).children.map(({ element }) => ({
    name: element.name,
    physical: element.type,
    annotation: element.logical_type?.type ?? element.converted_type,
    isConverted: element.converted_type !== undefined,
    typeLength: element.type_length,
    unit: unitOf(element.logical_type),
    repetition: element.repetition_type ?? 'OPTIONAL',
    ...decimalOf(element),
    ...integerOf(element.logical_type),
  }));
}

/** Precision and scale: some writers give them in the logical type alone. */
function decimalOf({ logical_type: logical, precision, scale }: SchemaElement) {
  return logical?.type === 'DECIMAL'
    ? { precision: logical.precision, scale: logical.scale }
    : { precision, scale };
}

const unitOf = (logical: { readonly type: string; readonly unit?: string } | undefined) =>
  logical?.type === 'TIMESTAMP' || logical?.type === 'TIME' ? logical.unit : undefined;

/** Maps the logical type `INTEGER(16, true)` to the older name `INT_16`. */
function integerOf(logical: { type: string; bitWidth?: number; isSigned?: boolean } | undefined): {
  annotation?: string;
} {
  if (logical?.type !== 'INTEGER') return {};
  return { annotation: `${logical.isSigned === false ? 'UINT' : 'INT'}_${logical.bitWidth}` };
}
