import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCopyCommand,
  type UploadPartCopyCommandInput,
} from '@aws-sdk/client-s3';
import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { request, type IncomingMessage, type Server } from 'node:http';
import { temporaryFolder } from '../../../testkit/temporary-folder';
import { serveS3 } from './serve';

/** What stock clients send by default, or out of habit: S3 takes it, so the twin must. */

const BUCKET = 'stock';
const FIVE_MIB = 5 * 1024 ** 2;

let directory: string;
let server: Server;
let endpoint: string;
let s3: S3Client;

const clientFor = (region: string) =>
  new S3Client({ endpoint, region, credentials: { accessKeyId: 'a', secretAccessKey: 'b' }, maxAttempts: 1 });

beforeAll(async () => {
  directory = temporaryFolder('sluice-s3-');
  ({ server, endpoint } = await serveS3(directory));
  s3 = clientFor('us-east-1');
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
});

afterAll(async () => {
  s3.destroy();
  server.closeAllConnections();
  server.close();
  await rm(directory, { recursive: true, force: true });
});

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A request byte by byte: in latin1 a character is a byte. */
function send(
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body = '',
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(endpoint + path, { method, headers }, (response) => {
      let text = '';
      response.setEncoding('latin1').on('data', (chunk: string) => (text += chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }),
      );
    });
    sent.on('error', reject).end(body, 'latin1');
  });
}

const codeOf = ({ status, body }: Answer) => `${status} ${/<Code>(.*)<\/Code>/.exec(body)?.[1] ?? ''}`.trim();

describe('a put', () => {
  test.each<[client: string, headers: Record<string, string>]>([
    ['the SDK for C++', { 'x-amz-api-version': '2006-03-01', 'amz-sdk-invocation-id': 'x' }],
    ['rclone', { 'x-amz-acl': 'private', 'x-amz-meta-mtime': '1764291000.25' }],
    ['a writer to the bucket of another account', { 'x-amz-acl': 'bucket-owner-full-control' }],
    [
      '--sse --storage-class',
      { 'x-amz-server-side-encryption': 'AES256', 'x-amz-storage-class': 'STANDARD' },
    ],
    [
      'a careful client',
      { 'x-amz-expected-bucket-owner': '000000000000', 'x-amz-request-payer': 'requester' },
    ],
  ])('of %s is taken', async (_, headers) => {
    const answer = await send('PUT', `/${BUCKET}/put`, headers, 'x');
    expect(codeOf(answer)).toBe('200');
    expect(answer.headers['x-amz-server-side-encryption']).toBe('AES256');
  });

  test('waits for 100 Continue', async () => {
    const sent = request(`${endpoint}/${BUCKET}/continued`, {
      method: 'PUT',
      headers: { expect: '100-continue', 'content-length': 4 },
    });
    const status = await new Promise((resolve, reject) => {
      sent.on('continue', () => sent.end('body'));
      sent.on('error', reject).on('response', (response) => resolve(response.resume().statusCode));
      sent.flushHeaders();
    });
    expect(status).toBe(200);
  });

  test.each<[headers: Record<string, string>, code: string]>([
    [{ 'x-amz-acl': 'public-read' }, '501 NotImplemented'],
    [{ 'x-amz-storage-class': 'GLACIER' }, '501 NotImplemented'],
    [{ 'x-amz-server-side-encryption': 'aws:kms' }, '501 NotImplemented'],
    [{ 'x-amz-surprise': '1' }, '501 NotImplemented'],
    [{ 'x-amz-expected-bucket-owner': '123456789012' }, '403 AccessDenied'],
  ])('with %j is refused', async (headers, code) => {
    expect(codeOf(await send('PUT', `/${BUCKET}/refused`, headers, 'x'))).toBe(code);
  });

  test('keeps metadata and Content-Encoding as sent', async () => {
    const utf8 = Buffer.from('Zürich ✓').toString('latin1');
    const sent = {
      'x-amz-meta-place': utf8,
      'x-amz-meta-list': 'a,  b',
      'content-encoding': 'aws-chunked,gzip, br',
    };
    await send('PUT', `/${BUCKET}/kept`, sent, 'x');
    for (const method of ['GET', 'HEAD']) {
      expect((await send(method, `/${BUCKET}/kept`)).headers).toMatchObject({
        'x-amz-meta-place': utf8,
        'x-amz-meta-list': 'a,  b',
        'content-encoding': 'gzip, br',
      });
    }
  });

  test('may have 2 KB of metadata in bytes, whatever they encode', async () => {
    const utf8 = Buffer.from('ü'.repeat(1_023)).toString('latin1');
    expect(codeOf(await send('PUT', `/${BUCKET}/wide`, { 'x-amz-meta-a': utf8 }))).toBe('200');
    expect(codeOf(await send('PUT', `/${BUCKET}/wide`, { 'x-amz-meta-abcd': utf8 }))).toBe(
      '400 MetadataTooLarge',
    );
  });

  test('ends with its last chunk', async () => {
    const headers = {
      'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
      'x-amz-decoded-content-length': '1',
    };
    const put = (body: string) => send('PUT', `/${BUCKET}/chunked`, headers, body);
    expect(codeOf(await put('1\r\nx\r\n0\r\n\r\n'))).toBe('200');
    expect(codeOf(await put('1\r\nx\r\n0\r\n\r\njunk'))).toBe('400 MalformedTrailerError');
  });
});

