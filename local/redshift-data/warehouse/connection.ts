import type { DuckDBConnection, DuckDBMaterializedResult, DuckDBResult, DuckDBValue } from '@duckdb/node-api';
import type { Slots } from './slots';

export type Values = Readonly<Record<string, string>>;
export type Row = readonly DuckDBValue[];

/** Interval between interrupts of a running statement: one before its first task has no effect. */
const INTERRUPT_EVERY_MS = 50;

/** The statement was cancelled by CancelStatement. */
export class Cancelled extends Error {}

/** One session of the engine with cancellable statements. */
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

  /** @returns the number of rows inserted, updated or deleted. */
  async change(sql: string, values: Values = {}): Promise<number> {
    return this.interruptible(async () => (await this.run(sql, values)).rowsChanged);
  }

  /** All rows of a small result. */
  async rows(sql: string, values: Values = {}): Promise<readonly Row[]> {
    return this.interruptible(async () => (await this.run(sql, values)).getRows());
  }

  /** Streams a result to `consume`, which looks at the signal: an interrupt between two fetches has no effect. */
  async query<T>(
    sql: string,
    values: Values,
    consume: (result: DuckDBResult, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    return this.interruptible(async () => consume(await this.engine.stream(sql, { ...values }), this.signal));
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

  /** Reads rows on another connection, for use after this one's transaction has failed. */
  async outside(sql: string): Promise<readonly Row[]> {
    const other = await this.openAnother();
    try {
      return await this.interruptible(async () => (await other.run(sql)).getRows(), other);
    } finally {
      other.closeSync();
    }
  }

  /** Ignores the signal: COMMIT cannot be cancelled. */
  async commit(): Promise<void> {
    await this.slots.run(() => this.engine.run('COMMIT'));
  }

  /** Waits for no other statement, so that a cancelled one ends while others run. It takes the engine milliseconds. */
  async rollback(): Promise<void> {
    await this.engine.run('ROLLBACK');
  }

  close(): void {
    this.engine.closeSync();
  }

  /** Without values the engine needs one call, with values three per statement. */
  private run(sql: string, values: Values): Promise<DuckDBMaterializedResult> {
    return Object.keys(values).length === 0 ? this.engine.run(sql) : this.engine.run(sql, { ...values });
  }

  private async interruptible<T>(work: () => Promise<T>, engine = this.engine): Promise<T> {
    try {
      return await this.slots.run(() => this.interruptedBySignal(work, engine), this.signal);
    } catch (error) {
      throw this.signal.aborted ? new Cancelled() : error;
    }
  }

  private async interruptedBySignal<T>(work: () => Promise<T>, engine: DuckDBConnection): Promise<T> {
    this.signal.throwIfAborted();
    let timer: NodeJS.Timeout | undefined;
    const interrupt = () => {
      engine.interrupt();
      timer = setInterval(() => engine.interrupt(), INTERRUPT_EVERY_MS);
    };
    this.signal.addEventListener('abort', interrupt, { once: true });
    try {
      const result = await work();
      // An interrupted stream ends as if it had no more rows.
      this.signal.throwIfAborted();
      return result;
    } finally {
      clearInterval(timer);
      this.signal.removeEventListener('abort', interrupt);
    }
  }
}
