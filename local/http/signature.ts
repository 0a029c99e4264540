import type { IncomingMessage } from 'node:http';

/**
 * The credential that a request is signed with: `Credential=AKIA…/20261125/us-east-1/sns/aws4_request`. Signatures
 * themselves are not verified.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function credentialOf({
  headers,
}: IncomingMessage): { readonly accessKeyId: string; readonly service: string } | undefined {
  const [, accessKeyId, service] =
    /Credential=([^/,]+)\/\d{8}\/[^/]+\/([^/]+)\/aws4_request/.exec(headers.authorization ?? '') ?? [];
  return accessKeyId === undefined || service === undefined ? undefined : { accessKeyId, service };
}
