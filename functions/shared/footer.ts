import { parquetMetadata, parquetSchema, type FileMetaData } from 'hyparquet';
import type { LakeFile } from '../../core/files';
import type { Footer } from '../../core/inspection';
import { readRange } from './lake';

/** A Parquet file ends with its footer, the footer's length (4 bytes) and "PAR1"; the shortest possible has 12 bytes. */
const TRAILER_BYTES = 8;
const SHORTEST_FILE_BYTES = 12;

/**
 * Reads the footer of a Parquet file by two ranged reads.
 * @returns the footer, or what is wrong with the file.
 * @throws LoadError FileChanged
 */
export async function readFooter(bucket: string, file: LakeFile): Promise<Footer | string> {
  if (file.size === 0) return 'it is empty';
  if (file.size < SHORTEST_FILE_BYTES) return `it has only ${file.size} bytes`;
  const trailer = await readRange(bucket, file, file.size - TRAILER_BYTES, file.size);
  const magic = new TextDecoder('latin1').decode(trailer.slice(4));
  if (magic === 'PARE') return 'its footer is encrypted, which COPY cannot read';
  if (magic !== 'PAR1') return 'it does not end as Parquet does: it is of another format, or was cut off';
  const footerBytes = new DataView(trailer).getUint32(0, true);
  if (footerBytes + SHORTEST_FILE_BYTES > file.size) {
    return `its footer would have ${footerBytes} bytes, the whole file has ${file.size}`;
  }
  const footer = await readRange(bucket, file, file.size - TRAILER_BYTES - footerBytes, file.size);
  try {
    const metadata = parquetMetadata(footer);
    return {
      rows: Number(metadata.num_rows),
      fields: parquetSchema(metadata).children.map((child) => child.element),
      nulls: nullCounts(metadata),
    };
  } catch (error) {
    return `its footer cannot be read (${(error as Error).message})`;
  }
}

/** Nulls by column; a column that some row group has no statistics of is not told of. */
function nullCounts({ row_groups }: FileMetaData): Map<string, number> {
  const counts = new Map<string, number>();
  const unknown = new Set<string>();
  for (const { meta_data: column } of row_groups.flatMap((group) => group.columns)) {
    const name = column?.path_in_schema.join('.').toLowerCase() ?? '';
    const nulls = column?.statistics?.null_count;
    if (nulls === undefined) unknown.add(name);
    else counts.set(name, (counts.get(name) ?? 0) + Number(nulls));
  }
  for (const name of unknown) counts.delete(name);
  return counts;
}
