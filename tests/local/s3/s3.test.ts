import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketLocationCommand,
  GetBucketVersioningCommand,
  GetObjectAclCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListMultipartUploadsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
  paginateListObjectsV2,
  type ChecksumAlgorithm,
} from '@aws-sdk/client-s3';
import { createHash, randomBytes } from 'node:crypto';
import { readFile, readdir, rm } from 'node:fs/promises';
import { request as httpRequest, type Server } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import type { FileObjectStore } from '../../../local/s3/file-object-store';
import { temporaryFolder } from '../../../testkit/temporary-folder';
import { serveS3 } from './serve';

const BUCKET = 'lake-test';

let directory: string;
let server: Server;
let endpoint: string;
let store: FileObjectStore;
let s3: S3Client;

function clientFor(region: string): S3Client {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  return new S3Client({ endpoint, region, credentials, maxAttempts: 1 });
}

beforeAll(async () => {
  directory = temporaryFolder('sluice-s3-');
  ({ server, endpoint, store } = await serveS3(directory));
  s3 = clientFor('us-east-1');
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
});

afterAll(async () => {
  s3.destroy();
  server.closeAllConnections();
  server.close();
  await rm(directory, { recursive: true, force: true });
});

async function put(key: string, body: string | Uint8Array = key): Promise<string> {
  const { ETag } = await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: body }));
  return ETag!;
}

async function get(key: string, range?: string): Promise<string> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: key, Range: range }));
  return (await Body?.transformToString()) ?? '';
}

/** Names of the files that contain bodies or parts. */
async function bodies(): Promise<string[]> {
  const incoming = await readdir(join(directory, 'incoming'));
  return [...incoming, ...(await readdir(join(directory, 'buckets', BUCKET, 'bodies')))];
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 10));
}

interface RawAnswer {
  status: number;
  headers: Record<string, unknown>;
  body: string;
}

/** A request that no SDK would make. */
function raw(
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body = '',
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(endpoint);
    const request = httpRequest({ hostname, port, method, path, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }),
      );
    });
    request.on('error', reject).end(body);
  });
}

describe('buckets', () => {
  test('are created in the Region of their constraint, and us-east-1 has none', async () => {
    await s3.send(
      new CreateBucketCommand({
        Bucket: 'in-ireland',
        CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' },
      }),
    );
    const ireland = await s3.send(new GetBucketLocationCommand({ Bucket: 'in-ireland' }));
    const virginia = await s3.send(new GetBucketLocationCommand({ Bucket: BUCKET }));
    expect(ireland.LocationConstraint).toBe('eu-west-1');
    expect(virginia.LocationConstraint).toBeUndefined();
    await clientFor('eu-west-1').send(new DeleteBucketCommand({ Bucket: 'in-ireland' }));
  });

  test('return their Region to HeadBucket', async () => {
    const { BucketRegion } = await s3.send(new HeadBucketCommand({ Bucket: BUCKET }));
    expect(BucketRegion).toBe('us-east-1');
  });

  test('are 404 without a body for HeadBucket if they do not exist', async () => {
    await expect(s3.send(new HeadBucketCommand({ Bucket: 'no-such-bucket' }))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 404 },
    });
    expect(await raw('HEAD', '/no-such-bucket')).toMatchObject({ status: 404, body: '' });
  });

  test('answer 301 with their Region to a request that is signed for another', async () => {
    const elsewhere = clientFor('eu-west-1');
    await expect(elsewhere.send(new ListObjectsV2Command({ Bucket: BUCKET }))).rejects.toMatchObject({
      name: 'PermanentRedirect',
      $metadata: { httpStatusCode: 301 },
      $response: { headers: { 'x-amz-bucket-region': 'us-east-1' } },
    });
    expect(
      (await elsewhere.send(new GetBucketLocationCommand({ Bucket: BUCKET }))).$metadata.httpStatusCode,
    ).toBe(200);
  });

  test.each([
    'ab',
    'Upper',
    'under_score',
    '-dash',
    'dash-',
    'two..dots',
    '192.168.0.1',
    'xn--b',
    'b-s3alias',
  ])('cannot be named %s', async (name) => {
    expect(await raw('PUT', `/${name}`)).toMatchObject({
      status: 400,
      body: expect.stringContaining('<Code>InvalidBucketName</Code>') as string,
    });
  });

  test('refuse a wrong Region', async () => {
    const constraint = (region: string) =>
      `<CreateBucketConfiguration><LocationConstraint>${region}</LocationConstraint></CreateBucketConfiguration>`;
    const refused = await raw('PUT', '/another-one', {}, constraint('us-east-1'));
    expect(refused.body).toContain('<Code>InvalidLocationConstraint</Code>');
    await expect(
      clientFor('eu-west-1').send(
        new CreateBucketCommand({
          Bucket: 'another-one',
          CreateBucketConfiguration: { LocationConstraint: 'eu-central-1' },
        }),
      ),
    ).rejects.toMatchObject({ name: 'IllegalLocationConstraintException' });
  });

  test('are listed, and can be deleted when they are empty', async () => {
    await s3.send(new CreateBucketCommand({ Bucket: 'short-lived' }));
    await s3.send(new PutObjectCommand({ Bucket: 'short-lived', Key: 'a', Body: 'a' }));
    const names = async () =>
      (await s3.send(new ListBucketsCommand({}))).Buckets?.map((bucket) => bucket.Name);
    expect(await names()).toEqual([BUCKET, 'short-lived']);
    await expect(s3.send(new DeleteBucketCommand({ Bucket: 'short-lived' }))).rejects.toMatchObject({
      name: 'BucketNotEmpty',
      $metadata: { httpStatusCode: 409 },
    });
    await s3.send(new DeleteObjectCommand({ Bucket: 'short-lived', Key: 'a' }));
    await s3.send(new DeleteBucketCommand({ Bucket: 'short-lived' }));
    expect(await names()).toEqual([BUCKET]);
  });
});

