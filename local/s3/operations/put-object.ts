import type { S3Answer, S3Call } from '../call';
import { checkKey } from '../names';
import { attributesOf, checksumHeaders } from '../object-headers';
import { receiveFile } from '../request-body';

export async function putObject({ request, headers, bucket, key, store }: S3Call): Promise<S3Answer> {
  store.bucket(bucket);
  checkKey(key);
  const attributes = attributesOf(headers);
  const body = await receiveFile(request, headers, store.newIncomingPath());
  const conditions = { ifMatch: headers['if-match'], ifNoneMatch: headers['if-none-match'] };
  const object = store.commit(bucket, key, body, { ...attributes, checksum: body.checksum }, conditions);
  return { headers: { etag: `"${object.etag}"`, ...checksumHeaders(object) } };
}
