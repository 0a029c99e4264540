import { DeleteObjectsCommand, paginateListObjectsV2, PutObjectCommand } from '@aws-sdk/client-s3';
import { randomBytes } from 'node:crypto';
import { OWN_PREFIX } from '../../core/prefix';
import { quoteName, quoteText, sql, type Sql } from '../../core/sql';
import { isTwin, type Connection } from '../shared/connection';
import { query } from '../shared/query';
import { Cleaning, type Made } from './cleaning';
import { NotTried } from './probe';
import { Warehouse } from './warehouse';

/** The folder of all probes in the lake, where the COPY role may read. */
export const CERTIFY_PREFIX = `${OWN_PREFIX}certify/`;
/** Names of schemas and users, with a random end. No two runs share anything. */
export const CERTIFY_NAME = 'sluice_certify_';

/** A deployment, and what the probes make in it. Each thing is made when a probe first needs it. */
export class Site {
  readonly name = `${CERTIFY_NAME}${randomBytes(4).toString('hex')}`;
  readonly warehouse: Warehouse;
  readonly cleaning = new Cleaning();
  private made = 0;
  private turn: Promise<unknown> = Promise.resolve();
  private readonly once = new Map<string, Promise<unknown>>();

  constructor(
    readonly connection: Connection,
    readonly copyRoleArn: string,
    /** Aborted if the run is interrupted. */
    readonly signal: AbortSignal,
  ) {
    this.warehouse = new Warehouse(connection, signal);
  }

  get isTwin(): boolean {
    return isTwin(this.connection);
  }

  /** Does something once for all probes. If it fails, it fails for all. */
  shared<Result>(name: string, make: () => Promise<Result>): Promise<Result> {
    const making = (this.once.get(name) as Promise<Result> | undefined) ?? make();
    this.once.set(name, making);
    return making;
  }

  /** Does one work after the other, for transactions that would conflict. A work that fails ends no other. */
  inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.turn.then(work);
    this.turn = result.catch(() => {});
    return result;
  }

  /** The schema of the probes. @param suffix of a further one. @throws NotTried */
  schema(suffix = ''): Promise<Sql> {
    const name = `${this.name}${suffix}`;
    return this.shared(`schema ${name}`, async () => {
      const drop = sql`DROP SCHEMA IF EXISTS ${quoteName(name)} CASCADE`;
      await this.make('schema', name, sql`CREATE SCHEMA ${quoteName(name)}`, drop);
      return quoteName(name);
    });
  }

  /** A name for a new table in the schema. @throws NotTried */
  async table(): Promise<Sql> {
    const schema = await this.schema();
    return sql`${schema}.${quoteName(`t${(this.made += 1)}`)}`;
  }

  /** A database user without any right. @throws NotTried */
  user(): Promise<Sql> {
    return this.shared('user', async () => {
      const user = quoteName(this.name);
      await this.make(
        'user',
        this.name,
        sql`CREATE USER ${user} PASSWORD DISABLE`,
        sql`DROP USER IF EXISTS ${user}`,
      );
      return user;
    });
  }

  /** Stores an object under the prefix of the probes. @returns its URL. */
  async put(name: string, body: Buffer): Promise<string> {
    this.signal.throwIfAborted();
    const { s3, bucket } = this.connection;
    const prefix = await this.prefix();
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: `${prefix}${name}`, Body: body }));
    return `s3://${bucket}/${prefix}${name}`;
  }

  /** COPY of a file with the options that the loader gives. */
  copy(table: Sql, url: string, options: Sql = sql``): Sql {
    return sql`COPY ${table} FROM ${quoteText(url)} IAM_ROLE ${quoteText(this.copyRoleArn)} FORMAT AS PARQUET ${options}`;
  }

  private prefix(): Promise<string> {
    const { s3, bucket } = this.connection;
    const prefix = `${CERTIFY_PREFIX}${this.name}/`;
    return this.shared('prefix', () => {
      this.cleaning.note({
        what: `objects under s3://${bucket}/${prefix}`,
        how: `aws s3 rm --recursive s3://${bucket}/${prefix}`,
        remove: async () => {
          for await (const page of paginateListObjectsV2(
            { client: s3 },
            { Bucket: bucket, Prefix: prefix },
          )) {
            const Objects = (page.Contents ?? []).map(({ Key }) => ({ Key }));
            if (Objects.length === 0) continue;
            const { Errors: [error] = [] } = await s3.send(
              new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } }),
            );
            if (error) throw Object.assign(new Error(`${error.Key}: ${error.Message}`), { name: error.Code });
          }
        },
      });
      return Promise.resolve(prefix);
    });
  }

  /** Makes a schema or a user, which is removed in the end. */
  private async make(kind: string, name: string, create: Sql, remove: Sql): Promise<void> {
    this.signal.throwIfAborted();
    const noted: Made = {
      what: `${kind} ${name}`,
      how: remove,
      remove: async () => {
        await query(this.connection, remove);
      },
    };
    this.cleaning.note(noted);
    const made = await this.warehouse.try({ tried: create });
    if (made.ran) return;
    this.cleaning.forget(noted);
    throw new NotTried(`the ${kind} of the probes could not be made: ${made.error}`);
  }
}
