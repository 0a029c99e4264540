import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { isDiskError, reportDisk } from '../disk';
import { ServiceError } from '../service-error';
import { openAccess, type BucketAccess } from './bucket-access';
import { checkEncryption, checkOwner, encryptionHeaders } from './bucket-settings';
import type { Operation, S3Answer } from './call';
import type { FileObjectStore } from './file-object-store';
import { checkBucketName } from './names';
import { operationOf, type OperationName } from './operation';
import { abortMultipartUpload } from './operations/abort-multipart-upload';
import { getBucketEncryption, putBucketEncryption } from './operations/bucket-encryption';
import { deleteBucketPolicy, getBucketPolicy, putBucketPolicy } from './operations/bucket-policy';
import { completeMultipartUpload } from './operations/complete-multipart-upload';
import { copyObject } from './operations/copy-object';
import { createBucket } from './operations/create-bucket';
import { createMultipartUpload } from './operations/create-multipart-upload';
import { deleteBucket } from './operations/delete-bucket';
import { deleteObject } from './operations/delete-object';
import { deleteObjects } from './operations/delete-objects';
import { getBucketLocation } from './operations/get-bucket-location';
import { getObject, headObject } from './operations/get-object';
import { getObjectTagging } from './operations/get-object-tagging';
import { headBucket } from './operations/head-bucket';
import { listBuckets } from './operations/list-buckets';
import { listMultipartUploads } from './operations/list-multipart-uploads';
import { listObjects } from './operations/list-objects';
import { listObjectsV2 } from './operations/list-objects-v2';
import { listParts } from './operations/list-parts';
import { putObject } from './operations/put-object';
import { uploadPart } from './operations/upload-part';
import { uploadPartCopy } from './operations/upload-part-copy';
import { checkRegion } from './region';
import { renderError } from './xml';

const HANDLERS: Readonly<Record<OperationName, Operation>> = {
  AbortMultipartUpload: abortMultipartUpload,
  CompleteMultipartUpload: completeMultipartUpload,
  CopyObject: copyObject,
  CreateBucket: createBucket,
  CreateMultipartUpload: createMultipartUpload,
  DeleteBucket: deleteBucket,
  DeleteBucketPolicy: deleteBucketPolicy,
  DeleteObject: deleteObject,
  DeleteObjects: deleteObjects,
  GetBucketEncryption: getBucketEncryption,
  GetBucketLocation: getBucketLocation,
  GetBucketPolicy: getBucketPolicy,
  GetObject: getObject,
  GetObjectTagging: getObjectTagging,
  HeadBucket: headBucket,
  HeadObject: headObject,
  ListBuckets: listBuckets,
  ListMultipartUploads: listMultipartUploads,
  ListObjects: listObjects,
  ListObjectsV2: listObjectsV2,
  ListParts: listParts,
  PutBucketEncryption: putBucketEncryption,
  PutBucketPolicy: putBucketPolicy,
  PutObject: putObject,
  UploadPart: uploadPart,
  UploadPartCopy: uploadPartCopy,
};

/**
 * Runs one path-style S3 request and writes the answer. Errors are answered as S3's XML. The promise rejects only if the
 * connection breaks while the answer is sent. Signatures are not verified: the twin listens on the loopback interface.
 */
export async function handleS3(
  request: IncomingMessage,
  response: ServerResponse,
  store: FileObjectStore,
  access: BucketAccess = openAccess(),
): Promise<void> {
  let answer: S3Answer;
  try {
    const operation = operationOf(request.method ?? '', request.url ?? '', request.headers);
    if (operation.bucket !== '') checkBucketName(operation.bucket);
    checkRegion(operation, store);
    checkOwner(operation, access);
    checkEncryption(operation, access);
    answer = await HANDLERS[operation.operation]({ ...operation, request, store, access });
    answer = { ...answer, headers: { ...answer.headers, ...encryptionHeaders(operation, access) } };
  } catch (error) {
    if (request.destroyed && !request.complete) return;
    answerS3Error(request, response, error, store);
    return;
  }
  await send(request, response, answer);
}

/** Sends an error in S3's form. The server uses it for injected faults, too. */
export function answerS3Error(
  request: IncomingMessage,
  response: ServerResponse,
  error: unknown,
  store: FileObjectStore,
): void {
  if (isDiskError(error)) reportDisk(error);
  const { code, message, status, details } = asServiceError(error);
  const bucket = bucketOf(request);
  const region = bucket === undefined ? undefined : store.bucketRegion(bucket);
  const ids = requestIds();
  const body = renderError({
    Code: code,
    Message: message,
    ...details,
    RequestId: ids['x-amz-request-id'],
    HostId: ids['x-amz-id-2'],
  });
  response.writeHead(status, {
    ...ids,
    ...(region !== undefined && (code === 'PermanentRedirect' || request.method === 'HEAD')
      ? { 'x-amz-bucket-region': region }
      : {}),
    'content-type': 'application/xml',
    ...(request.method === 'HEAD' ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
  });
  response.end(request.method === 'HEAD' ? undefined : body);
  // The rest of the body must be read: a client that is still sending does not read the answer.
  request.resume();
}

function asServiceError(error: unknown): ServiceError {
  if (error instanceof ServiceError) return error;
  // A bug in the twin gets S3's message, followed by the cause.
  const cause = error instanceof Error ? error.message : String(error);
  return new ServiceError(
    'InternalError',
    `We encountered an internal error. Please try again. (${cause})`,
    500,
  );
}

function bucketOf(request: IncomingMessage): string | undefined {
  return /^\/([^/?]+)/.exec(request.url ?? '')?.[1];
}

async function send(request: IncomingMessage, response: ServerResponse, answer: S3Answer): Promise<void> {
  const { status = 200, headers = {}, xml, text, body } = answer;
  response.statusCode = status;
  for (const [name, value] of Object.entries({ ...requestIds(), ...headers }))
    response.setHeader(name, value);
  if (xml !== undefined) {
    response.setHeader('content-type', 'application/xml');
    response.setHeader('content-length', Buffer.byteLength(xml));
  }
  if (text !== undefined) {
    response.setHeader('content-type', 'application/json');
    response.setHeader('content-length', Buffer.byteLength(text));
  }
  request.resume();
  if (body) await pipeline(body, response);
  else response.end(request.method === 'HEAD' ? undefined : (xml ?? text));
}

function requestIds(): Record<'x-amz-request-id' | 'x-amz-id-2' | 'server', string> {
  return {
    'x-amz-request-id': randomBytes(8).toString('hex').toUpperCase(),
    'x-amz-id-2': randomBytes(48).toString('base64'),
    server: 'AmazonS3',
  };
}
