import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { LakeFileSource } from '../inspect/lake-file';
import { localTarget } from '../inspect/local-target';
import { isS3Url } from '../inspect/s3-url';
import { UsageError } from '../shared/output';
import { SampleError } from './sample';

/** Stands for standard input in place of a file. */
export const STANDARD_INPUT = '-';

/** A sample that is open: a Parquet file, or the bytes of events, which can be read once. */
export type SampleFile =
  | { readonly format: 'parquet'; readonly name: string; readonly file: LakeFileSource }
  | { readonly format: 'events'; readonly name: string; readonly chunks: AsyncIterable<Buffer> };

/**
 * Opens a sample, and finds its format by its first bytes.
 * @param path a file, or `-` for standard input.
 * @throws UsageError if there is nothing to read, SampleError UnreadableSample
 */
export async function openSample(path: string, input: Readable = process.stdin): Promise<SampleFile> {
  if (path === STANDARD_INPUT) return sampleIn(input, 'standard input');
  if (isS3Url(path)) {
    throw new UsageError(`A sample is a local file: aws s3 cp '${path}' . copies the object here.`);
  }
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(error.code === 'ENOENT' ? `There is no file ${path}.` : error.message);
  });
  if (found.isDirectory()) throw new UsageError(`${path} is a directory: name one file in it.`);
  return sampleIn(createReadStream(path), path, found.isFile() ? path : undefined);
}

/** @param file the path of a regular file: Parquet cannot be read from a pipe. */
async function sampleIn(stream: Readable, name: string, file?: string): Promise<SampleFile> {
  const { start, chunks } = await peeked(readable(stream, name));
  if (start.toString('latin1', 0, 4) === 'PAR1') {
    stream.destroy();
    const target = file === undefined ? undefined : await localTarget(file);
    if (target?.kind === 'file') return { format: 'parquet', name, file: target.file };
    throw new UsageError('Parquet cannot be read from a pipe: write it to a file, and name that.');
  }
  if (isUtf16(start)) {
    stream.destroy();
    throw new SampleError(
      'UnreadableSample',
      `${name} is UTF-16, and events are UTF-8. Convert it: iconv -f UTF-16 -t UTF-8`,
    );
  }
  // A gzip file begins with these bytes: RFC 1952.
  if (start[0] !== 0x1f || start[1] !== 0x8b) return { format: 'events', name, chunks };
  const unpacked = Readable.from(chunks).on('error', (error) => unzip.destroy(error));
  const unzip = createGunzip();
  return { format: 'events', name, chunks: readable(unpacked.pipe(unzip), name) };
}

async function* readable(stream: Readable, name: string): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) yield chunk;
  } catch (error) {
    if (error instanceof SampleError) throw error;
    throw new SampleError('UnreadableSample', `${name} cannot be read: ${(error as Error).message}`);
  }
}

const PEEKED_BYTES = 4;

/** The first bytes of a stream, and the stream from its beginning on. */
async function peeked(
  source: AsyncGenerator<Buffer>,
): Promise<{ readonly start: Buffer; readonly chunks: AsyncIterable<Buffer> }> {
  let start = Buffer.alloc(0);
  while (start.length < PEEKED_BYTES) {
    const next = await source.next();
    if (next.done) break;
    start = Buffer.concat([start, next.value]);
  }
  async function* all(): AsyncGenerator<Buffer> {
    yield start;
    yield* source;
  }
  return { start, chunks: all() };
}

/** A byte order mark of UTF-16, or ASCII with every other byte zero. */
function isUtf16(start: Buffer): boolean {
  const [first, second] = start;
  return (
    (first === 0xff && second === 0xfe) ||
    (first === 0xfe && second === 0xff) ||
    (first === 0x7b && second === 0x00) ||
    (first === 0x00 && second === 0x7b)
  );
}