describe('objects', () => {
  test('are returned with their type, headers, metadata, ETag and checksum', async () => {
    await s3.send(
      new PutObjectCommand({
        Bucket: BUCKET,
        Key: 'described',
        Body: 'hello',
        ContentType: 'text/plain',
        CacheControl: 'no-store',
        ContentEncoding: 'identity',
        Metadata: { source: 'test', 'two-words': 'a b' },
      }),
    );
    const object = await s3.send(
      new GetObjectCommand({ Bucket: BUCKET, Key: 'described', ChecksumMode: 'ENABLED' }),
    );
    expect(object).toMatchObject({
      ContentType: 'text/plain',
      CacheControl: 'no-store',
      ContentEncoding: 'identity',
      Metadata: { source: 'test', 'two-words': 'a b' },
      ETag: `"${createHash('md5').update('hello').digest('hex')}"`,
      ContentLength: 5,
      ChecksumCRC32: 'NhCmhg==',
      ChecksumType: 'FULL_OBJECT',
    });
    expect(await object.Body?.transformToString()).toBe('hello');
    const head = await s3.send(new HeadObjectCommand({ Bucket: BUCKET, Key: 'described' }));
    expect(head).toMatchObject({ ContentLength: 5, ContentType: 'text/plain', AcceptRanges: 'bytes' });
  });

  test('are stored as plain files with exactly their bytes', async () => {
    const body = randomBytes(300_000);
    await put('plain file', body);
    const object = await store.head(BUCKET, 'plain file');
    expect((await readFile(object?.path ?? '')).equals(body)).toBe(true);
  });

  test.each([
    'plain',
    'with space',
    'a+b%20c%2Bd',
    'quotes " and \' and `',
    'ünïcödé/日本語/😀',
    '../up/../../etc/passwd',
    'a//b/./c/',
    'line\nbreak\rtab\t',
    '<&>;?#=@:$!*()[]{}|\\^~',
    '\u{ff5e} and \u{1f600}',
    'k'.repeat(1024),
    'é'.repeat(512),
  ])('keep the key %j', async (key) => {
    await put(key, `body of ${key}`);
    expect(await get(key)).toBe(`body of ${key}`);
    const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix: key }));
    if (key !== '\u{ffff}bmp and \u{1f600} astral')
      expect(Contents?.map((object) => object.Key)).toContain(key);
    await s3.send(new DeleteObjectsCommand({ Bucket: BUCKET, Delete: { Objects: [{ Key: key }] } }));
    expect(await store.head(BUCKET, key)).toBeUndefined();
  });

  test('have keys of at most 1,024 bytes', async () => {
    await expect(put('é'.repeat(513))).rejects.toMatchObject({ name: 'KeyTooLongError' });
  });

  test('can be empty', async () => {
    await put('empty', new Uint8Array());
    expect(await get('empty')).toBe('');
    await expect(get('empty', 'bytes=-8')).rejects.toMatchObject({ name: 'InvalidRange' });
  });

  test('are NoSuchKey if they do not exist, and 404 without a body for HEAD', async () => {
    await expect(get('none')).rejects.toMatchObject({
      name: 'NoSuchKey',
      $metadata: { httpStatusCode: 404 },
    });
    await expect(s3.send(new HeadObjectCommand({ Bucket: BUCKET, Key: 'none' }))).rejects.toMatchObject({
      name: 'NotFound',
    });
    await expect(s3.send(new GetObjectCommand({ Bucket: 'no-such-bucket', Key: 'a' }))).rejects.toMatchObject(
      {
        name: 'NoSuchBucket',
      },
    );
  });

  test.each([
    ['bytes=-8', '23456789'],
    ['bytes=15-', 'fghij0123456789'],
    ['bytes=0-3', '0123'],
    ['bytes=28-1000', '89'],
    ['bytes=-1000', '0123456789abcdefghij0123456789'],
    ['bytes=5-2', '0123456789abcdefghij0123456789'],
    ['lines=1-2', '0123456789abcdefghij0123456789'],
  ])('return the range %s', async (range, expected) => {
    await put('ranged', '0123456789abcdefghij0123456789');
    expect(await get('ranged', range)).toBe(expected);
  });

  test('name the range that they return', async () => {
    await put('ranged', '0123456789');
    const part = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: 'ranged', Range: 'bytes=-4' }));
    expect(part).toMatchObject({
      ContentRange: 'bytes 6-9/10',
      ContentLength: 4,
      $metadata: { httpStatusCode: 206 },
    });
    await expect(get('ranged', 'bytes=10-')).rejects.toMatchObject({
      name: 'InvalidRange',
      $metadata: { httpStatusCode: 416 },
    });
  });

  test('answer conditional reads', async () => {
    const etag = await put('conditional');
    const read = (conditions: object) =>
      s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: 'conditional', ...conditions }));
    const hour = 3_600_000;
    await expect(read({ IfMatch: etag })).resolves.toBeDefined();
    await expect(read({ IfMatch: '"other"' })).rejects.toMatchObject({ name: 'PreconditionFailed' });
    await expect(read({ IfNoneMatch: '"other"' })).resolves.toBeDefined();
    await expect(read({ IfNoneMatch: etag })).rejects.toMatchObject({ $metadata: { httpStatusCode: 304 } });
    await expect(read({ IfModifiedSince: new Date(Date.now() + hour) })).rejects.toMatchObject({
      $metadata: { httpStatusCode: 304 },
    });
    await expect(read({ IfModifiedSince: new Date(Date.now() - hour) })).resolves.toBeDefined();
    await expect(read({ IfUnmodifiedSince: new Date(Date.now() - hour) })).rejects.toMatchObject({
      name: 'PreconditionFailed',
    });
    await expect(
      read({ IfMatch: etag, IfUnmodifiedSince: new Date(Date.now() - hour) }),
    ).resolves.toBeDefined();
    await expect(
      read({ IfNoneMatch: '"other"', IfModifiedSince: new Date(Date.now() + hour) }),
    ).resolves.toBeDefined();
  });

  test('answer conditional writes', async () => {
    const write = (conditions: object, key = 'once') =>
      s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: 'x', ...conditions }));
    const { ETag } = await write({ IfNoneMatch: '*' });
    await expect(write({ IfNoneMatch: '*' })).rejects.toMatchObject({ name: 'PreconditionFailed' });
    await expect(write({ IfMatch: '"other"' })).rejects.toMatchObject({ name: 'PreconditionFailed' });
    await expect(write({ IfMatch: ETag })).resolves.toBeDefined();
    await expect(write({ IfMatch: ETag }, 'never written')).rejects.toMatchObject({ name: 'NoSuchKey' });
    await expect(write({ IfNoneMatch: ETag })).rejects.toMatchObject({ name: 'NotImplemented' });
  });

  test('can be created by only one of two writers with If-None-Match: *', async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 8 }, (_, writer) =>
        s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'raced', Body: `${writer}`, IfNoneMatch: '*' })),
      ),
    );
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1);
  });

  test('are read whole while they are replaced', async () => {
    const versions = ['a', 'b'].map((letter) => letter.repeat(200_000));
    await put('replaced', versions[0]);
    const reads: Promise<string>[] = [];
    for (let round = 0; round < 20; round++) {
      reads.push(get('replaced'));
      await put('replaced', versions[round % 2]);
    }
    for (const body of await Promise.all(reads)) expect(versions).toContain(body);
  });

  test('stay deleted, and deleting a missing one is no error', async () => {
    await put('deleted');
    for (let time = 0; time < 2; time++) {
      const { $metadata } = await s3.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: 'deleted' }));
      expect($metadata.httpStatusCode).toBe(204);
    }
    await expect(get('deleted')).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  test('can be deleted many at a time', async () => {
    await Promise.all(['many/1', 'many/2', 'many/3'].map((key) => put(key)));
    const { Deleted, Errors } = await s3.send(
      new DeleteObjectsCommand({
        Bucket: BUCKET,
        Delete: { Objects: [{ Key: 'many/1' }, { Key: 'many/2' }, { Key: 'many/none' }] },
      }),
    );
    expect(Deleted?.map((entry) => entry.Key)).toEqual(['many/1', 'many/2', 'many/none']);
    expect(Errors).toBeUndefined();
    expect(store.list(BUCKET, 'many/').map((object) => object.key)).toEqual(['many/3']);
    const quiet = await s3.send(
      new DeleteObjectsCommand({ Bucket: BUCKET, Delete: { Quiet: true, Objects: [{ Key: 'many/3' }] } }),
    );
    expect(quiet.Deleted).toBeUndefined();
  });

  test('are not deleted by a list without a digest or with more than 1,000 keys', async () => {
    const undigested = await raw(
      'POST',
      `/${BUCKET}?delete`,
      {},
      '<Delete><Object><Key>a</Key></Object></Delete>',
    );
    expect(undigested.body).toContain('<Code>InvalidRequest</Code>');
    const keys = Array.from({ length: 1001 }, (_, number) => ({ Key: `${number}` }));
    await expect(
      s3.send(new DeleteObjectsCommand({ Bucket: BUCKET, Delete: { Objects: keys } })),
    ).rejects.toMatchObject({ name: 'MalformedXML' });
  });

  test('are copied with their own metadata or new metadata', async () => {
    await s3.send(
      new PutObjectCommand({ Bucket: BUCKET, Key: 'original +%', Body: 'text', Metadata: { kept: 'yes' } }),
    );
    const CopySource = `${BUCKET}/${encodeURIComponent('original +%')}`;
    await s3.send(new CopyObjectCommand({ Bucket: BUCKET, Key: 'copy', CopySource }));
    const head = (key: string) => s3.send(new HeadObjectCommand({ Bucket: BUCKET, Key: key }));
    expect(await get('copy')).toBe('text');
    expect((await head('copy')).Metadata).toEqual({ kept: 'yes' });
    await s3.send(
      new CopyObjectCommand({
        Bucket: BUCKET,
        Key: 'copy',
        CopySource,
        MetadataDirective: 'REPLACE',
        Metadata: { replaced: 'yes' },
      }),
    );
    expect((await head('copy')).Metadata).toEqual({ replaced: 'yes' });
    await expect(
      s3.send(new CopyObjectCommand({ Bucket: BUCKET, Key: 'original +%', CopySource })),
    ).rejects.toMatchObject({ name: 'InvalidRequest' });
    await expect(
      s3.send(
        new CopyObjectCommand({ Bucket: BUCKET, Key: 'copy', CopySource, CopySourceIfMatch: '"other"' }),
      ),
    ).rejects.toMatchObject({ name: 'PreconditionFailed' });
    await expect(
      s3.send(new CopyObjectCommand({ Bucket: BUCKET, Key: 'copy', CopySource: `${BUCKET}/none` })),
    ).rejects.toMatchObject({ name: 'NoSuchKey' });
  });
});

