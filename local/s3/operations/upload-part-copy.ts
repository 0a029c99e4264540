import type { S3Answer, S3Call } from '../call';
import { copyBody, copyResult, copySource } from '../copy-source';
import { invalidArgument } from '../errors';
import type { ByteRange } from '../range';
import { renderXml } from '../xml';
import { partNumber } from './upload-part';

/** A part from the bytes of an object: https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPartCopy.html */
export async function uploadPartCopy({ headers, query, bucket, key, store }: S3Call): Promise<S3Answer> {
  store.bucket(bucket);
  const upload = store.uploads.get(bucket, key, query.uploadId ?? '');
  const number = partNumber(query.partNumber ?? '');
  const { body } = await copyBody(store, headers, copySource(headers), ({ size }) => ({
    range: rangeOf(headers['x-amz-copy-source-range'], size),
    algorithm: upload.checksum?.algorithm,
  }));
  const part = store.uploads.addPart(upload, number, body, body.checksum);
  return { xml: renderXml('CopyPartResult', copyResult(body, part.lastModified)) };
}

/** Unlike a read's range, it has both ends, and the object reaches as far. @throws ServiceError InvalidArgument */
function rangeOf(header: string | undefined, size: number): ByteRange | undefined {
  if (header === undefined) return undefined;
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(header) ?? [];
  if (first === undefined || last === undefined) {
    throw invalidArgument(
      'The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy',
      'x-amz-copy-source-range',
      header,
    );
  }
  if (Number(first) > Number(last) || Number(last) >= size) {
    throw invalidArgument(
      `Range specified is not valid for source object of size: ${size}`,
      'x-amz-copy-source-range',
      header,
    );
  }
  return { first: Number(first), last: Number(last) };
}
