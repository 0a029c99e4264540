import { join } from 'node:path';
import { systemClock, type CompressedClock } from '../../clock';
import { reportDisk } from '../../disk';
import type { CallingState } from '../../faults/calling-state';
import type { FaultInjector } from '../../faults/fault-injector';
import type { Fault } from '../../faults/fault-rule';
import type { Meter } from '../../metering/meter';
import type { CopyEnvironment } from '../copy/load';
import { SqlError } from '../sql/errors';
import { Cancelled } from '../warehouse/connection';
import type { Database } from '../warehouse/database';
import { describeError, isOfDisk } from '../warehouse/engine-errors';
import type { TableLocks } from '../warehouse/locks';
import { Session } from '../warehouse/session';
import { advance, databaseUser, type Progress, type StatementRecord } from './record';
import type { StatementRegistry } from './registry';

export interface RunnerOptions {
  readonly database: Database;
  readonly locks: TableLocks;
  readonly registry: StatementRegistry;
  readonly faults: FaultInjector;
  readonly copy: CopyEnvironment;
  /** The warehouse's clock. Default: the system's. */
  readonly now?: (() => Date) | undefined;
  readonly meter?: Meter | undefined;
  /** If it is given, what a statement seems to run takes its time. Default: the system's clock. */
  readonly clock?: CompressedClock | undefined;
}

/** PostgreSQL's message with Redshift's spelling. Unverified. */
const CANCELLED = "ERROR: Query cancelled on user's request";

/** Runs submitted statements, each on a connection of its own. */
export class StatementRunner {
  private readonly running = new Set<Promise<void>>();

  constructor(private readonly options: RunnerOptions) {}

  /** Starts a statement without waiting for it. @param caller the state that submitted it. */
  start(record: StatementRecord, caller?: CallingState): void {
    const run = this.run(record, caller).finally(() => this.running.delete(run));
    this.running.add(run);
  }

  /** Waits for all started statements. */
  async settled(): Promise<void> {
    await Promise.all(this.running);
  }

  private async run(record: StatementRecord, caller: CallingState | undefined): Promise<void> {
    const { registry, faults, meter, clock } = this.options;
    const work = () => this.runInSession(record);
    advance(record, 'PICKED');
    const ahead = meter?.clock.ahead;
    try {
      const subject = record.submission.sqls.join(';\n');
      const fault = await faults.take('redshift-data', 'statement', subject, caller);
      if (!(await this.inject(fault, record))) await (clock?.during(work) ?? work());
    } catch (error) {
      // Of a statement's own errors only those of the disk get here. Anything else is a bug in the twin.
      const text = isOfDisk(error)
        ? describeError(this.noticed(error), '')
        : `ERROR: the local twin failed: ${(error as Error).stack}`;
      endAll(record, 'FAILED', text);
    }
    registry.end(record);
    // One that never ran may have woken the warehouse all the same.
    meter?.statement(record.startedAt ?? record.updatedAt, record.updatedAt, ahead);
  }

  /** @returns whether the fault has ended the statement. */
  private async inject(fault: Fault | undefined, record: StatementRecord): Promise<boolean> {
    const { registry, clock } = this.options;
    const signal = registry.signalOf(record);
    if (fault?.type === 'delay') await untilAborted(signal, fault.ms);
    if (fault?.type !== 'statement') return false;
    advance(record, 'STARTED');
    if (fault.status !== 'STARTED' && fault.after !== undefined)
      await (clock ?? systemClock).sleep(fault.after, signal).catch(ignoreAbort);
    if (fault.status === 'STARTED' || signal.aborted) {
      await untilAborted(signal);
      endAll(record, 'ABORTED', CANCELLED);
    } else if (fault.status === 'FINISHED') {
      return false;
    } else {
      endAll(
        record,
        fault.status,
        fault.error ?? (fault.status === 'ABORTED' ? CANCELLED : 'ERROR: injected failure'),
      );
    }
    return true;
  }

