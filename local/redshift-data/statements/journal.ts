import { appendFileSync, closeSync, openSync } from 'node:fs';
import * as z from 'zod';
import { DISK_RETRY_MS, isDiskError, reportDisk } from '../../disk';
import { appendWhole, parseJsonLines, readIfPresent, writeWhole } from '../../files';
import { databaseUser, type StatementRecord } from './record';

/**
 * Submitted statements and their ends, one JSON object per line, so that DescribeStatement and client tokens survive the
 * end of the process. Results do not survive.
 */
export class Journal {
  private late: string[] = [];

  constructor(readonly path: string) {
    // The system views read it, also before the first statement.
    appendFileSync(path, '');
  }

  /** @throws Error if the disk refuses: a returned id must not be lost */
  write(record: StatementRecord, token: TokenUse | undefined): void {
    this.append(`${JSON.stringify({ ...serialize(record), token })}\n`);
  }

  /** Writes a statement's end, as soon as the disk takes it. Until then a restart would find the statement unfinished. */
  writeEnd(record: StatementRecord): void {
    this.late.push(`${JSON.stringify(serialize(record))}\n`);
    if (this.late.length === 1) this.writeLate();
  }

  private writeLate(): void {
    try {
      this.append(this.late.join(''));
      this.late = [];
    } catch (error) {
      if (!isDiskError(error)) throw error;
      reportDisk(error);
      setTimeout(() => this.writeLate(), DISK_RETRY_MS).unref();
    }
  }

  private append(lines: string): void {
    const file = openSync(this.path, 'a');
    try {
      appendWhole(file, lines);
    } finally {
      closeSync(file);
    }
  }

  /** The last state of each statement, oldest first. Skips a line that was cut off. */
  read(): readonly JournalEntry[] {
    const text = readIfPresent(this.path);
    if (text === undefined) return [];
    const entries = new Map<string, JournalEntry>();
    for (const line of parseJsonLines(text)) {
      const { success, data } = entry.safeParse(line);
      if (success) entries.set(data.id, { ...data, token: data.token ?? entries.get(data.id)?.token });
    }
    this.compact([...entries.values()]);
    return [...entries.values()];
  }

  private compact(entries: readonly JournalEntry[]): void {
    // Whole or not at all: a process that is killed here must not lose statements.
    writeWhole(this.path, entries.map((each) => `${JSON.stringify(each)}\n`).join(''));
  }
}

/** A client token and a digest of the request that it came with. */
export interface TokenUse {
  readonly token: string;
  readonly digest: string;
}

const status = z.enum(['SUBMITTED', 'PICKED', 'STARTED', 'FINISHED', 'FAILED', 'ABORTED']);
const progress = {
  status,
  error: z.string().optional(),
  createdAt: z.number(),
  updatedAt: z.number(),
  duration: z.number(),
  resultRows: z.number(),
  resultSize: z.number(),
  hasResultSet: z.boolean(),
  queryId: z.number(),
  file: z.object({ name: z.string(), code: z.number(), message: z.string() }).optional(),
};
const entry = z.object({
  id: z.string(),
  pid: z.number(),
  /** For the system views. */
  user: z.string().optional(),
  submission: z.object({
    sqls: z.array(z.string()),
    isBatch: z.boolean(),
    database: z.string(),
    workgroupName: z.string(),
    secretArn: z.string().optional(),
    statementName: z.string().optional(),
    parameters: z.array(z.object({ name: z.string(), value: z.string() })),
    role: z.string().optional(),
  }),
  ...progress,
  subStatements: z.array(z.object({ sql: z.string(), ...progress })),
  token: z.object({ token: z.string(), digest: z.string() }).optional(),
});
export type JournalEntry = z.infer<typeof entry>;

function serialize(record: StatementRecord): Omit<JournalEntry, 'token'> {
  const { id, pid, submission } = record;
  return {
    id,
    pid,
    user: databaseUser(submission),
    submission: { ...submission, sqls: [...submission.sqls], parameters: [...submission.parameters] },
    ...serializeProgress(record),
    subStatements: record.subStatements.map((sub) => ({ sql: sub.sql, ...serializeProgress(sub) })),
  };
}

function serializeProgress(of: StatementRecord | StatementRecord['subStatements'][number]) {
  const { error, duration, resultRows, resultSize, hasResultSet, queryId, file } = of;
  return {
    status: of.status,
    error,
    createdAt: of.createdAt.getTime(),
    updatedAt: of.updatedAt.getTime(),
    duration,
    resultRows,
    resultSize,
    hasResultSet,
    queryId,
    file,
  };
}