describe('bodies', () => {
  test.each<ChecksumAlgorithm>(['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'])(
    'are verified and returned with %s',
    async (algorithm) => {
      // The check values of the CRC catalogues for the text 123456789.
      const expected = {
        CRC32: 'cbf43926',
        CRC32C: 'e3069283',
        CRC64NVME: 'ae8b14860a799888',
        SHA1: createHash('sha1').update('123456789').digest('hex'),
        SHA256: createHash('sha256').update('123456789').digest('hex'),
      }[algorithm as string];
      const value = Buffer.from(expected!, 'hex').toString('base64');
      const member = `Checksum${algorithm}`;
      const send = (body: string) =>
        s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: algorithm, Body: body, [member]: value }));
      expect(await send('123456789')).toMatchObject({ [member]: value });
      await expect(send('123456780')).rejects.toMatchObject({ name: 'BadDigest' });
      const head = await s3.send(
        new HeadObjectCommand({ Bucket: BUCKET, Key: algorithm, ChecksumMode: 'ENABLED' }),
      );
      expect(head).toMatchObject({ [member]: value, ContentLength: 9 });
    },
  );

  test('with a wrong checksum, MD5 or SHA-256 are refused and leave no object', async () => {
    const before = await bodies();
    const wrong = [
      { 'x-amz-checksum-crc32': 'AAAAAA==' },
      { 'content-md5': createHash('md5').update('other').digest('base64') },
      { 'x-amz-content-sha256': createHash('sha256').update('other').digest('hex') },
    ];
    for (const headers of wrong) {
      const answer = await raw(
        'PUT',
        `/${BUCKET}/wrong`,
        { ...headers, 'content-length': '4' } as never,
        'text',
      );
      expect(answer.status).toBe(400);
      expect(answer.body).toMatch(/<Code>(BadDigest|XAmzContentSHA256Mismatch)<\/Code>/);
    }
    expect(await store.head(BUCKET, 'wrong')).toBeUndefined();
    expect(await bodies()).toEqual(before);
  });

  test('from streams are decoded and their trailing checksum is verified', async () => {
    const chunks = Array.from({ length: 40 }, () => randomBytes(70_001));
    const whole = Buffer.concat(chunks);
    await s3.send(
      new PutObjectCommand({
        Bucket: BUCKET,
        Key: 'streamed',
        Body: Readable.from(chunks),
        ContentLength: whole.length,
      }),
    );
    const object = await s3.send(
      new GetObjectCommand({ Bucket: BUCKET, Key: 'streamed', ChecksumMode: 'ENABLED' }),
    );
    expect(object.ContentEncoding).toBeUndefined();
    expect(object.ChecksumCRC32).toBeDefined();
    expect(whole.equals((await object.Body?.transformToByteArray()) ?? Buffer.alloc(0))).toBe(true);
  });

  const chunked = (trailer: string, size = 4) =>
    raw(
      'PUT',
      `/${BUCKET}/chunked`,
      {
        'content-encoding': 'aws-chunked',
        'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
        'x-amz-decoded-content-length': String(size),
        'x-amz-trailer': 'x-amz-checksum-crc32',
      },
      `2\r\nte\r\n2;chunk-signature=abc\r\nxt\r\n0\r\n${trailer}\r\n`,
    );

  test('in aws-chunked form with a wrong, missing or malformed trailer, or another length, are refused', async () => {
    const right = Buffer.alloc(4);
    right.writeUInt32BE(crc32('text'));
    const trailer = `x-amz-checksum-crc32:${right.toString('base64')}\r\n`;
    expect((await chunked('x-amz-checksum-crc32:AAAAAA==\r\n')).body).toContain('<Code>BadDigest</Code>');
    expect((await chunked('x-amz-checksum-crc32:nonsense\r\n')).body).toContain(
      '<Code>InvalidRequest</Code>',
    );
    expect((await chunked('')).body).toContain('<Code>IncompleteBody</Code>');
    expect((await chunked(trailer, 5)).body).toContain('<Code>IncompleteBody</Code>');
    expect((await chunked(trailer, 3)).body).toContain('<Code>IncompleteBody</Code>');
    expect(await store.head(BUCKET, 'chunked')).toBeUndefined();
    expect((await chunked(trailer)).status).toBe(200);
    expect(await get('chunked')).toBe('text');
  });

  test('that break off leave no object', async () => {
    const before = await bodies();
    const { hostname, port } = new URL(endpoint);
    const headers = { 'content-length': '1000000' };
    const request = httpRequest({ hostname, port, method: 'PUT', path: `/${BUCKET}/broken`, headers });
    request.on('error', () => undefined);
    await new Promise((resolve) => request.write(Buffer.alloc(200_000), resolve));
    await until(async () => (await bodies()).length > before.length);
    request.destroy();
    await until(async () => (await bodies()).length === before.length);
    expect(await store.head(BUCKET, 'broken')).toBeUndefined();
    expect(await bodies()).toEqual(before);
  });

  test('need a length', async () => {
    const answer = await raw('PUT', `/${BUCKET}/unsized`, { 'transfer-encoding': 'chunked' }, 'text');
    expect(answer).toMatchObject({ status: 501 });
    expect(answer.body).toContain('<Code>NotImplemented</Code>');
  });
});

