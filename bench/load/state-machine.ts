import { PutObjectCommand } from '@aws-sdk/client-s3';
import { mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Writable } from 'node:stream';
import { startLoad } from '../../cli/load/follow';
import { connectionTo } from '../../cli/shared/connect';
import { Output } from '../../cli/shared/output';
import { query } from '../../cli/shared/query';
import { prefixOfHour } from '../../core/prefix';
import { sql } from '../../core/sql';
import { startTwin } from '../../local/twin';
import { makeHour } from './make-hour';
import type { Side } from './side';

const WARM_UP_HOUR = '2026-11-01T00';

const nowhere = () => new Writable({ write: (_chunk, _encoding, done) => done() });

/** Loads one hour through every part: client, Step Functions, Lambda bundles, Data API, S3. */
export async function stateMachine(
  files: readonly string[],
  hour: string,
  stateDirectory: string,
): Promise<Side> {
  const twin = await startTwin({ serviceDirectory: resolve(__dirname, '../..'), stateDirectory });
  const connection = connectionTo(twin.description, () => twin.close());
  const template = connection.datasets.find((each) => each.name === 'trips')!.source.prefix;
  const put = async (paths: readonly string[], at: string) => {
    for (const [index, path] of paths.entries()) {
      const Key = `${prefixOfHour(template, at)}${index}.parquet`;
      await connection.s3.send(
        new PutObjectCommand({ Bucket: connection.bucket, Key, Body: readFileSync(path) }),
      );
    }
  };
  await put(files, hour);
  const output = new Output(true, nowhere(), nowhere());
  const load = async (partition: string) => {
    const { status, partitions, cause } = await startLoad(connection, output, {
      dataset: 'trips',
      partition,
    });
    if (status !== 'SUCCEEDED') throw new Error(cause ?? status);
    return partitions[0]!;
  };
  // The functions are warm and the warehouse's tables exist, as in every hour but the first.
  const warmUp = join(stateDirectory, 'warm-up');
  mkdirSync(warmUp);
  await put(await makeHour(warmUp, 100, 1), WARM_UP_HOUR);
  await load(WARM_UP_HOUR);
  await query(connection, sql`DELETE FROM trips`);
  return {
    async round() {
      const { staged, duplicates, deleted, inserted } = await load(hour);
      return { staged, duplicates, deleted, inserted };
    },
    end: () => connection.close(),
  };
}
