import {
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { FileObjectStore } from '../../../local/s3/file-object-store';
import { temporaryFolder } from '../../../testkit/temporary-folder';

const BUCKET = 'survivors';

let directory: string;
let running: ChildProcess | undefined;

beforeAll(() => {
  directory = temporaryFolder('sluice-s3-kill-');
});

afterAll(async () => {
  await kill();
  await rm(directory, { recursive: true, force: true });
});

/** Starts S3 in a process of its own. */
async function start(): Promise<S3Client> {
  running = spawn(process.execPath, ['--import', 'tsx', join(__dirname, 'serve.ts')], {
    env: { ...process.env, S3_TEST_DIRECTORY: directory },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(running.stdout!, 'data')) as [Buffer];
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  return new S3Client({ endpoint: line.toString().trim(), region: 'us-east-1', credentials, maxAttempts: 1 });
}

async function kill(): Promise<void> {
  if (running?.exitCode !== null || running.signalCode !== null) return;
  running.kill('SIGKILL');
  await once(running, 'exit');
}

test('exactly the acknowledged writes survive kill -9', async () => {
  let s3 = await start();
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
  const put = (key: string, body: string) =>
    s3.send(
      new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: body, Metadata: { body: body.slice(0, 8) } }),
    );
  await put('kept', 'first');
  await put('kept', 'second');
  await put('deleted', 'gone');
  await s3.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: 'deleted' }));
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket: BUCKET, Key: 'parts' }));
  const part = { Bucket: BUCKET, Key: 'parts', UploadId, PartNumber: 1, Body: 'part' };
  const { ETag } = await s3.send(new UploadPartCommand(part));

  // Overwrites the same keys until the process is killed in between.
  const acknowledged = new Map<string, number>();
  const attempted = new Map<string, number>();
  const bodyOf = (key: string, version: number) => `${key}:${version}:`.repeat(20_000);
  const writers = Array.from({ length: 8 }, async (_, writer) => {
    const key = `writer/${writer}`;
    for (let version = 0; ; version++) {
      attempted.set(key, version);
      await put(key, bodyOf(key, version));
      acknowledged.set(key, version);
      // Each writer has overwritten its key, and most are in the middle of doing so again.
      if (acknowledged.size === 8 && [...acknowledged.values()].every((each) => each > 2)) void kill();
    }
  });
  await Promise.allSettled(writers);
  s3.destroy();
  expect(acknowledged.size).toBe(8);

  s3 = await start();
  const get = async (key: string) => {
    const object = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: key }));
    return { body: (await object.Body?.transformToString()) ?? '', metadata: object.Metadata };
  };
  expect((await get('kept')).body).toBe('second');
  await expect(get('deleted')).rejects.toMatchObject({ name: 'NoSuchKey' });
  for (const [key, version] of acknowledged) {
    const { body, metadata } = await get(key);
    // The write in flight may be visible or not, but only whole and with its metadata.
    expect([bodyOf(key, version), bodyOf(key, attempted.get(key) ?? version)]).toContain(body);
    expect(metadata).toEqual({ body: body.slice(0, 8) });
  }
  await s3.send(
    new CompleteMultipartUploadCommand({
      Bucket: BUCKET,
      Key: 'parts',
      UploadId,
      MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] },
    }),
  );
  expect((await get('parts')).body).toBe('part');
  s3.destroy();
  await kill();

  const store = FileObjectStore.open(directory);
  const objects = store.list(BUCKET, '');
  expect(objects.map((object) => object.key)).toEqual([
    'kept',
    'parts',
    ...Array.from({ length: 8 }, (_, writer) => `writer/${writer}`),
  ]);
  for (const object of objects.filter(({ key }) => key !== 'parts')) {
    expect(
      createHash('md5')
        .update(await readFile(object.path))
        .digest('hex'),
    ).toBe(object.etag);
  }
  expect(await readdir(join(directory, 'incoming'))).toEqual([]);
  expect(await readdir(join(directory, 'uploads'))).toEqual([]);
  expect(await readdir(join(directory, 'buckets', BUCKET, 'bodies'))).toHaveLength(objects.length);
});
