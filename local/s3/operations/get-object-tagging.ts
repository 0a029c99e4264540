import type { S3Answer, S3Call } from '../call';
import { noSuchKey } from '../errors';
import { renderXml } from '../xml';

/** No object of the twin has tags. The AWS CLI asks for them before it copies an object in parts. */
export function getObjectTagging({ bucket, key, store }: S3Call): S3Answer {
  if (!store.bucket(bucket).objects.get(key)) throw noSuchKey(key);
  return { xml: renderXml('Tagging', { TagSet: '' }) };
}
