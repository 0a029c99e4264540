import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { LakeFileSource, LocalCopy } from '../inspect/lake-file';
import { readEvents } from '../trips/events-file';
import { readErrorRecord, type ErrorRecord } from './error-record';

/** An object that holds no error records, or whose content cannot be had. The message says why, after "It" and a name. */
export class UnreadableObject extends Error {
  override readonly name = 'UnreadableObject';
}

export interface OpenObject {
  readonly file: LakeFileSource;
  /**
   * Its lines that are not blank. `record` is undefined for a line that is not an error record.
   * @throws UnreadableObject, before the first line or after the last one.
   */
  readonly lines: () => AsyncGenerator<{
    readonly line: number;
    readonly record: ErrorRecord | undefined;
  }>;
}

/** Objects that are fetched while one is read. */
const AHEAD = 4;

/** Opens objects one after the other, in order, and fetches the next ones meanwhile. Keeps no copy of them. */
export async function* openObjects(files: readonly LakeFileSource[]): AsyncGenerator<OpenObject> {
  const fetched: Promise<LocalCopy>[] = [];
  try {
    for (const [index, file] of files.entries()) {
      fetched.push(...files.slice(index + fetched.length, index + AHEAD).map(fetching));
      const copy = fetched[0]!;
      yield { file, lines: () => linesOf(copy) };
      await remove(copy);
      void fetched.shift();
    }
  } finally {
    await Promise.all(fetched.map(remove));
  }
}

function fetching(file: LakeFileSource): Promise<LocalCopy> {
  const copy = file.localCopy();
  // Whoever reads the lines gets the error. Until then it must not count as unhandled.
  copy.catch(() => undefined);
  return copy;
}

const remove = (copy: Promise<LocalCopy>): Promise<void> =>
  copy.then(
    (each) => each.remove(),
    () => undefined,
  );

/** A record has up to 1,000 KiB, a third more in base64. The transform may make it longer. Bytes. */
const LONGEST_LINE = 16 * 1024 * 1024;

async function* linesOf(
  copy: Promise<LocalCopy>,
): AsyncGenerator<{ line: number; record: ErrorRecord | undefined }> {
  const { path } = await copy.catch((error: Error) => {
    throw GONE[error.name] === undefined ? error : new UnreadableObject(GONE[error.name]);
  });
  const head = await firstBytes(path);
  if (head.toString('latin1') === 'PAR1') throw new UnreadableObject('it is a Parquet file');
  const isGzip = head[0] === 0x1f && head[1] === 0x8b;
  let [records, others] = [0, 0];
  try {
    for await (const { line, data } of readEvents(isGzip ? unzipped(path) : createReadStream(path), {
      longest: LONGEST_LINE,
    })) {
      const record = data && readErrorRecord(Buffer.from(data).toString('utf8'));
      if (record) records += 1;
      else others += 1;
      yield { line, record };
    }
  } catch (error) {
    if (!String((error as NodeJS.ErrnoException).code).startsWith('Z_')) throw error;
    throw new UnreadableObject(`its gzip data is damaged: ${(error as Error).message}`);
  }
  if (records === 0 && others > 0)
    throw new UnreadableObject('none of its lines is an error record of Firehose');
}

/** Errors of S3 that concern one object. */
const GONE: Readonly<Record<string, string>> = {
  NoSuchKey: 'it was deleted after it was listed',
  PreconditionFailed: 'it was overwritten after it was listed',
  InvalidObjectState: 'it is archived: restore it first (aws s3api restore-object)',
};

async function firstBytes(path: string): Promise<Buffer> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

function unzipped(path: string): AsyncIterable<Buffer> {
  // Whoever reads gets the error.
  return pipeline(createReadStream(path), createGunzip(), () => {});
}
