import { GetStatementResultCommand } from '@aws-sdk/client-redshift-data';
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { readConfiguration } from '../../../functions/shared/configuration';
import { client, type Submitted } from './client';

const s3 = new S3Client({});

/** An hour is new if it has files, and the history does not have it. */
export async function handler({ id, input }: Submitted): Promise<{ readonly is_new: boolean }> {
  const { bucket: Bucket } = readConfiguration();
  const { Records } = await client.send(new GetStatementResultCommand({ Id: id }));
  const { KeyCount } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: input.prefix, MaxKeys: 1 }));
  return { is_new: KeyCount === 1 && Records?.[0]?.[0]?.longValue === 0 };
}
