import { parquetMetadata, parquetSchema } from 'hyparquet';
import { nameProblem, storageProblem } from '../../core/copy-conditions';
import { tooLargeFooter } from '../../core/footer';
import { nullCounts, withNulls } from '../../core/null-counts';
import type { ParquetField } from '../../core/parquet-types';
import { checkParseable } from '../../core/parseable-footer';
import { displayText } from '../shared/table';
import type { LakeFileSource } from './lake-file';

/** The contents of a Parquet footer. */
export interface ParquetFooter {
  readonly rows: number;
  readonly rowGroups: number;
  /** The program that wrote the file, as it names itself. */
  readonly createdBy: string | null;
  /** The codecs in use: `SNAPPY`, `ZSTD`, `UNCOMPRESSED` … */
  readonly compression: readonly string[];
  readonly fields: readonly ParquetField[];
  /** The number of nulls by column in lower case, without columns that the footer does not count. */
  readonly nulls: ReadonlyMap<string, number>;
  /** Why COPY does not read the file because of its name or of how its values are stored, as a clause; null if it does. */
  readonly copyProblem: string | null;
}

/** Why a file cannot be read as Parquet, as a clause: `it is empty`. */
export class UnreadableFile extends Error {
  override readonly name = 'UnreadableFile';
}

/** A file starts with "PAR1", and ends with its footer, the footer's length in 4 bytes, and "PAR1". */
const MAGIC = 'PAR1';
const TRAILER_BYTES = 8;
const SHORTEST_FILE_BYTES = MAGIC.length + TRAILER_BYTES;

/**
 * Reads a footer with two small reads, whatever the size of the file.
 * @throws UnreadableFile
 */
export async function readParquetFooter(file: LakeFileSource): Promise<ParquetFooter> {
  if (file.size === 0) throw new UnreadableFile('it is empty');
  if (file.size < SHORTEST_FILE_BYTES)
    throw new UnreadableFile(`it has ${file.size} bytes, which is too short for Parquet`);
  const trailer = Buffer.from(await file.read(file.size - TRAILER_BYTES, file.size));
  const magic = trailer.toString('latin1', 4);
  if (magic === 'PARE') throw new UnreadableFile('its footer is encrypted, which COPY cannot read');
  if (magic !== MAGIC) throw new UnreadableFile(await whatItIs(file));
  const length = trailer.readUInt32LE(0);
  if (length + SHORTEST_FILE_BYTES > file.size) {
    throw new UnreadableFile(`its footer would have ${length} bytes, the whole file has ${file.size}`);
  }
  const tooLarge = tooLargeFooter(length);
  if (tooLarge !== undefined) throw new UnreadableFile(tooLarge);
  return parseFooter(await file.read(file.size - TRAILER_BYTES - length, file.size), file.key);
}

function parseFooter(bytes: Uint8Array, key: string): ParquetFooter {
  try {
    checkParseable(bytes);
    const metadata = parquetMetadata(bytes);
    const codecs = metadata.row_groups.flatMap((group) =>
      group.columns.map((column) => column.meta_data?.codec),
    );
    const nulls = nullCounts(metadata);
    return {
      nulls,
      rows: Number(metadata.num_rows),
      rowGroups: metadata.row_groups.length,
      createdBy: metadata.created_by ?? null,
      compression: [...new Set(codecs.filter((codec) => codec !== undefined))].sort(),
      fields: withNulls(
        parquetSchema(metadata).children.map(({ element }) => element),
        metadata.num_rows,
        nulls,
      ),
      copyProblem: nameProblem(key) ?? storageProblem(metadata) ?? null,
    };
  } catch (error) {
    throw new UnreadableFile(`its footer cannot be read (${(error as Error).message})`);
  }
}

async function whatItIs(file: LakeFileSource): Promise<string> {
  const start = Buffer.from(await file.read(0, Math.min(16, file.size)));
  if (start.toString('latin1', 0, 4) === MAGIC)
    return 'it is cut off: it begins as Parquet and does not end as Parquet';
  return `it is not Parquet: it begins with "${displayText(start.toString('latin1'), 16)}"`;
}
