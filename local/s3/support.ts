import type { Support } from '../support';
import { OPERATIONS } from './operation';

/** The twin answers `NotImplemented` for every refused feature. */
export const s3Support: Support = {
  supported: [
    ...OPERATIONS,
    'Path-style requests',
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
    'Virtual-hosted-style requests and presigned URLs',
    'Versioning (versionId, x-amz-copy-source with a version)',
    'UploadPartCopy, GetObjectAttributes, SelectObjectContent, RestoreObject',
    'ACLs, CORS, lifecycle, notifications, replication, website, logging, tagging, Object Lock',
    'Encryption headers (x-amz-server-side-encryption and the like)',
    'Storage classes (x-amz-storage-class)',
    'x-amz-expected-bucket-owner and x-amz-request-payer',
    'Conditional deletes',
    'Several ranges in one request; reads by partNumber',
    'response-content-type and the other response-… overrides',
    'Transfer-Encoding without aws-chunked',
  ],
};
