import { closeSync, fdatasyncSync, openSync, unlinkSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { DISK_RETRY_MS, isDiskError, reportDisk } from '../disk';
import { appendWhole, parseJsonLines, readIfPresent } from '../files';
import type { RecordedEvent } from './interpreter/history';
import type { Ending } from './interpreter/run';

/** An execution's data from its start. */
export interface StartedRecord {
  readonly arn: string;
  readonly name: string;
  readonly stateMachineArn: string;
  /** The original text. */
  readonly input: string;
  /** Epoch milliseconds. */
  readonly startDate: number;
}

export type EndedRecord = Ending & {
  /** Epoch milliseconds. */
  readonly stopDate: number;
};

type Line =
  { readonly started: StartedRecord } | { readonly event: RecordedEvent } | { readonly ended: EndedRecord };

export interface JournalContent {
  readonly started: StartedRecord;
  readonly events: readonly RecordedEvent[];
  readonly ended?: EndedRecord;
}

/** Most lines that wait to be written. */
const batchLines = 256;

/**
 * One execution's append-only file with a line for its start, for each event and for its end. The start is in the file
 * before StartExecution answers, and the whole file is on disk before the execution counts as ended. What the disk refuses
 * meanwhile is kept and written later.
 */
export class Journal {
  private waiting: string[] = [];
  private scheduled = false;
  private readonly file: number;

  constructor(
    private readonly path: string,
    mode: 'new' | 'append',
  ) {
    this.file = openSync(path, mode === 'new' ? 'ax' : 'a');
  }

  /** @throws Error if the disk refuses. Then there is no file: the execution has not started, and its name is free. */
  start(started: StartedRecord): void {
    this.append({ started });
    try {
      this.write();
    } catch (error) {
      closeSync(this.file);
      unlinkSync(this.path);
      throw error;
    }
  }

  event(event: RecordedEvent): void {
    this.append({ event });
    if (this.scheduled && this.waiting.length % batchLines !== 0) return;
    this.scheduled = true;
    if (this.waiting.length >= batchLines) this.flush();
    else setImmediate(() => this.flush());
  }

  /** Writes the end, as soon as the disk takes it, and closes the file. */
  async end(ended: EndedRecord): Promise<void> {
    this.append({ ended });
    while (!this.flush()) await sleep(DISK_RETRY_MS);
    fdatasyncSync(this.file);
    closeSync(this.file);
  }

  /** Ends a line that a crash cut off. */
  repair(): void {
    writeSync(this.file, '\n');
  }

  private append(line: Line): void {
    this.waiting.push(JSON.stringify(line));
  }

  /** @returns whether the disk took the waiting lines. Otherwise the next event or the end brings them again. */
  private flush(): boolean {
    this.scheduled = false;
    try {
      this.write();
      return true;
    } catch (error) {
      if (!isDiskError(error)) throw error;
      reportDisk(error);
      return false;
    }
  }

  private write(): void {
    if (this.waiting.length === 0) return;
    appendWhole(this.file, `${this.waiting.join('\n')}\n`);
    this.waiting = [];
  }
}

/** Reads a journal and skips a line that was cut off. @returns undefined if it does not contain the start. */
export function readJournal(path: string): JournalContent | undefined {
  let started: StartedRecord | undefined;
  let ended: EndedRecord | undefined;
  const events: RecordedEvent[] = [];
  for (const line of parseJsonLines(readIfPresent(path) ?? '') as Line[]) {
    if ('started' in line) started = line.started;
    else if ('event' in line) events.push(line.event);
    else ended = line.ended;
  }
  return started && { started, events, ended };
}
