import type { IncomingMessage } from 'node:http';

/**
 * The credential in a request's signature: `Credential=AKIA…/20261125/us-east-1/sns/aws4_request`. The signature
 * itself is not verified.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function credentialOf({
  headers,
}: IncomingMessage): { readonly accessKeyId: string; readonly service: string } | undefined {
  const [, accessKeyId, service] =
    /Credential=([^/,]+)\/\d{8}\/[^/]+\/([^/]+)\/aws4_request/.exec(headers.authorization ?? '') ?? [];
  return accessKeyId === undefined || service === undefined ? undefined : { accessKeyId, service };
}
