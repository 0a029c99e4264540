import type { S3Answer, S3Call } from '../call';
import { invalidRequest, malformedXml, notImplemented } from '../errors';
import type { Headers } from '../operation';
import { receiveText } from '../request-body';
import { parseXml, renderXml } from '../xml';

export const MAX_KEYS = 1000;

export async function deleteObjects({ request, headers, bucket, store, access }: S3Call): Promise<S3Answer> {
  store.bucket(bucket);
  requireDigest(headers);
  const {
    Object: entries,
    Quiet: quiet,
    ...others
  } = parseXml(await receiveText(request, headers), 'Delete', ['Object']);
  if (Object.keys(others).some((name) => name !== '#text')) throw malformedXml();
  const keys = ((entries ?? []) as unknown[]).map(keyOf);
  if (keys.length === 0 || keys.length > MAX_KEYS) throw malformedXml();
  const allowed = keys.filter((key) => access.mayDelete(bucket, key));
  for (const key of allowed) store.delete(bucket, key);
  const deleted = quiet === 'true' ? [] : allowed.map((key) => ({ Key: key }));
  const errors = keys
    .filter((key) => !allowed.includes(key))
    .map((key) => ({ Key: key, Code: 'AccessDenied', Message: 'Access Denied' }));
  return { xml: renderXml('DeleteResult', { Deleted: deleted, Error: errors }) };
}

function keyOf(entry: unknown): string {
  const { Key: key, ...others } = entry as Record<string, unknown>;
  const other = Object.keys(others).find((name) => name !== '#text');
  if (other !== undefined) throw notImplemented(`DeleteObjects with ${other}`);
  if (typeof key !== 'string' || key === '') throw malformedXml();
  return key;
}

/** The list of keys must have a digest: https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html */
function requireDigest(headers: Headers): void {
  const given = Object.keys(headers).some(
    (name) => name === 'content-md5' || name === 'x-amz-trailer' || name.startsWith('x-amz-checksum-'),
  );
  if (!given)
    throw invalidRequest('Missing required header for this request: Content-MD5 OR x-amz-checksum-*');
}
