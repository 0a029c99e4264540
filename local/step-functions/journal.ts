import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { parseJsonLines, readIfPresent } from '../files';
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
 * before StartExecution answers, and the whole file is on disk before the execution counts as ended.
 */
export class Journal {
  private waiting: string[] = [];
  private scheduled = false;
  private readonly file: number;

  constructor(path: string, mode: 'new' | 'append') {
    this.file = openSync(path, mode === 'new' ? 'wx' : 'a');
  }

  start(started: StartedRecord): void {
    this.append({ started });
    this.flush();
  }

  event(event: RecordedEvent): void {
    this.append({ event });
    if (this.waiting.length >= batchLines) this.flush();
    else if (!this.scheduled) {
      this.scheduled = true;
      setImmediate(() => this.flush());
    }
  }

  /** Writes the end and closes the file. */
  end(ended: EndedRecord): void {
    this.append({ ended });
    this.flush();
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

  private flush(): void {
    this.scheduled = false;
    if (this.waiting.length === 0) return;
    writeSync(this.file, `${this.waiting.join('\n')}\n`);
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
