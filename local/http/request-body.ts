import type { IncomingMessage } from 'node:http';
import { ServiceError } from '../service-error';

/**
 * Reads a body of text, up to a size.
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
  // Not destroyed where it is given up: the answer still has to go out on the same connection.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > largestBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/**
 * Reads JSON text; nothing at all is an empty object.
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
