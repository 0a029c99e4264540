import type { ResultSet } from '../warehouse/results';

/** https://docs.aws.amazon.com/redshift-data/latest/APIReference/API_DescribeStatement.html */
export type Status = 'SUBMITTED' | 'PICKED' | 'STARTED' | 'FINISHED' | 'FAILED' | 'ABORTED';

export interface SqlParameter {
  readonly name: string;
  readonly value: string;
}

/** What a caller submitted with ExecuteStatement or BatchExecuteStatement. */
export interface Submission {
  readonly sqls: readonly string[];
  readonly isBatch: boolean;
  readonly database: string;
  readonly workgroupName: string;
  readonly secretArn?: string;
  readonly statementName?: string;
  readonly parameters: readonly SqlParameter[];
  /** `aws:userid` of who submitted it; left out, the account's root. */
  readonly owner?: string;
  /** The role that submitted it, by which its database user is called without a secret. */
  readonly role?: string;
}

/** What is known of a whole statement or of one of a batch. */
export interface Progress {
  status: Status;
  error?: string;
  readonly createdAt: Date;
  updatedAt: Date;
  startedAt?: Date;
  /** Nanoseconds; -1 before the end. */
  duration: number;
  /** -1 where there is no number. */
  resultRows: number;
  resultSize: number;
  hasResultSet: boolean;
  /** Number that Redshift gives a query. */
  queryId: number;
  result?: ResultSet;
}

export interface SubStatement extends Progress {
  readonly sql: string;
}

/** A submitted statement, from its submission to the end of its retention. */
export interface StatementRecord extends Progress {
  readonly id: string;
  readonly submission: Submission;
  readonly pid: number;
  /** Of a batch, one for each statement; empty for a single statement. */
  readonly subStatements: readonly SubStatement[];
}

export function isFinal(status: Status): boolean {
  return status === 'FINISHED' || status === 'FAILED' || status === 'ABORTED';
}

export function newProgress(): Progress {
  const now = new Date();
  return {
    status: 'SUBMITTED',
    createdAt: now,
    updatedAt: now,
    duration: -1,
    resultRows: -1,
    resultSize: -1,
    hasResultSet: false,
    queryId: 0,
  };
}

/** Moves a statement on; the time of the last change is part of the description. */
export function advance(progress: Progress, status: Status, error?: string): void {
  const now = new Date();
  progress.status = status;
  progress.updatedAt = now;
  if (error !== undefined) progress.error = error;
  if (status === 'STARTED') progress.startedAt = now;
  if (isFinal(status)) {
    const started = progress.startedAt ?? now;
    progress.duration = Math.max(now.getTime() - started.getTime(), 0) * 1_000_000;
  }
}
