import type { Support } from '../support';
import { OPERATIONS } from './operation';

/** The twin answers `NotImplemented` for every refused feature. */
export const s3Support: Support = {
  supported: [
    ...OPERATIONS,
    'Path-style requests',
    'Presigned requests: version 4 of the signature, and version 2 in Regions that have it',
    'response-content-type and the other response-… overrides, in signed requests',
    'x-amz-expected-bucket-owner',
    'What stock clients send by default: x-amz-api-version, x-amz-request-payer, storage class STANDARD, encryption AES256, ACL private or bucket-owner-full-control',
    'Content-MD5 and x-amz-content-sha256, verified',
    'Checksums CRC32, CRC32C, CRC64NVME, SHA1 and SHA256, verified and returned',
    'aws-chunked bodies with trailing checksums',
    'Conditional reads (If-Match, If-None-Match, If-Modified-Since, If-Unmodified-Since)',
    'Conditional writes (If-Match, If-None-Match: *)',
    'One byte range per request',
    'User metadata and Cache-Control, Content-Disposition, Content-Encoding, Content-Language, Expires',
    'Regions: PermanentRedirect for a request that is signed for another Region than the bucket’s',
    'encoding-type=url',
  ],
  refused: [
    'Virtual-hosted-style requests',
    'Versioning (versionId, x-amz-copy-source with a version)',
    'GetObjectAttributes, SelectObjectContent, RestoreObject',
    'Other ACLs, CORS, lifecycle, notifications, replication, website, logging, setting tags, Object Lock',
    'Other encryption than the bucket’s (x-amz-server-side-encryption and the like)',
    'Other storage classes (x-amz-storage-class)',
    'Conditional deletes',
    'Several ranges in one request; reads by partNumber',
    'Transfer-Encoding without aws-chunked',
  ],
};
