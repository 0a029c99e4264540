import { DeleteObjectsCommand, paginateListObjectsV2 } from '@aws-sdk/client-s3';
import type { Connection } from '../cli/shared/connection';
import { query } from '../cli/shared/query';
import { quoteName, sql } from '../core/sql';

/** Deletes every object and every table, all with the stock clients. */
export async function emptyTwin(connection: Connection): Promise<void> {
  await deleteObjects(connection, '');
  const { rows } = await query(connection, sql`SELECT table_schema, table_name FROM svv_tables`);
  for (const [schema, table] of rows)
    await query(connection, sql`DROP TABLE ${quoteName(String(schema))}.${quoteName(String(table))}`);
}

/** Deletes every object under a prefix, whatever characters its key has. */
export async function deleteObjects({ s3, bucket: Bucket }: Connection, prefix: string): Promise<void> {
  // A listing as XML cannot hold every key.
  const pages = paginateListObjectsV2({ client: s3 }, { Bucket, Prefix: prefix, EncodingType: 'url' });
  for await (const page of pages) {
    const Objects = (page.Contents ?? []).map(({ Key }) => ({ Key: decodedKey(Key ?? '') }));
    if (Objects.length > 0) await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
  }
}

function decodedKey(key: string): string {
  return decodeURIComponent(key.replaceAll('+', ' '));
}
