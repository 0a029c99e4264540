import { createHash, randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { rmSync } from 'node:fs';
import { systemClock, type Clock } from '../../clock';
import { ServiceError } from '../../service-error';
import { Journal, type JournalEntry, type TokenUse } from './journal';
import {
  advance,
  isFinal,
  newProgress,
  type Progress,
  type StatementRecord,
  type Submission,
  type SubStatement,
} from './record';

/** Results and descriptions are kept for a day: https://docs.aws.amazon.com/redshift/latest/mgmt/data-api.html */
const RETENTION_MS = 24 * 60 * 60 * 1000;
/** AWS remembers a client token for about eight hours. */
const TOKEN_MS = 8 * 60 * 60 * 1000;

interface Entry {
  readonly record: StatementRecord;
  readonly controller: AbortController;
  readonly token?: TokenUse;
}

/** All submitted statements, and the long polls that wait for them. */
export class StatementRegistry {
  private readonly entries = new Map<string, Entry>();
  private readonly ended = new EventEmitter().setMaxListeners(0);
  private queryId = 1000;

  /** @param longestPollSeconds upper bound of {@link wait}. @param clock whose time {@link wait} takes. */
  constructor(
    private readonly journal: Journal,
    private readonly longestPollSeconds = Infinity,
    private readonly clock: Pick<Clock, 'sleep'> = systemClock,
  ) {
    for (const entry of journal.read()) this.restore(entry);
  }

  /**
   * Registers a submission, or finds the one with the same token.
   * @throws ServiceError ValidationException if the token was used with another request.
   */
  submit(submission: Submission, token: string | undefined): { record: StatementRecord; isNew: boolean } {
    this.forgetOld();
    const use = token === undefined ? undefined : { token, digest: digest(submission) };
    const earlier = use && this.withToken(use);
    if (earlier !== undefined) return { record: earlier, isNew: false };
    const record: StatementRecord = {
      id: randomUUID(),
      pid: 1_073_741_824 + this.entries.size,
      submission,
      ...this.numbered(),
      subStatements: submission.isBatch ? submission.sqls.map((sql) => ({ sql, ...this.numbered() })) : [],
    };
    // The journal comes first: if the disk refuses, a retry with the same token must not find a statement that never ran.
    this.journal.write(record, use);
    this.entries.set(record.id, { record, controller: new AbortController(), token: use });
    return { record, isNew: true };
  }

  /** @throws ServiceError ResourceNotFoundException */
  find(id: string): { record: StatementRecord; sub?: SubStatement } {
    const [uuid, number] = id.split(':');
    const entry = this.entries.get(uuid!);
    const sub = number === undefined ? undefined : entry?.record.subStatements[Number(number) - 1];
    if (entry === undefined || (number !== undefined && sub === undefined)) {
      throw new ServiceError('ResourceNotFoundException', 'Query does not exist.', 400, { ResourceId: id });
    }
    return { record: entry.record, sub };
  }

  /** Newest first. */
  list(): readonly StatementRecord[] {
    return [...this.entries.values()].map((entry) => entry.record).reverse();
  }

  get active(): number {
    return [...this.entries.values()].filter(({ record }) => !isFinal(record.status)).length;
  }

  signalOf(record: StatementRecord): AbortSignal {
    return this.entries.get(record.id)!.controller.signal;
  }

  cancel(record: StatementRecord): void {
    this.entries.get(record.id)!.controller.abort();
  }

  cancelAll(): void {
    for (const { record, controller } of this.entries.values())
      if (!isFinal(record.status)) controller.abort();
  }

  /** Ends a statement and wakes its long polls. */
  end(record: StatementRecord): void {
    this.journal.writeEnd(record);
    this.ended.emit(record.id);
  }

  /** Waits until the statement ends, the time is over or the client disconnects. */
  async wait(record: StatementRecord, seconds: number | undefined, signal: AbortSignal): Promise<void> {
    if (seconds === undefined || isFinal(record.status) || signal.aborted) return;
    const over = new AbortController();
    const end = () => over.abort();
    this.ended.once(record.id, end);
    signal.addEventListener('abort', end);
    try {
      await this.clock.sleep(Math.min(seconds, this.longestPollSeconds) * 1000, over.signal);
    } catch (error) {
      if (!over.signal.aborted) throw error;
    } finally {
      this.ended.off(record.id, end);
      signal.removeEventListener('abort', end);
    }
  }

  private numbered(): Progress {
    this.queryId += 1;
    return { ...newProgress(), queryId: this.queryId };
  }

  private withToken(use: TokenUse): StatementRecord | undefined {
    for (const { record, token } of this.entries.values()) {
      if (token?.token !== use.token || Date.now() - record.createdAt.getTime() > TOKEN_MS) continue;
      if (token.digest === use.digest) return record;
      throw new ServiceError(
        'ValidationException',
        'ClientToken was already used with different request parameters.',
      );
    }
    return undefined;
  }

  /** A statement that was running when the process ended has been rolled back. */
  private restore({ token, ...entry }: JournalEntry): void {
    const dates = (of: { createdAt: number; updatedAt: number }) => ({
      createdAt: new Date(of.createdAt),
      updatedAt: new Date(of.updatedAt),
    });
    const subStatements = entry.subStatements.map((sub) => ({ ...sub, ...dates(sub) }));
    const record: StatementRecord = { ...entry, ...dates(entry), subStatements };
    this.queryId = Math.max(this.queryId, entry.queryId, ...subStatements.map((sub) => sub.queryId));
    for (const progress of [record, ...subStatements]) {
      if (!isFinal(progress.status))
        advance(progress, 'FAILED', 'ERROR: the connection was lost: the local twin restarted');
    }
    this.entries.set(record.id, { record, controller: new AbortController(), token });
  }

  /** Entries are in order of submission, so every entry after a recent one is recent. */
  private forgetOld(): void {
    for (const [id, { record }] of this.entries) {
      if (Date.now() - record.createdAt.getTime() <= RETENTION_MS) return;
      if (Date.now() - record.updatedAt.getTime() <= RETENTION_MS || !isFinal(record.status)) continue;
      for (const { result } of [record, ...record.subStatements])
        if (result) rmSync(result.path, { force: true });
      this.entries.delete(id);
    }
  }
}

function digest(submission: Submission): string {
  return createHash('sha256').update(JSON.stringify(submission)).digest('hex');
}
