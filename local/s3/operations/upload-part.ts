import type { S3Answer, S3Call } from '../call';
import { checksumHeader } from '../checksums';
import { invalidArgument, invalidRequest } from '../errors';
import { receiveFile } from '../request-body';

const MAX_PARTS = 10_000;

export async function uploadPart({ request, headers, query, bucket, key, store }: S3Call): Promise<S3Answer> {
  store.bucket(bucket);
  const upload = store.uploads.get(bucket, key, query.uploadId ?? '');
  const number = partNumber(query.partNumber ?? '');
  const body = await receiveFile(request, headers, store.newIncomingPath());
  // Current clients send a CRC32 with every part by default. S3 refuses an algorithm other than the upload's.
  if (upload.checksum && body.checksum && upload.checksum.algorithm !== body.checksum.algorithm) {
    throw invalidRequest(
      `Checksum Type mismatch occurred, expected checksum Type: ${upload.checksum.algorithm.toLowerCase()}, ` +
        `actual checksum Type: ${body.checksum.algorithm.toLowerCase()}`,
    );
  }
  const part = store.uploads.addPart(upload, number, body, body.checksum);
  const checksum = part.checksum && { [checksumHeader(part.checksum.algorithm)]: part.checksum.value };
  return { headers: { etag: `"${part.etag}"`, ...checksum } };
}

/** @throws ServiceError InvalidArgument */
export function partNumber(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) < 1 || Number(text) > MAX_PARTS) {
    throw invalidArgument(
      'Part number must be an integer between 1 and 10000, inclusive',
      'partNumber',
      text,
    );
  }
  return Number(text);
}
