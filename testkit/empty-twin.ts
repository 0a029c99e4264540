import { DeleteObjectsCommand, paginateListObjectsV2 } from '@aws-sdk/client-s3';
import type { Connection } from '../cli/shared/connection';
import { query } from '../cli/shared/query';
import { quoteName, sql } from '../core/sql';
import { decodedKey } from '../functions/shared/listing';

/** Schemas of the loader and of the system. */
const KEPT_SCHEMAS = ['public', 'sluice', 'pg_catalog', 'information_schema'];

/** Deletes every object, every table and every schema that a test made, all with the stock clients. */
export async function emptyTwin(connection: Connection): Promise<void> {
  await deleteObjects(connection, '');
  const { rows } = await query(connection, sql`SELECT table_schema, table_name FROM svv_tables`);
  for (const [schema, table] of rows)
    await query(connection, sql`DROP TABLE ${quoteName(String(schema))}.${quoteName(String(table))}`);
  const schemas = await query(connection, sql`SELECT nspname FROM pg_namespace`);
  for (const name of schemas.rows.flat().map(String))
    if (!KEPT_SCHEMAS.includes(name)) await query(connection, sql`DROP SCHEMA ${quoteName(name)}`);
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
