import type { IncomingMessage } from 'node:http';
import { ServiceError } from '../service-error';

/**
 * Reads a text body up to a size.
 * @throws ServiceError `RequestEntityTooLargeException` (413)
 */
export async function readText(request: IncomingMessage, largestBytes: number): Promise<string> {
  const tooLarge = () =>
    new ServiceError(
      'RequestEntityTooLargeException',
      `Request body is larger than ${largestBytes} bytes`,
      413,
    );
  if (Number(request.headers['content-length'] ?? 0) > largestBytes) throw tooLarge();
  const chunks: Buffer[] = [];
  let bytes = 0;
  // The stream is not destroyed when reading stops early: the answer goes out on the same connection.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > largestBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/**
 * Parses JSON text. Empty text is an empty object.
 * @throws ServiceError `SerializationException`
 */
export function parseJson(text: string): unknown {
  if (text.trim() === '') return {};
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ServiceError('SerializationException', (error as Error).message);
  }
}
