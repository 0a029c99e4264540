import type { S3Handler } from '../http/s3';
import type { FileObjectStore } from './file-object-store';
import { answerS3Error, handleS3 } from './handle-s3';
import { operationOf } from './operation';

/** S3 over one store, as the twin's server calls it. */
export function s3Handler(store: FileObjectStore): S3Handler {
  return {
    handle: (request, response) => handleS3(request, response, store),
    operationOf(request) {
      const { operation, bucket, key } = operationOf(
        request.method ?? '',
        request.url ?? '',
        request.headers,
      );
      return { operation, subject: `${bucket}/${key}` };
    },
    answerError: (request, response, error) => answerS3Error(request, response, error, store),
  };
}
