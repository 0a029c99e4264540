import type { FileError } from '../sql/errors';
import type { ResultSet } from '../warehouse/results';

/** https://docs.aws.amazon.com/redshift-data/latest/APIReference/API_DescribeStatement.html */
export type Status = 'SUBMITTED' | 'PICKED' | 'STARTED' | 'FINISHED' | 'FAILED' | 'ABORTED';

export interface SqlParameter {
  readonly name: string;
  readonly value: string;
}

/** The content of an ExecuteStatement or BatchExecuteStatement request. */
export interface Submission {
  readonly sqls: readonly string[];
  readonly isBatch: boolean;
  readonly database: string;
  readonly workgroupName: string;
  readonly secretArn?: string;
  readonly statementName?: string;
  readonly parameters: readonly SqlParameter[];
  /** `aws:userid` of the submitter. Default: the account's root. */
  readonly owner?: string;
  /** The role that submitted it. Without a secret it names the database user. */
  readonly role?: string;
}

/** The database user who owns what nobody else owns, may do everything, and sees the system views' rows of all users. */
export const ADMINISTRATOR = 'admin';

/**
 * The user of a submission. A role has a user of its own. With a secret it is the namespace's administrator, since the twin
 * has no other secrets; so is the account's root.
 * Source: Amazon Redshift Serverless API Reference, "GetCredentials".
 */
export function databaseUser({ secretArn, role }: Pick<Submission, 'secretArn' | 'role'>): string {
  return secretArn === undefined && role !== undefined ? `IAMR:${role}` : ADMINISTRATOR;
}

/** The progress of a statement or of a batch's sub-statement. */
export interface Progress {
  status: Status;
  error?: string;
  readonly createdAt: Date;
  updatedAt: Date;
  startedAt?: Date;
  /** Nanoseconds; -1 before the end. */
  duration: number;
  /** -1 without a result. */
  resultRows: number;
  resultSize: number;
  hasResultSet: boolean;
  /** Redshift's number of the query. */
  queryId: number;
  /** The file that a COPY failed on. */
  file?: FileError;
  result?: ResultSet;
}

export interface SubStatement extends Progress {
  readonly sql: string;
}

/** A submitted statement, kept until its retention ends. */
export interface StatementRecord extends Progress {
  readonly id: string;
  readonly submission: Submission;
  readonly pid: number;
  /** A batch's statements; empty for a single statement. */
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

/** Sets a statement's status and the time of its last change. */
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