describe('listings', () => {
  const keys = Array.from({ length: 2500 }, (_, number) => `listed/${String(number).padStart(5, '0')}`);

  beforeAll(async () => {
    await Promise.all(keys.map((key) => store.put(BUCKET, key, Buffer.from(key))));
    for (const key of ['tree/a', 'tree/b/1', 'tree/b/2', 'tree/c/1', 'tree/d', 'tree/\u{ff5e}', 'tree/😀']) {
      await store.put(BUCKET, key, Buffer.from(key));
    }
  });

  test('of 2,500 keys come in pages, each key once and in order', async () => {
    const sizes: number[] = [];
    const found: string[] = [];
    for await (const page of paginateListObjectsV2({ client: s3 }, { Bucket: BUCKET, Prefix: 'listed/' })) {
      sizes.push(page.KeyCount ?? 0);
      found.push(...(page.Contents ?? []).map((object) => object.Key!));
    }
    expect(sizes).toEqual([1000, 1000, 500]);
    expect(found).toEqual(keys);
  });

  test('continue from a token while keys are added and removed', async () => {
    const first = await s3.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix: 'listed/', MaxKeys: 10 }));
    await store.put(BUCKET, 'listed/00009-added', Buffer.from(''));
    store.delete(BUCKET, 'listed/00009');
    const second = await s3.send(
      new ListObjectsV2Command({
        Bucket: BUCKET,
        Prefix: 'listed/',
        MaxKeys: 2,
        ContinuationToken: first.NextContinuationToken,
      }),
    );
    expect(second.Contents?.map((object) => object.Key)).toEqual(['listed/00009-added', 'listed/00010']);
    store.delete(BUCKET, 'listed/00009-added');
    await store.put(BUCKET, 'listed/00009', Buffer.from(''));
  });

  test('can start after a key, and end with the last key', async () => {
    const page = await s3.send(
      new ListObjectsV2Command({
        Bucket: BUCKET,
        Prefix: 'listed/',
        StartAfter: 'listed/02497',
        FetchOwner: true,
      }),
    );
    expect(page).toMatchObject({ KeyCount: 2, IsTruncated: false, StartAfter: 'listed/02497' });
    expect(page.NextContinuationToken).toBeUndefined();
    expect(page.Contents?.[0]).toMatchObject({ Key: 'listed/02498', Size: 12, StorageClass: 'STANDARD' });
    expect(page.Contents?.[0]?.Owner?.ID).toHaveLength(64);
  });

  test('roll keys up into common prefixes', async () => {
    const page = await s3.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix: 'tree/', Delimiter: '/' }));
    expect(page.CommonPrefixes?.map((entry) => entry.Prefix)).toEqual(['tree/b/', 'tree/c/']);
    // Bytewise: U+FF5E comes before U+1F600, though not in UTF-16.
    expect(page.Contents?.map((object) => object.Key)).toEqual([
      'tree/a',
      'tree/d',
      'tree/\u{ff5e}',
      'tree/😀',
    ]);
    expect(page.KeyCount).toBe(6);
  });

  test('of common prefixes come in pages', async () => {
    const found: (string | undefined)[] = [];
    const pages = paginateListObjectsV2(
      { client: s3, pageSize: 1 },
      { Bucket: BUCKET, Prefix: 'tree/', Delimiter: '/' },
    );
    for await (const page of pages) {
      found.push(...(page.Contents ?? []).map((object) => object.Key));
      found.push(...(page.CommonPrefixes ?? []).map((entry) => entry.Prefix));
    }
    expect(found).toEqual(['tree/a', 'tree/b/', 'tree/c/', 'tree/d', 'tree/\u{ff5e}', 'tree/😀']);
  });

  test('of version 1 return a marker only with a delimiter', async () => {
    const page = (parameters: object) =>
      s3.send(new ListObjectsCommand({ Bucket: BUCKET, Prefix: 'tree/', ...parameters }));
    const rolled = await page({ Delimiter: '/', MaxKeys: 2 });
    expect(rolled).toMatchObject({ NextMarker: 'tree/b/', IsTruncated: true, MaxKeys: 2 });
    const next = await page({ Delimiter: '/', Marker: rolled.NextMarker });
    expect(next.CommonPrefixes?.map((entry) => entry.Prefix)).toEqual(['tree/c/']);
    expect((await page({ MaxKeys: 2 })).NextMarker).toBeUndefined();
    expect((await page({ Marker: 'tree/b/1', MaxKeys: 1 })).Contents?.[0]?.Key).toBe('tree/b/2');
  });

  test('encode keys on request', async () => {
    await store.put(BUCKET, 'encoded/a b+c\u0001é', Buffer.from(''));
    const page = await s3.send(
      new ListObjectsV2Command({ Bucket: BUCKET, Prefix: 'encoded/', EncodingType: 'url' }),
    );
    expect(page).toMatchObject({ EncodingType: 'url', Contents: [{ Key: 'encoded/a+b%2Bc%01%C3%A9' }] });
  });

  test('of no keys are empty', async () => {
    const none = await s3.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix: 'nothing/' }));
    expect(none).toMatchObject({ KeyCount: 0, IsTruncated: false });
    expect(none.Contents).toBeUndefined();
    const zero = await s3.send(new ListObjectsV2Command({ Bucket: BUCKET, MaxKeys: 0 }));
    expect(zero).toMatchObject({ KeyCount: 0, IsTruncated: false, MaxKeys: 0 });
  });

  test.each(['max-keys=-1', 'max-keys=x', 'continuation-token=abc', 'encoding-type=hex'])(
    'refuse %s',
    async (parameter) => {
      const answer = await raw('GET', `/${BUCKET}?list-type=2&${parameter}`);
      expect(answer).toMatchObject({ status: 400 });
      expect(answer.body).toContain('<Code>InvalidArgument</Code>');
    },
  );
});

