import { DeleteObjectsCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { randomBytes } from 'node:crypto';
import { CERTIFY_FOLDER, OWN_PREFIX } from '../../core/prefix';
import { quoteName, quoteText, sql, type Sql } from '../../core/sql';
import { isTwin, type Connection } from '../shared/connection';
import { Refused, type Cleaning, type Made } from './cleaning';
import { NotTried } from './probe';
import { Warehouse } from './warehouse';

/** The folder of all probes in the lake, where the COPY role may read. */
export const CERTIFY_PREFIX = `${OWN_PREFIX}${CERTIFY_FOLDER}/`;
/** Names of schemas and users, with a random end. No two runs share anything. */
export const CERTIFY_NAME = 'sluice_certify_';

/** A deployment, and what the probes make in it. Each thing is made when a probe first needs it. */
export class Site {
  readonly name = `${CERTIFY_NAME}${randomBytes(4).toString('hex')}`;
  readonly warehouse: Warehouse;
  private readonly prefix = `${CERTIFY_PREFIX}${this.name}/`;
  private readonly objects: Made;
  private tables = 0;
  private readonly once = new Map<string, Promise<unknown>>();

  constructor(
    readonly connection: Connection,
    readonly copyRoleArn: string,
    readonly cleaning: Cleaning,
    /** Aborted if the run is interrupted. */
    readonly signal: AbortSignal,
  ) {
    this.warehouse = new Warehouse(connection, signal);
    this.objects = {
      what: `objects under s3://${connection.bucket}/${this.prefix}`,
      how: `aws s3 rm --recursive s3://${connection.bucket}/${this.prefix}`,
      remove: (abortSignal) => this.removeObjects(abortSignal),
    };
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
    return sql`${schema}.${quoteName(`t${(this.tables += 1)}`)}`;
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
    const Key = `${this.prefix}${name}`;
    await this.cleaning.make(this.objects, () =>
      s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: body })),
    );
    return `s3://${bucket}/${Key}`;
  }

  /** COPY of a file with the options that the loader gives. */
  copy(table: Sql, url: string, options: Sql = sql``): Sql {
    return sql`COPY ${table} FROM ${quoteText(url)} IAM_ROLE ${quoteText(this.copyRoleArn)} FORMAT AS PARQUET ${options}`;
  }

  private async removeObjects(abortSignal: AbortSignal): Promise<void> {
    const { s3, bucket: Bucket } = this.connection;
    for (;;) {
      const { Contents = [], IsTruncated } = await s3.send(
        new ListObjectsV2Command({ Bucket, Prefix: this.prefix }),
        {
          abortSignal,
        },
      );
      if (Contents.length === 0) return;
      const Objects = Contents.map(({ Key }) => ({ Key }));
      const { Errors: [error] = [] } = await s3.send(
        new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }),
        { abortSignal },
      );
      if (error) throw Object.assign(new Error(`${error.Key}: ${error.Message}`), { name: error.Code });
      if (!IsTruncated) return;
    }
  }

  /** Makes a schema or a user, which is removed in the end. */
  private async make(kind: string, name: string, create: Sql, remove: Sql): Promise<void> {
    this.signal.throwIfAborted();
    const made: Made = {
      what: `${kind} ${name}`,
      how: remove,
      remove: (signal) => this.warehouse.run(remove, signal),
    };
    try {
      await this.cleaning.make(made, async () => {
        const tried = await this.warehouse.try({ tried: create });
        if (!tried.ran) throw new Refused(tried.error);
      });
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      throw new NotTried(`the ${kind} of the probes could not be made: ${error.message}`);
    }
  }
}
