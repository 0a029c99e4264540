import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { quoteIdentifier, quoteLiteral } from '../sql/identifiers';
import { DEFAULT_SCHEMA } from '../sql/scope';
import { ADMINISTRATOR } from '../statements/record';
import { Connection } from './connection';
import { messageOf } from './engine-errors';
import { monitoringDefinitions } from './monitoring-views';
import { asUser, knowUser } from './privileges';
import { Slots } from './slots';
import { catalogueDefinitions } from './system-views';

/** Node's thread pool has four threads. One is left for the file system. */
const ENGINE_CALLS_AT_ONCE = 3;

/** What the engine takes at most, beside its buffers for files. More is spilled to disk. */
export const MEMORY_LIMIT = '800MB';

const RESERVED_NAMES = ['memory', 'temp', 'system', 'main'];

export interface DatabaseOptions {
  readonly directory: string;
  /** The database's name in Redshift. */
  readonly database: string;
  /** The file of the journal of statements, which the system views read. */
  readonly journal: string;
  /** For example `1GB`. Default: {@link MEMORY_LIMIT}. */
  readonly memoryLimit?: string;
}

/** The engine with the warehouse's file, `<directory>/warehouse.duckdb`. Committed data is on disk. */
export class Database {
  private isInvalid = false;
  private reattaching: Promise<void> | undefined;

  private constructor(
    private readonly instance: DuckDBInstance,
    readonly name: string,
    /** Folder for files that the process removes at its end. */
    readonly scratch: string,
    private readonly slots: Slots,
    private readonly file: string,
  ) {}

  static async open({
    directory,
    database,
    journal,
    memoryLimit = MEMORY_LIMIT,
  }: DatabaseOptions): Promise<Database> {
    if (RESERVED_NAMES.includes(database.toLowerCase())) {
      throw new Error(`a database cannot be named ${database} in the local twin`);
    }
    const scratch = join(directory, 'scratch');
    await rm(scratch, { recursive: true, force: true });
    await mkdir(scratch, { recursive: true });
    const instance = await DuckDBInstance.create(':memory:', {
      // The engine downloads nothing: COPY reads the twin's own files.
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
      allow_community_extensions: 'false',
      integer_division: 'true',
      default_null_order: 'NULLS_LAST_ON_ASC_FIRST_ON_DESC',
      temp_directory: join(scratch, 'spill'),
      memory_limit: memoryLimit,
      // A file is loaded once. With very many row groups its cached ranges would take 10 KB for each column chunk.
      enable_external_file_cache: 'false',
    });
    const file = join(directory, 'warehouse.duckdb');
    const opened = new Database(instance, database, scratch, new Slots(ENGINE_CALLS_AT_ONCE), file);
    await opened.prepare(journal);
    return opened;
  }

  /** Opens a session, which has its own temporary tables. Its user exists from then on. */
  async connect(signal: AbortSignal, user = ADMINISTRATOR): Promise<Connection> {
    if (this.isInvalid) {
      this.reattaching ??= this.reattach().finally(() => (this.reattaching = undefined));
      await this.reattaching;
    }
    const session = await this.openSession();
    await session.run(asUser(user));
    if (user !== ADMINISTRATOR) await session.run(knowUser(this.name, user));
    return new Connection(session, this.slots, signal, () => this.openSession());
  }

  /** Takes note of a statement's error. A checkpoint that the disk refuses closes the warehouse's file to the engine. */
  notice(error: unknown): void {
    if (messageOf(error).includes('has been invalidated')) this.isInvalid = true;
  }

  close(): void {
    this.instance.closeSync();
  }

  /** Opens the warehouse's file again. What was committed is in it or in its log. @throws the engine's error while the disk is full */
  private async reattach(): Promise<void> {
    const session = await this.openSession();
    try {
      await session.run(`DETACH DATABASE IF EXISTS ${quoteIdentifier(this.name)}`);
      await session.run(this.attachment());
      this.isInvalid = false;
    } finally {
      session.closeSync();
    }
  }

  private attachment(): string {
    return `ATTACH ${quoteLiteral(this.file)} AS ${quoteIdentifier(this.name)}`;
  }

  private async prepare(journal: string): Promise<void> {
    const session = await this.instance.connect();
    const name = quoteIdentifier(this.name);
    for (const statement of [
      // Redshift's default zone is UTC.
      "SET GLOBAL TimeZone = 'UTC'",
      this.attachment(),
      `CREATE SCHEMA IF NOT EXISTS ${name}.${quoteIdentifier(DEFAULT_SCHEMA)}`,
      ...catalogueDefinitions(this.name),
      ...monitoringDefinitions(journal),
      // From here on no user statement can change the engine's settings.
      'SET GLOBAL lock_configuration = true',
    ]) {
      await session.run(statement);
    }
    session.closeSync();
  }

  private openSession(): Promise<DuckDBConnection> {
    return this.instance.connect();
  }
}
