import type { LakeFile } from '../../core/files';
import type { Hour } from '../../core/hour';
import { inParallel } from '../../functions/shared/in-parallel';
import { readParquetFooter, UnreadableFile } from '../inspect/parquet-file';
import { s3Object } from '../inspect/s3-target';
import type { Connection } from '../shared/connection';

/** Two reads a file: more files than this are not worth the wait. */
const MOST_FILES = 2_000;
const AT_ONCE = 32;

/**
 * The rows of each hour by the footers of its files. Hours after the first 2,000 files, and those of which a file cannot be
 * read, are missing.
 */
export async function rowsByFooter(
  { s3, bucket }: Connection,
  hours: readonly (readonly [Hour, readonly LakeFile[]])[],
): Promise<ReadonlyMap<Hour, number>> {
  let left = MOST_FILES;
  const read = hours.filter(([, files]) => (left -= files.length) >= 0);
  const footers = await inParallel(
    read.flatMap(([hour, files]) => files.map((file) => ({ hour, file }))),
    AT_ONCE,
    async ({ hour, file }) => {
      try {
        const { rows } = await readParquetFooter(s3Object(s3, bucket, file.key, file.size, file.etag));
        return { hour, rows };
      } catch (error) {
        if (error instanceof UnreadableFile || '$metadata' in (error as Error)) return { hour, rows: NaN };
        throw error;
      }
    },
  );
  const rows = new Map(read.map(([hour]) => [hour, 0]));
  for (const each of footers) rows.set(each.hour, (rows.get(each.hour) ?? 0) + each.rows);
  return new Map([...rows].filter(([, count]) => !Number.isNaN(count)));
}
