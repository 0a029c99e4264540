import fc from 'fast-check';
import { compareKeys, KeyIndex } from '../../../local/s3/key-index';
import { OPERATIONS, operationOf } from '../../../local/s3/operation';
import { s3Support } from '../../../local/s3/support';

describe('a request’s operation', () => {
  test.each([
    ['GET', '/', {}, 'ListBuckets', '/'],
    ['PUT', '/lake/', {}, 'CreateBucket', 'lake/'],
    ['HEAD', '/lake', {}, 'HeadBucket', 'lake/'],
    ['GET', '/lake/?location', {}, 'GetBucketLocation', 'lake/'],
    ['GET', '/lake?list-type=2&prefix=a%20b', {}, 'ListObjectsV2', 'lake/'],
    ['GET', '/lake?prefix=a', {}, 'ListObjects', 'lake/'],
    ['GET', '/lake?uploads', {}, 'ListMultipartUploads', 'lake/'],
    ['POST', '/lake?delete=', {}, 'DeleteObjects', 'lake/'],
    ['DELETE', '/lake', {}, 'DeleteBucket', 'lake/'],
    ['GET', '/lake/a/../b?x-id=GetObject', { range: 'bytes=0-1' }, 'GetObject', 'lake/a/../b'],
    ['PUT', '/lake/a%2Bb%25', {}, 'PutObject', 'lake/a+b%'],
    ['PUT', '/lake/a', { 'x-amz-copy-source': 'lake/b' }, 'CopyObject', 'lake/a'],
    ['PUT', '/lake/a?partNumber=1&uploadId=u', {}, 'UploadPart', 'lake/a'],
    ['PUT', '/lake/a?partNumber=1&uploadId=u', { 'x-amz-copy-source': 'lake/b' }, 'UploadPartCopy', 'lake/a'],
    ['POST', '/lake/a?uploads', {}, 'CreateMultipartUpload', 'lake/a'],
    ['POST', '/lake/a?uploadId=u', {}, 'CompleteMultipartUpload', 'lake/a'],
    ['DELETE', '/lake/a?uploadId=u', {}, 'AbortMultipartUpload', 'lake/a'],
    ['GET', '/lake/a?uploadId=u', {}, 'ListParts', 'lake/a'],
  ])('%s %s %j is %s', (method, url, headers, operation, subject) => {
    expect(operationOf(method, url, headers)).toMatchObject({ operation, subject });
  });

  test.each([
    ['PUT', '/lake?versioning', {}],
    ['GET', '/lake/a?acl', {}],
    ['POST', '/lake/a', {}],
    ['PUT', '/lake/a', { 'x-amz-storage-class': 'GLACIER' }],
    ['PUT', '/lake/a', { 'if-modified-since': 'now' }],
  ])('%s %s %j is not implemented', (method, url, headers) => {
    expect(() => operationOf(method, url, headers)).toThrow(
      expect.objectContaining({ name: 'NotImplemented' }) as Error,
    );
  });

  test('is in the support list', () => {
    expect(s3Support.supported).toEqual(expect.arrayContaining([...OPERATIONS]));
  });
});

describe('key order', () => {
  // Keys are well-formed UTF-8, so only whole code points occur.
  const key = fc.string({ unit: 'binary', maxLength: 6 });

  test('is the order of UTF-8 bytes', () => {
    fc.assert(
      fc.property(key, key, (left, right) => {
        expect(Math.sign(compareKeys(left, right))).toBe(
          Buffer.compare(Buffer.from(left), Buffer.from(right)),
        );
      }),
    );
  });

  test('is kept when keys are set and deleted', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(key, fc.boolean())), key, (changes, prefix) => {
        const index = new KeyIndex<number>();
        const expected = new Set<string>();
        for (const [name, present] of changes) {
          if (present) {
            index.set(name, expected.add(name).size);
          } else {
            index.delete(name);
            expected.delete(name);
          }
        }
        const sorted = [...expected].sort((left, right) =>
          Buffer.compare(Buffer.from(left), Buffer.from(right)),
        );
        expect(Array.from({ length: index.size }, (_, position) => index.at(position)?.[0])).toEqual(sorted);
        const after = index.positionAfterPrefix(prefix);
        const expectedAfter = sorted.findIndex(
          (name) => !name.startsWith(prefix) && Buffer.compare(Buffer.from(name), Buffer.from(prefix)) > 0,
        );
        expect(after).toBe(expectedAfter < 0 ? sorted.length : expectedAfter);
      }),
    );
  });
});