  private async runInSession(record: StatementRecord): Promise<void> {
    const { database, locks, copy, registry, now = () => new Date() } = this.options;
    const { submission } = record;
    if (submission.database !== database.name) {
      endAll(record, 'FAILED', `FATAL: database "${submission.database}" does not exist`);
      return;
    }
    const signal = registry.signalOf(record);
    const user = databaseUser(submission);
    const session = new Session({
      connection: await database.connect(signal, user),
      user,
      locks,
      database: database.name,
      copy,
      signal,
      parameters: new Map(submission.parameters.map(({ name, value }) => [name, value])),
      isBatch: submission.isBatch,
      now,
    });
    if (record.status !== 'STARTED') advance(record, 'STARTED');
    try {
      await this.runAll(record, session);
    } finally {
      session.close();
    }
  }

  private async runAll(record: StatementRecord, session: Session): Promise<void> {
    const { sqls, isBatch } = record.submission;
    const steps: readonly Progress[] = isBatch ? record.subStatements : [record];
    for (const [index, step] of steps.entries()) {
      try {
        await this.runStep(step, sqls[index]!, session, `${record.id}-${index + 1}`);
      } catch (error) {
        await session.rollback();
        fail(record, index, this.noticed(error), session.lastTable);
        return;
      }
    }
    try {
      await session.commit();
    } catch (error) {
      fail(record, steps.length - 1, this.noticed(error), session.lastTable);
      return;
    }
    record.hasResultSet = steps.some((step) => step.hasResultSet);
    if (isBatch) summarize(record);
    advance(record, 'FINISHED');
  }

  /** Says on the terminal what the disk refuses, and lets the database recover from it. */
  private noticed(error: unknown): unknown {
    if (isOfDisk(error)) reportDisk(error);
    this.options.database.notice(error);
    return error;
  }

  private async runStep(step: Progress, sql: string, session: Session, file: string): Promise<void> {
    if (step.status !== 'STARTED') advance(step, 'STARTED');
    const { rows, result } = await session.run(sql, join(this.options.database.scratch, file));
    step.resultRows = rows;
    step.result = result;
    step.resultSize = result?.bytes ?? 0;
    step.hasResultSet = result !== undefined;
    // The commit finishes the record itself.
    if ('sql' in step) advance(step, 'FINISHED');
  }
}

/** A batch reports the rows and the size of its last statement. */
function summarize(record: StatementRecord): void {
  const last = record.subStatements.at(-1)!;
  record.resultRows = last.resultRows;
  record.resultSize = last.resultSize;
}

/** Fails a batch: earlier statements are rolled back, later ones never run. */
function fail(record: StatementRecord, index: number, error: unknown, table: string): void {
  if (error instanceof Cancelled) {
    endAll(record, 'ABORTED', CANCELLED);
    return;
  }
  const text = describeError(error, table);
  const file = error instanceof SqlError ? error.file : undefined;
  record.subStatements.forEach((sub, position) => {
    dropResult(sub);
    if (position === index) {
      advance(sub, 'FAILED', text);
      sub.file = file;
    } else if (position > index)
      advance(sub, 'ABORTED', 'Query aborted: an earlier statement of the batch failed');
  });
  if (!record.submission.isBatch) record.file = file;
  advance(record, 'FAILED', record.submission.isBatch ? `Query #${index + 1} failed with ${text}` : text);
}

function endAll(record: StatementRecord, status: 'FAILED' | 'ABORTED', error: string): void {
  for (const sub of record.subStatements) {
    dropResult(sub);
    advance(sub, status, error);
  }
  advance(record, status, error);
}

function dropResult(progress: Progress): void {
  progress.result = undefined;
  progress.hasResultSet = false;
}

/** The signal says so itself. */
function ignoreAbort(): void {}

function untilAborted(signal: AbortSignal, ms?: number): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = ms === undefined ? undefined : setTimeout(done, ms);
    signal.addEventListener('abort', done);
    if (signal.aborted) done();
  });
}
