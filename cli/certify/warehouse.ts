import { asWritten, batchOf, type Sql, type SqlParameter } from '../../core/sql';
import { DataApi, type DataValue, type StatementState } from '../../functions/shared/data-api';
import type { Connection } from '../shared/connection';
import { StatementError } from '../shared/query';
import { NotTried } from './probe';

/** Statements of one transaction, some of which are tried. */
export interface Trial {
  /** What the tried statements work on. */
  readonly given?: readonly Sql[];
  readonly tried: Sql | readonly Sql[];
  /** What runs if it succeeds. */
  readonly then?: readonly Sql[];
  readonly parameters?: readonly SqlParameter[];
  /** Whether everything is rolled back at the end. Then there are no rows. */
  readonly undone?: boolean;
  /** Is told the statement's id as soon as the API has taken it. */
  readonly taken?: (id: string) => void;
}

/** How it went: the rows of the last query, or why Redshift refused the statement. */
export type Tried =
  | { readonly ran: true; readonly rows: readonly (readonly DataValue[])[] }
  | {
      readonly ran: false;
      readonly error: string;
      /** Redshift's number of the statement. */
      readonly query: number | undefined;
    };

/** The end of a work that a signal interrupts. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}

/** What the names of all statements begin with. */
const NAME = 'sluice certify';
/** The API answers a long poll after this many seconds at the latest. */
const LONG_POLL_SECONDS = 30;
/** A statement of a probe is small. If it takes this long, in seconds, something else is wrong. */
const LONGEST_SECONDS = 150;
/** A statement that is cancelled ends soon, or not at all. */
const POLLS_AFTER_CANCEL = 2;
/** Fails in every database, and so undoes a transaction. */
const ROLL_BACK = asWritten('SELECT 1 FROM "sluice_certify_rolls_this_back"');

/** Tries statements in the deployment's database, as the user of the loads. */
export class Warehouse {
  private readonly api: DataApi;

  /** @param signal stops it: a running statement is cancelled. */
  constructor(
    connection: Connection,
    private readonly signal: AbortSignal,
  ) {
    this.api = new DataApi(connection.redshiftData, connection);
  }

  /**
   * Runs a transaction.
   * @throws NotTried if what is given cannot be made; Stopped; the client's errors, StatementTimedOut.
   */
  async try({ given = [], tried, then = [], parameters = [], undone = false, taken }: Trial): Promise<Tried> {
    const before = [...given, ...(typeof tried === 'string' ? [tried] : tried)];
    this.signal.throwIfAborted();
    const statements = [...before, ...then, ...(undone ? [ROLL_BACK] : [])];
    const { ended, at } = await this.batch(statements, { parameters, taken });
    if (ended.status === 'FINISHED') {
      const last = ended.selects.at(-1);
      return { ran: true, rows: last === undefined ? [] : (await this.api.read(last)).rows };
    }
    const error = ended.error ?? 'no text';
    // Without a place the transaction was refused as a whole.
    const place = at ?? given.length + 1;
    if (place > before.length) {
      if (undone && place === before.length + then.length + 1) return { ran: true, rows: [] };
      throw new Error(`What reads the result was refused: ${error}`);
    }
    if (place <= given.length) throw new NotTried(`what it works on could not be made: ${error}`);
    return { ran: false, error, query: ended.query };
  }

  /**
   * Runs one statement, also when this run is interrupted. @param signal cancels it.
   * @throws StatementError; the client's errors, StatementTimedOut.
   */
  async run(statement: Sql, signal: AbortSignal): Promise<void> {
    const { ended } = await this.batch([statement], { signal });
    if (ended.status === 'FAILED') throw new StatementError(ended.status, ended.error ?? 'no text');
  }

  /**
   * Submits a small query with a name of its own, and waits for its end.
   * @returns its id, and the statements with the beginning of that name that the API lists right after the submission.
   */
  async named(
    name: string,
    token: string,
  ): Promise<{ readonly id: string; readonly listed: readonly string[] }> {
    this.signal.throwIfAborted();
    const query = batchOf([asWritten('SELECT 1')], {});
    const { id } = await this.api.submitBatch(query, `${NAME} ${name}`, token);
    const listed = await this.listed(name.slice(0, -1));
    await this.end(id, this.signal);
    return { id, listed };
  }

  /** The ids of the statements whose names begin with this one. */
  async listed(name: string): Promise<readonly string[]> {
    return (await this.api.list(`${NAME} ${name}`)).map(({ id }) => id);
  }

  /** Whether a statement runs at this moment. One that still waits for its turn does not. */
  async isRunning(id: string): Promise<boolean> {
    return (await this.api.describe(id)).status === 'STARTED';
  }

  /** @returns how the batch ended, and which statement failed, from 1. */
  private async batch(
    statements: readonly Sql[],
    {
      parameters = [],
      taken,
      signal = this.signal,
    }: Partial<Pick<Trial, 'parameters' | 'taken'>> & { readonly signal?: AbortSignal },
  ): Promise<{ readonly ended: Ended; readonly at?: number }> {
    const values = Object.fromEntries(parameters.map(({ name, value }) => [name, value]));
    // Not raced with the signal: a statement whose id is not known could not be cancelled.
    const wait = taken ? undefined : 1;
    const { id } = await this.api.submitBatch(batchOf(statements, values), NAME, undefined, wait);
    taken?.(id);
    const ended = await this.end(id, signal);
    if (ended.status === 'FINISHED') return { ended };
    if (ended.status === 'ABORTED') throw new Error(`The statement was aborted: ${ended.error ?? ''}`);
    const [, at] = /:(\d+)$/.exec(ended.failed) ?? [];
    return { ended, ...(at === undefined ? {} : { at: Number(at) }) };
  }

  /** Waits for the end. What goes wrong meanwhile says nothing of what the statement has done. */
  private async end(id: string, signal: AbortSignal): Promise<Ended> {
    const deadline = AbortSignal.timeout(LONGEST_SECONDS * 1_000);
    const stop = AbortSignal.any([signal, deadline]);
    try {
      for (;;) {
        const ended = endOf(await this.api.describe(id, LONG_POLL_SECONDS, stop));
        if (ended) return ended;
      }
    } catch (error) {
      await this.cancel(id);
      if (signal.aborted) throw new Stopped('interrupted');
      if (deadline.aborted) throw tooLong();
      const { name, message } = error as Error;
      throw Object.assign(new Error(message), { name });
    }
  }

  /** Cancels a statement, and waits for its end: nothing may run on when what it made is removed. */
  private async cancel(id: string): Promise<void> {
    try {
      await this.api.cancel(id);
      for (let polls = 0; polls < POLLS_AFTER_CANCEL; polls += 1)
        if (endOf(await this.api.describe(id, LONG_POLL_SECONDS))) return;
    } catch {
      // The error that led here is the one to tell.
    }
  }
}

type Ended = Extract<StatementState, { status: 'FINISHED' | 'FAILED' | 'ABORTED' }>;

/** @throws Error for a status that the API does not document */
function endOf(state: StatementState): Ended | undefined {
  if (state.status === 'UNKNOWN') throw new Error(`The statement has the unknown status ${state.found}.`);
  return state.status === 'FINISHED' || state.status === 'FAILED' || state.status === 'ABORTED'
    ? state
    : undefined;
}

const tooLong = () =>
  Object.assign(new Error(`A statement took longer than ${LONGEST_SECONDS} s, and was cancelled.`), {
    name: 'StatementTimedOut',
  });
