import type { S3Answer, S3Call } from '../call';
import { isChecksumAlgorithm, type ChecksumType } from '../checksums';
import { invalidRequest, notImplemented } from '../errors';
import type { Upload } from '../multipart-uploads';
import { checkKey } from '../names';
import { attributesOf } from '../object-headers';
import type { Headers } from '../operation';
import { renderXml } from '../xml';

export function createMultipartUpload({ headers, bucket, key, store }: S3Call): S3Answer {
  store.bucket(bucket);
  checkKey(key);
  const checksum = checksumOf(headers);
  const upload = store.uploads.create({ bucket, key, attributes: attributesOf(headers), checksum });
  return {
    headers: checksum
      ? { 'x-amz-checksum-algorithm': checksum.algorithm, 'x-amz-checksum-type': checksum.type }
      : {},
    xml: renderXml('InitiateMultipartUploadResult', { Bucket: bucket, Key: key, UploadId: upload.id }),
  };
}

/**
 * SHA checksums of parts cannot be combined into the object's checksum, so they are composite. CRC64NVME is always for
 * the full object. CRC32 and CRC32C can be either (https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html).
 */
function checksumOf(headers: Headers): Upload['checksum'] {
  const algorithm = headers['x-amz-checksum-algorithm']?.toUpperCase();
  const type = headers['x-amz-checksum-type']?.toUpperCase();
  if (algorithm === undefined) {
    if (type === undefined) return undefined;
    throw invalidRequest(
      'The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.',
    );
  }
  if (!isChecksumAlgorithm(algorithm)) throw notImplemented(`checksum algorithm ${algorithm}`);
  if (type !== undefined && type !== 'COMPOSITE' && type !== 'FULL_OBJECT') {
    throw invalidRequest('Value for x-amz-checksum-type header is invalid.');
  }
  const usual: ChecksumType = algorithm === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE';
  const chosen = type ?? usual;
  if (chosen !== usual && algorithm !== 'CRC32' && algorithm !== 'CRC32C') {
    throw invalidRequest(
      `The ${chosen} checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`,
    );
  }
  return { algorithm, type: chosen };
}
