import { ServiceError } from '../service-error';
import { incompleteBody } from './errors';

const MAX_LINE_BYTES = 16_384;

/**
 * Decodes an aws-chunked body: chunks of `<hex size>[;chunk-signature=…]\r\n<bytes>\r\n`, then a chunk of size 0, the
 * trailers as `<name>:<value>\r\n`, and an empty line
 * (https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html). Signatures are not verified.
 * @param trailers receives the trailers by lower-case name before the last bytes are yielded.
 * @throws ServiceError IncompleteBody; MalformedTrailerError for bytes after the end
 */
export async function* decodeAwsChunked(
  source: AsyncIterable<Uint8Array>,
  trailers: Map<string, string>,
): AsyncGenerator<Uint8Array> {
  const reader = new ByteReader(source);
  for (;;) {
    const header = await reader.line();
    const size = /^([0-9a-f]+)(;.*)?$/i.exec(header)?.[1];
    if (size === undefined) throw incompleteBody();
    let remaining = Number.parseInt(size, 16);
    if (remaining === 0) break;
    while (remaining > 0) {
      const bytes = await reader.take(remaining);
      remaining -= bytes.length;
      yield bytes;
    }
    if ((await reader.line()) !== '') throw incompleteBody();
  }
  for (let line = await reader.line(); line !== ''; line = await reader.line()) {
    const colon = line.indexOf(':');
    if (colon < 1) throw incompleteBody();
    trailers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  if (!(await reader.ended())) {
    // Which error S3 has for more bytes is unproven; that the body is not what was announced is certain.
    throw new ServiceError(
      'MalformedTrailerError',
      'The request contained trailing data that was not well-formed or did not conform to our published schema.',
    );
  }
}

/** Reads lines and runs of bytes from a stream. It holds one chunk at a time. */
class ByteReader {
  private readonly chunks: AsyncIterator<Uint8Array>;
  private current: Uint8Array = new Uint8Array();

  constructor(source: AsyncIterable<Uint8Array>) {
    this.chunks = source[Symbol.asyncIterator]();
  }

  /** Between 1 and `limit` bytes. */
  async take(limit: number): Promise<Uint8Array> {
    await this.fill();
    const bytes = this.current.subarray(0, limit);
    this.current = this.current.subarray(bytes.length);
    return bytes;
  }

  /** Up to the next CRLF, without it. */
  async line(): Promise<string> {
    let line = '';
    while (!line.endsWith('\r\n')) {
      await this.fill();
      const end = this.current.indexOf(0x0a) + 1 || this.current.length;
      line += Buffer.from(this.current.subarray(0, end)).toString('latin1');
      this.current = this.current.subarray(end);
      if (line.length > MAX_LINE_BYTES) throw incompleteBody();
    }
    return line.slice(0, -2);
  }

  /** Whether no byte is left. */
  async ended(): Promise<boolean> {
    while (this.current.length === 0) {
      const next = await this.chunks.next();
      if (next.done) return true;
      this.current = next.value;
    }
    return false;
  }

  private async fill(): Promise<void> {
    if (await this.ended()) throw incompleteBody();
  }
}