describe('a presigned request', () => {
  const stamp = (ago: number) => new Date(Date.now() - ago * 1000).toISOString().replace(/[-:]|\.\d+/g, '');
  const version4 = (more: Record<string, string> = {}) =>
    new URLSearchParams({
      'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
      'X-Amz-Credential': 'a/20261130/us-east-1/s3/aws4_request',
      'X-Amz-Date': stamp(5),
      'X-Amz-Expires': '60',
      'X-Amz-SignedHeaders': 'host',
      'X-Amz-Signature': 'abc',
      ...more,
    }).toString();
  const version2 = (expires: number) =>
    `AWSAccessKeyId=a&Signature=abc&Expires=${Math.floor(Date.now() / 1000) + expires}`;

  // The SDK for JavaScript puts the checksum of an empty body into the query, and x-id.
  const ofJavaScript = version4({
    'x-id': 'PutObject',
    'x-amz-sdk-checksum-algorithm': 'CRC32',
    'x-amz-checksum-crc32': 'AAAAAA==',
    'X-Amz-Content-Sha256': 'UNSIGNED-PAYLOAD',
    'x-amz-meta-from': 'query',
  });

  test.each([
    ['version 4', version4(), {}],
    ['the SDK for JavaScript', ofJavaScript, { 'x-amz-meta-from': 'query' }],
    ['version 2', version2(60), {}],
  ])('of %s writes and reads', async (_, query, metadata) => {
    expect(codeOf(await send('PUT', `/${BUCKET}/signed?${query}`, {}, 'body'))).toBe('200');
    const read = await send('GET', `/${BUCKET}/signed?${version4()}`);
    expect(read).toMatchObject({ status: 200, body: 'body', headers: metadata });
    expect(codeOf(await send('HEAD', `/${BUCKET}/signed?${version2(60)}`))).toBe('200');
  });

  test.each<[why: string, query: string, headers: Record<string, string>, code: string]>([
    ['has expired', version4({ 'X-Amz-Date': stamp(61) }), {}, '403 AccessDenied'],
    ['has expired, in version 2', version2(-1), {}, '403 AccessDenied'],
    ['is not yet valid', version4({ 'X-Amz-Date': stamp(-3_600) }), {}, '403 AccessDenied'],
    ['has a header that is not signed', version4(), { 'x-amz-meta-a': 'b' }, '403 AccessDenied'],
    [
      'lacks a signed header',
      version4({ 'X-Amz-SignedHeaders': 'host;x-amz-acl' }),
      {},
      '403 SignatureDoesNotMatch',
    ],
    [
      'lasts more than a week',
      version4({ 'X-Amz-Expires': '604801' }),
      {},
      '400 AuthorizationQueryParametersError',
    ],
    ['is incomplete', 'X-Amz-Signature=abc', {}, '400 AuthorizationQueryParametersError'],
    [
      'asks for what the twin lacks',
      version4({ 'x-amz-storage-class': 'GLACIER' }),
      {},
      '501 NotImplemented',
    ],
    [
      'is signed for another Region',
      version4({ 'X-Amz-Credential': 'a/20261130/eu-west-1/s3/aws4_request' }),
      {},
      '301 PermanentRedirect',
    ],
  ])('that %s is refused', async (_, query, headers, code) => {
    expect(codeOf(await send('PUT', `/${BUCKET}/refused?${query}`, headers, 'x'))).toBe(code);
  });

  test('has version 2 of the signature only where S3 has it', async () => {
    const input = {
      Bucket: 'newer',
      CreateBucketConfiguration: { LocationConstraint: 'eu-central-1' as const },
    };
    await s3.send(new CreateBucketCommand(input));
    expect(codeOf(await send('GET', `/newer?${version2(60)}`))).toBe('400 InvalidRequest');
  });

  test('may replace headers of the answer', async () => {
    await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'named', Body: 'x' }));
    const disposition = { 'response-content-disposition': 'attachment; filename="a.txt"' };
    const { headers } = await send('GET', `/${BUCKET}/named?${version4(disposition)}`);
    expect(headers['content-disposition']).toBe('attachment; filename="a.txt"');
    const unsigned = await send('GET', `/${BUCKET}/named?response-content-type=text/plain`);
    expect(codeOf(unsigned)).toBe('400 InvalidRequest');
  });
});

