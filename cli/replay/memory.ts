import { GetObjectCommand, paginateListObjectsV2, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { accountOf, regionOf } from '../../core/arn';
import type { Dataset } from '../../core/dataset';
import { plansOfDataset } from '../../core/plan';
import type { LakeFileSource } from '../inspect/lake-file';
import type { Connection } from '../shared/connection';
import type { FoundObjects } from './find-objects';

/**
 * Which events of which error objects were sent again. Each error object has an object of its own for that, beside the plans
 * of the dataset: `sluice/<dataset>/replayed/<account>.<Region>.<stream>/<bucket>/<key>.json`. SweepLeftovers deletes it
 * with them, after the dataset's `retention_days`.
 *
 * It only saves work. An event counts as sent by what it is and where it is: a refusal after the replay makes a new error
 * object, whose events count as not sent. If nothing is remembered, events are sent once more than they need to be, and
 * loads converge.
 */
export class Memory {
  private constructor(
    private readonly s3: S3Client,
    private readonly bucket: string,
    private readonly place: string,
    private readonly known: ReadonlySet<string>,
    private readonly isReadOnly: boolean,
    private readonly warn: (error: Error) => void,
  ) {}

  /**
   * @param isReadOnly whether nothing is sent and remembered.
   * @param warn is called once if something cannot be read or written. The replay goes on without it.
   */
  static async open(
    connection: Connection,
    { dataset, bucket, prefix }: Pick<FoundObjects, 'dataset' | 'bucket' | 'prefix'>,
    isReadOnly: boolean,
    warn: (error: Error) => void,
  ): Promise<Memory> {
    const { s3 } = connection;
    let told = false;
    const warnOnce = (error: Error) => {
      if (!told) warn(error);
      told = true;
    };
    const place = `${placeOf(connection, dataset)}${bucket}/`;
    const known = await listed(s3, connection.bucket, `${place}${prefix}`).catch((error: Error) => {
      warnOnce(error);
      return new Set<string>();
    });
    return new Memory(s3, connection.bucket, place, known, isReadOnly, warnOnce);
  }

  /** What was sent of an object, as {@link identityOf} its events. */
  async sentOf(file: LakeFileSource): Promise<ReadonlySet<string>> {
    const key = this.keyOf(file);
    if (!this.known.has(key)) return new Set();
    try {
      const { Body } = await this.s3.send(new GetObjectCommand({ Bucket: this.bucket, Key: key }));
      const { etag, events } = remembered.parse(JSON.parse((await Body?.transformToString()) ?? ''));
      // Another object may have the key by now.
      return new Set(etag === file.etag ? events : []);
    } catch (error) {
      this.warn(error as Error);
      return new Set();
    }
  }

  /** @param events all that was sent of the object, also before. */
  async remember(file: LakeFileSource, events: ReadonlySet<string>): Promise<void> {
    if (this.isReadOnly) return;
    const content: z.input<typeof remembered> = {
      object: file.name,
      etag: file.etag ?? '',
      events: [...events],
    };
    const request = { Bucket: this.bucket, Key: this.keyOf(file), ContentType: 'application/json' };
    await this.s3
      .send(new PutObjectCommand({ ...request, Body: JSON.stringify(content) }))
      .catch((error: Error) => this.warn(error));
  }

  private keyOf({ key }: LakeFileSource): string {
    return `${this.place}${key}.json`;
  }
}

const remembered = z.object({
  /** The error object, for people. */
  object: z.string(),
  etag: z.string(),
  events: z.array(z.string()),
});

/** Two deployments that share a lake have streams of their own. */
function placeOf(connection: Connection, dataset: Dataset): string {
  const { stateMachineArn } = connection;
  const stream = `${accountOf(stateMachineArn)}.${regionOf(stateMachineArn)}.${connection.streamOf(dataset)}`;
  return `${plansOfDataset(dataset.name)}replayed/${stream}/`;
}

async function listed(client: S3Client, bucket: string, prefix: string): Promise<Set<string>> {
  const keys = new Set<string>();
  for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix }))
    for (const { Key } of Contents) if (Key !== undefined) keys.add(Key);
  return keys;
}

/**
 * What an event is: 128 bits of the SHA-256 of its bytes. Equal bytes are the same event. A target keeps one row for a key
 * and a version, so to load equal events twice is the same as to load them once.
 */
export function identityOf(event: Uint8Array): string {
  return createHash('sha256').update(event).digest('base64url').slice(0, 22);
}
