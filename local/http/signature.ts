import type { IncomingMessage } from 'node:http';

/**
 * The credential in a request's signature: `Credential=AKIA…/20261125/us-east-1/sns/aws4_request`, or that in the query
 * of a presigned request. The signature itself is not verified.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function credentialOf({
  headers,
  url = '',
}: IncomingMessage): { readonly accessKeyId: string; readonly service: string } | undefined {
  const query = new URLSearchParams(url.split('?')[1]);
  // Version 2 of the signature names no service. Only S3 has such URLs.
  const ofVersion2 = query.has('Signature') ? query.get('AWSAccessKeyId') : null;
  if (ofVersion2 !== null) return { accessKeyId: ofVersion2, service: 's3' };
  const presigned = query.get('X-Amz-Credential');
  const signature = presigned === null ? headers.authorization : `Credential=${presigned}`;
  const [, accessKeyId, service] =
    /Credential=([^/,]+)\/\d{8}\/[^/]+\/([^/]+)\/aws4_request/.exec(signature ?? '') ?? [];
  return accessKeyId === undefined || service === undefined ? undefined : { accessKeyId, service };
}