test('one’s own bucket in us-east-1 can be created again, elsewhere not', async () => {
  expect((await s3.send(new CreateBucketCommand({ Bucket: BUCKET }))).$metadata.httpStatusCode).toBe(200);
  const input = { Bucket: 'irish', CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' as const } };
  await s3.send(new CreateBucketCommand(input));
  await expect(s3.send(new CreateBucketCommand(input))).rejects.toMatchObject({
    name: 'BucketAlreadyOwnedByYou',
  });
});

test('buckets are listed in pages, by prefix and by Region', async () => {
  for (const Bucket of ['page-a', 'page-b', 'page-c']) await s3.send(new CreateBucketCommand({ Bucket }));
  const names: (string | undefined)[] = [];
  let ContinuationToken: string | undefined;
  do {
    const page = await s3.send(new ListBucketsCommand({ Prefix: 'page-', MaxBuckets: 2, ContinuationToken }));
    names.push(...(page.Buckets ?? []).map(({ Name }) => Name), undefined);
    ({ ContinuationToken } = page);
  } while (ContinuationToken !== undefined);
  expect(names).toEqual(['page-a', 'page-b', undefined, 'page-c', undefined]);
  const elsewhere = await s3.send(new ListBucketsCommand({ Prefix: 'page-', BucketRegion: 'eu-west-1' }));
  expect(elsewhere.Buckets ?? []).toEqual([]);
});

test('a document type in XML is refused', async () => {
  const body = '<!DOCTYPE x [<!ENTITY e "a">]><Delete><Object><Key>&e;</Key></Object></Delete>';
  const headers = { 'content-md5': createHash('md5').update(body).digest('base64') };
  expect(codeOf(await send('POST', `/${BUCKET}?delete`, headers, body))).toBe('400 MalformedXML');
});

describe('copies', () => {
  const bytes = Buffer.alloc(FIVE_MIB + 3, 'abcdefg');
  const copyPart = async (more: Partial<UploadPartCopyCommandInput>, algorithm?: 'CRC32') => {
    const at = { Bucket: BUCKET, Key: 'assembled' };
    const { UploadId } = await s3.send(
      new CreateMultipartUploadCommand({ ...at, ChecksumAlgorithm: algorithm }),
    );
    const parts = [];
    const ranges = [
      'CopySourceRange' in more ? more.CopySourceRange : `bytes=0-${FIVE_MIB - 1}`,
      `bytes=${FIVE_MIB}-${FIVE_MIB + 2}`,
    ];
    for (const [index, CopySourceRange] of ranges.entries()) {
      const PartNumber = index + 1;
      const input = { ...at, UploadId, PartNumber, CopySource: `${BUCKET}/source`, ...more, CopySourceRange };
      const { CopyPartResult } = await s3.send(new UploadPartCopyCommand(input));
      parts.push({ PartNumber, ETag: CopyPartResult?.ETag, ChecksumCRC32: CopyPartResult?.ChecksumCRC32 });
    }
    const complete = { ...at, UploadId, MultipartUpload: { Parts: parts } };
    await expect(
      s3.send(new CompleteMultipartUploadCommand({ ...complete, MpuObjectSize: 1 })),
    ).rejects.toMatchObject({ name: 'InvalidRequest' });
    await s3.send(new CompleteMultipartUploadCommand({ ...complete, MpuObjectSize: bytes.length }));
    return Buffer.from((await (await s3.send(new GetObjectCommand(at))).Body?.transformToByteArray()) ?? []);
  };
  beforeAll(() => s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'source', Body: bytes })));

  test('of parts make an object', async () => {
    expect((await copyPart({})).equals(bytes)).toBe(true);
    expect((await copyPart({}, 'CRC32')).equals(bytes)).toBe(true);
  });

  test.each<[input: Partial<UploadPartCopyCommandInput>, name: string]>([
    [{ CopySource: `${BUCKET}/missing` }, 'NoSuchKey'],
    [{ CopySourceIfMatch: '"other"' }, 'PreconditionFailed'],
    [{ CopySourceRange: 'bytes=0-' }, 'InvalidArgument'],
    [{ CopySourceRange: `bytes=0-${FIVE_MIB + 3}` }, 'InvalidArgument'],
  ])('of parts with %j are refused', async (more, name) => {
    await expect(copyPart(more)).rejects.toMatchObject({ name });
  });

  test('are preceded by a question for tags, of which there are none', async () => {
    const { TagSet } = await s3.send(new GetObjectTaggingCommand({ Bucket: BUCKET, Key: 'source' }));
    expect(TagSet).toEqual([]);
    await expect(
      s3.send(new GetObjectTaggingCommand({ Bucket: BUCKET, Key: 'missing' })),
    ).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  test('get the checksum that is asked for', async () => {
    const at = { Bucket: BUCKET, Key: 'checked' };
    await s3.send(
      new CopyObjectCommand({ ...at, CopySource: `${BUCKET}/source`, ChecksumAlgorithm: 'SHA256' }),
    );
    const { ChecksumSHA256 } = await s3.send(new HeadObjectCommand({ ...at, ChecksumMode: 'ENABLED' }));
    expect(ChecksumSHA256).toMatch(/=$/);
  });
});
