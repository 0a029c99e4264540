import { ServiceError } from '../service-error';
import { invalidRequest } from './errors';
import type { FileObjectStore } from './file-object-store';
import type { Headers, S3Operation } from './operation';

/** The Region in a request's credential scope; undefined for an unsigned request. */
export function signingRegion(headers: Headers): string | undefined {
  return /Credential=[^/]+\/\d{8}\/([^/]+)\/s3\/aws4_request/.exec(headers.authorization ?? '')?.[1];
}

/** Operations that S3 answers from any Region, because clients find a bucket's Region with them. */
const ANY_REGION = ['CreateBucket', 'GetBucketLocation', 'ListBuckets'];

/** Regions that take version 2 of the signature, which newer ones never had. */
const VERSION_2_REGIONS = [
  'ap-northeast-1',
  'ap-southeast-1',
  'ap-southeast-2',
  'eu-west-1',
  'sa-east-1',
  'us-east-1',
  'us-west-1',
  'us-west-2',
];

/**
 * A bucket answers only requests for its own Region. COPY, the console and scripts all see this error otherwise
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/Redirects.html).
 * @throws ServiceError PermanentRedirect (301); InvalidRequest for version 2 of the signature where it is not known
 */
export function checkRegion(operation: S3Operation, store: FileObjectStore): void {
  const region = store.bucketRegion(operation.bucket);
  if (
    operation.headers.authorization?.startsWith('AWS ') &&
    (region === undefined || !VERSION_2_REGIONS.includes(region))
  ) {
    throw invalidRequest(
      'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.',
    );
  }
  const signedFor = signingRegion(operation.headers);
  if (region === undefined || signedFor === undefined || signedFor === region) return;
  if (ANY_REGION.includes(operation.operation)) return;
  throw new ServiceError(
    'PermanentRedirect',
    'The bucket you are attempting to access must be addressed using the specified endpoint. ' +
      'Please send all future requests to this endpoint.',
    301,
    { Endpoint: `s3.${region}.amazonaws.com`, Bucket: operation.bucket },
  );
}
