import { randomUUID } from 'node:crypto';
import type { JsonObject } from '../../json';

/** The HTTP metadata that Step Functions adds to the answer of every service integration. */
export function sdkMetadata(headers: Readonly<Record<string, string>>, date: Date): JsonObject {
  const requestId = randomUUID();
  const all = {
    Connection: 'keep-alive',
    Date: date.toUTCString(),
    'x-amzn-RequestId': requestId,
    ...headers,
  };
  return {
    SdkHttpMetadata: {
      AllHttpHeaders: Object.fromEntries(Object.entries(all).map(([name, value]) => [name, [value]])),
      HttpHeaders: all,
      HttpStatusCode: 200,
    },
    SdkResponseMetadata: { RequestId: requestId },
  };
}