describe('multipart uploads', () => {
  const MIB = 1024 ** 2;

  async function start(key: string, parameters: object = {}): Promise<string> {
    const created = await s3.send(
      new CreateMultipartUploadCommand({ Bucket: BUCKET, Key: key, ...parameters }),
    );
    return created.UploadId!;
  }

  function upload(key: string, id: string, number: number, body: Uint8Array, parameters: object = {}) {
    return s3.send(
      new UploadPartCommand({
        Bucket: BUCKET,
        Key: key,
        UploadId: id,
        PartNumber: number,
        Body: body,
        ...parameters,
      }),
    );
  }

  function complete(
    key: string,
    id: string,
    parts: { PartNumber: number; ETag?: string }[],
    parameters: object = {},
  ) {
    return s3.send(
      new CompleteMultipartUploadCommand({
        Bucket: BUCKET,
        Key: key,
        UploadId: id,
        MultipartUpload: { Parts: parts },
        ...parameters,
      }),
    );
  }

  test('join the parts in order, however they were uploaded', async () => {
    const [first, second] = [randomBytes(5 * MIB), randomBytes(1000)];
    const id = await start('assembled', { Metadata: { made: 'of parts' }, ContentType: 'text/csv' });
    const late = await upload('assembled', id, 7, second);
    await upload('assembled', id, 2, randomBytes(100));
    const early = await upload('assembled', id, 2, first);
    const parts = [
      { PartNumber: 2, ETag: early.ETag },
      { PartNumber: 7, ETag: late.ETag },
    ];
    const { ETag } = await complete('assembled', id, parts);
    const md5 = (bytes: Uint8Array) => createHash('md5').update(bytes).digest();
    expect(ETag).toBe(`"${createHash('md5').update(md5(first)).update(md5(second)).digest('hex')}-2"`);
    const object = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: 'assembled' }));
    expect(object).toMatchObject({ Metadata: { made: 'of parts' }, ContentType: 'text/csv' });
    const body = (await object.Body?.transformToByteArray()) ?? Buffer.alloc(0);
    expect(Buffer.concat([first, second]).equals(body)).toBe(true);

    // The client may have lost the first answer.
    expect((await complete('assembled', id, parts)).ETag).toBe(ETag);
    expect(await readdir(join(directory, 'uploads'))).toEqual([]);
  });

  test('have a composite checksum or one for the full object', async () => {
    const body = Buffer.from('123456789');
    const composite = await start('composite', { ChecksumAlgorithm: 'SHA256' });
    const part = await upload('composite', composite, 1, body, { ChecksumAlgorithm: 'SHA256' });
    await expect(
      complete('composite', composite, [{ PartNumber: 1, ETag: part.ETag }]),
    ).rejects.toMatchObject({
      name: 'InvalidRequest',
    });
    const done = await complete('composite', composite, [{ PartNumber: 1, ...part }]);
    const digest = createHash('sha256').update(createHash('sha256').update(body).digest()).digest('base64');
    expect(done).toMatchObject({ ChecksumSHA256: `${digest}-1`, ChecksumType: 'COMPOSITE' });

    const full = await start('full', { ChecksumAlgorithm: 'CRC32', ChecksumType: 'FULL_OBJECT' });
    const whole = await upload('full', full, 1, body, { ChecksumAlgorithm: 'CRC32' });
    await expect(
      complete('full', full, [{ PartNumber: 1, ...whole }], { ChecksumCRC32: 'AAAAAA==' }),
    ).rejects.toMatchObject({ name: 'BadDigest' });
    const finished = await complete('full', full, [{ PartNumber: 1, ...whole }]);
    expect(finished).toMatchObject({ ChecksumCRC32: 'y/Q5Jg==', ChecksumType: 'FULL_OBJECT' });
    await expect(
      start('bad', { ChecksumAlgorithm: 'SHA1', ChecksumType: 'FULL_OBJECT' }),
    ).rejects.toMatchObject({
      name: 'InvalidRequest',
    });
  });

  test('are listed with their parts in pages, and can be aborted', async () => {
    const id = await start('listed-upload');
    for (const number of [1, 2, 3]) await upload('listed-upload', id, number, Buffer.from(`part ${number}`));
    const list = (parameters: object) =>
      s3.send(new ListPartsCommand({ Bucket: BUCKET, Key: 'listed-upload', UploadId: id, ...parameters }));
    const page = await list({ MaxParts: 2 });
    expect(page).toMatchObject({ IsTruncated: true, NextPartNumberMarker: '2' });
    expect(page.Parts?.map((part) => [part.PartNumber, part.Size])).toEqual([
      [1, 6],
      [2, 6],
    ]);
    expect((await list({ PartNumberMarker: '2' })).Parts?.map((part) => part.PartNumber)).toEqual([3]);

    const other = await start('listed-upload-2');
    const uploads = await s3.send(new ListMultipartUploadsCommand({ Bucket: BUCKET, MaxUploads: 1 }));
    expect(uploads).toMatchObject({ IsTruncated: true, Uploads: [{ Key: 'listed-upload', UploadId: id }] });
    const rest = await s3.send(
      new ListMultipartUploadsCommand({
        Bucket: BUCKET,
        KeyMarker: uploads.NextKeyMarker,
        UploadIdMarker: uploads.NextUploadIdMarker,
      }),
    );
    expect(rest.Uploads?.map((upload) => upload.UploadId)).toEqual([other]);

    for (const [key, uploadId] of [
      ['listed-upload', id],
      ['listed-upload-2', other],
    ]) {
      await s3.send(new AbortMultipartUploadCommand({ Bucket: BUCKET, Key: key, UploadId: uploadId }));
    }
    await expect(list({})).rejects.toMatchObject({ name: 'NoSuchUpload' });
    expect(await readdir(join(directory, 'uploads'))).toEqual([]);
  });

  test('refuse parts that are too small, wrong, unordered or above number 10,000', async () => {
    const id = await start('refused');
    const one = await upload('refused', id, 1, Buffer.from('small'));
    const two = await upload('refused', id, 2, Buffer.from('small'));
    const parts = [
      { PartNumber: 1, ETag: one.ETag },
      { PartNumber: 2, ETag: two.ETag },
    ];
    await expect(complete('refused', id, parts)).rejects.toMatchObject({ name: 'EntityTooSmall' });
    await expect(complete('refused', id, [...parts].reverse())).rejects.toMatchObject({
      name: 'InvalidPartOrder',
    });
    await expect(complete('refused', id, [{ PartNumber: 1, ETag: '"other"' }])).rejects.toMatchObject({
      name: 'InvalidPart',
    });
    await expect(complete('refused', id, [])).rejects.toMatchObject({ name: 'MalformedXML' });
    await expect(upload('refused', id, 10_001, Buffer.from(''))).rejects.toMatchObject({
      name: 'InvalidArgument',
    });
    await expect(upload('refused', 'other', 1, Buffer.from(''))).rejects.toMatchObject({
      name: 'NoSuchUpload',
    });
    expect(await store.head(BUCKET, 'refused')).toBeUndefined();
    await s3.send(new AbortMultipartUploadCommand({ Bucket: BUCKET, Key: 'refused', UploadId: id }));
  });
});

