import type { S3Handler } from '../http/s3';
import type { Principal } from '../iam/principal';
import { openAccess, type BucketAccess } from './bucket-access';
import type { FileObjectStore } from './file-object-store';
import { answerS3Error, handleS3 } from './handle-s3';
import { operationOf } from './operation';

/**
 * S3 over one store, for the twin's server.
 * @param accessOf access control for a caller.
 */
export function s3Handler(
  store: FileObjectStore,
  accessOf: (principal: Principal | undefined) => BucketAccess = openAccess,
): S3Handler {
  return {
    handle: (request, response, { principal }) => handleS3(request, response, store, accessOf(principal)),
    operationOf(request) {
      const { operation, bucket, key, query } = operationOf(
        request.method ?? '',
        request.url ?? '',
        request.headers,
      );
      return { operation, subject: `${bucket}/${key}`, input: { bucket, key, prefix: query.prefix ?? '' } };
    },
    answerError: (request, response, error) => answerS3Error(request, response, error, store),
  };
}
