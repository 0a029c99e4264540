import { PutObjectCommand } from '@aws-sdk/client-s3';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Dataset } from '../../core/dataset';
import type { Hour } from '../../core/hour';
import { prefixOfHour } from '../../core/prefix';
import { s3Object } from '../inspect/s3-target';
import type { LoadDocument } from '../load/document';
import { startLoad } from '../load/follow';
import type { Connection } from '../shared/connection';
import { openFileReader } from '../shared/duckdb';
import type { Output } from '../shared/output';
import { SILENT } from '../shared/silent-output';
import type { HourRange } from '../shared/when';
import { readLake } from '../status/read-lake';
import { readStatus } from '../status/read-status';
import { statusText } from '../status/text';

/** A failure that was found, explained and put right. */
export interface MendedFailure {
  readonly failed: LoadDocument;
  readonly mended: LoadDocument;
}

/**
 * Somebody copies a file into an hour whose columns have other names. The load fails it, the status says why and what to do,
 * the file is written again with the right names, and the hour is loaded. Its rows are in the hour already, so the table
 * stays as it is.
 * @param hour an hour with files. @param shown the hours whose status is shown.
 */
export async function breakAndMend(
  connection: Connection,
  output: Output,
  dataset: Dataset,
  hour: Hour,
  shown: HourRange,
): Promise<MendedFailure> {
  const { s3, bucket: Bucket } = connection;
  const Key = `${prefixOfHour(dataset.source.prefix, hour)}copied-by-hand.parquet`;
  const input = { dataset: dataset.name, partition: hour };
  const column = dataset.columns.findLast(({ required }) => !required) ?? dataset.columns.at(-1)!;
  const wrong = `${column.name}_2`;
  const put = async (rename?: string) =>
    s3.send(
      new PutObjectCommand({
        Bucket,
        Key,
        Body: await copyOfHour(connection, dataset, hour, column.name, rename),
      }),
    );

  output.say(`Somebody copies s3://${Bucket}/${Key}, in which ${column.name} is called ${wrong}.`);
  await put(wrong);
  const failed = await startLoad(connection, SILENT, input);
  output.say();
  output.say(statusText(connection, dataset, await readStatus(connection, dataset, shown, new Date())));
  output.say();
  output.say(`The file is written again, with ${column.name}, and the hour is loaded:`);
  await put();
  const mended = await startLoad(connection, output, input);
  return { failed, mended };
}

/** Rows of the hour's first file as Parquet. @param rename the name of the column in it; undefined: its own. */
async function copyOfHour(
  { s3, bucket }: Connection,
  dataset: Dataset,
  hour: Hour,
  column: string,
  rename: string | undefined,
): Promise<Buffer> {
  const { objects } = await readLake({ s3, bucket }, dataset, [hour]);
  const file = objects.get(hour)?.present.find(({ key }) => !key.endsWith('/copied-by-hand.parquet'));
  if (file === undefined) throw new RangeError(`hour ${hour} has no file`);
  const folder = await mkdtemp(join(tmpdir(), 'sluice-demo-'));
  const reader = await openFileReader();
  try {
    const path = join(folder, 'copy.parquet');
    const named = (name: string) => `"${name.replaceAll('"', '""')}"`;
    const columns = rename === undefined ? '*' : `* RENAME (${named(column)} AS ${named(rename)})`;
    await s3Object(s3, bucket, file.key, file.size, file.etag).withLocalCopy((copy) =>
      reader.duckdb.run(
        `COPY (SELECT ${columns} FROM read_parquet('${copy}', hive_partitioning = false) LIMIT 100) TO '${path}' (FORMAT parquet)`,
      ),
    );
    return await readFile(path);
  } finally {
    await reader.close();
    await rm(folder, { recursive: true, force: true });
  }
}