describe('a feature that the twin lacks', () => {
  test('is answered with NotImplemented', async () => {
    const Bucket = BUCKET;
    const Key = 'refused-features';
    await put(Key);
    const refused = [
      s3.send(new GetBucketVersioningCommand({ Bucket })),
      s3.send(new GetObjectAclCommand({ Bucket, Key })),
      s3.send(new GetObjectCommand({ Bucket, Key, VersionId: '1' })),
      s3.send(new GetObjectCommand({ Bucket, Key, PartNumber: 1 })),
      s3.send(new GetObjectCommand({ Bucket, Key, Range: 'bytes=0-1,3-4' })),
      s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x', ACL: 'public-read' })),
      s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x', ServerSideEncryption: 'aws:kms' })),
      s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x', Tagging: 'a=b' })),
      s3.send(new DeleteObjectCommand({ Bucket, Key, IfMatch: '*' })),
    ];
    for (const outcome of await Promise.allSettled(refused)) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { name: 'NotImplemented' } });
    }
    expect(await get(Key)).toBe(Key);
  });

  test('are 400 for elements that are nested too deep for the parser', async () => {
    const body = `<Delete>${'<a>'.repeat(2_000)}${'</a>'.repeat(2_000)}</Delete>`;
    const headers = { 'content-md5': createHash('md5').update(body).digest('base64') };
    const answer = await raw('POST', `/${BUCKET}?delete`, headers, body);
    expect(answer.body).toContain('<Code>MalformedXML</Code>');
  });

  test('can be an unknown query parameter, method or escape', async () => {
    expect((await raw('GET', `/${BUCKET}?list-type=2&surprise=1`)).body).toContain(
      '<Code>NotImplemented</Code>',
    );
    expect((await raw('PATCH', `/${BUCKET}/key`)).body).toContain('<Code>MethodNotAllowed</Code>');
    expect((await raw('GET', `/${BUCKET}/%ff`)).body).toContain('<Code>InvalidURI</Code>');
  });
});
