import type { DuckDBConnection, DuckDBMaterializedResult, DuckDBResult, DuckDBValue } from '@duckdb/node-api';
import type { Slots } from './slots';

export type Values = Readonly<Record<string, string>>;
export type Row = readonly DuckDBValue[];

/** How often a running statement is interrupted again: an interrupt before its first task is lost. */
const INTERRUPT_EVERY_MS = 50;

/** The statement was cancelled by CancelStatement. */
export class Cancelled extends Error {}

/** One session of the engine, whose statements can be cancelled. */
export class Connection {
  constructor(
    private readonly engine: DuckDBConnection,
    private readonly slots: Slots,
    private readonly signal: AbortSignal,
    private readonly openAnother: () => Promise<DuckDBConnection>,
  ) {}

  /** Runs a statement that returns no rows. */
  async execute(sql: string, values: Values = {}): Promise<void> {
    await this.change(sql, values);
  }

  /** @returns rows inserted, updated or deleted. */
  async change(sql: string, values: Values = {}): Promise<number> {
    return this.interruptible(async () => (await this.run(sql, values)).rowsChanged);
  }

  /** All rows of a small result. */
  async rows(sql: string, values: Values = {}): Promise<readonly Row[]> {
    return this.interruptible(async () => (await this.run(sql, values)).getRows());
  }

  /** Hands a result to `consume` while the engine produces it. */
  async query<T>(sql: string, values: Values, consume: (result: DuckDBResult) => Promise<T>): Promise<T> {
    return this.interruptible(async () => consume(await this.engine.stream(sql, { ...values })));
  }

  /** The engine's types of a query's columns, without running it. */
  async columnTypes(sql: string, values: Values): Promise<readonly string[]> {
    return this.interruptible(async () => {
      const prepared = await this.engine.prepare(sql);
      prepared.bind({ ...values });
      try {
        return Array.from({ length: prepared.columnCount }, (_, index) =>
          prepared.columnType(index).toString(),
        );
      } finally {
        prepared.destroySync();
      }
    });
  }

  /** Rows read on a connection of their own, for when this one's transaction has failed. */
  async outside(sql: string): Promise<readonly Row[]> {
    const other = await this.openAnother();
    try {
      return await this.slots.run(async () => (await other.run(sql)).getRows());
    } finally {
      other.closeSync();
    }
  }

  /** Runs whatever the signal says: COMMIT and ROLLBACK are not cancelled half-way. */
  async finish(sql: 'COMMIT' | 'ROLLBACK'): Promise<void> {
    await this.slots.run(() => this.engine.run(sql));
  }

  close(): void {
    this.engine.closeSync();
  }

  /** Without values the engine takes the text in one call; with some it takes three for each statement. */
  private run(sql: string, values: Values): Promise<DuckDBMaterializedResult> {
    return Object.keys(values).length === 0 ? this.engine.run(sql) : this.engine.run(sql, { ...values });
  }

  private async interruptible<T>(work: () => Promise<T>): Promise<T> {
    return this.slots.run(async () => {
      if (this.signal.aborted) throw new Cancelled();
      let timer: NodeJS.Timeout | undefined;
      const interrupt = () => {
        this.engine.interrupt();
        timer = setInterval(() => this.engine.interrupt(), INTERRUPT_EVERY_MS);
      };
      this.signal.addEventListener('abort', interrupt, { once: true });
      try {
        return await work();
      } catch (error) {
        throw this.signal.aborted ? new Cancelled() : error;
      } finally {
        clearInterval(timer);
        this.signal.removeEventListener('abort', interrupt);
      }
    });
  }
}
