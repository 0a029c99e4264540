import { createHash } from 'node:crypto';
import {
  BatchExecuteStatementCommand,
  CancelStatementCommand,
  DescribeStatementCommand,
  GetStatementResultCommand,
  RedshiftDataClient,
  type Field,
  type StatusString,
} from '@aws-sdk/client-redshift-data';
import { z } from 'zod';
import { diagnoseClientError, diagnoseStatement } from '../../core/diagnosis';
import { LoadError } from '../../core/errors';
import type { SqlBatch } from '../../core/sql';
import type { Configuration } from './configuration';

/** How long the service holds a call back while the statement runs, in seconds; it takes 30 at most. */
const SUBMIT_WAIT_SECONDS = 20;
const POLL_WAIT_SECONDS = 25;
/** For statements that a handler awaits itself: short ones, which never touch the data. */
const SHORT_STATEMENT_SECONDS = 60;
const SHORT_STATEMENT_FIX =
  'It is a short statement that waited for something: look in SYS_QUERY_HISTORY for locks, queueing or a workgroup that is resuming, then start the execution again.';
const LONG_STATEMENT_FIX =
  'Look in SYS_QUERY_HISTORY for what it waited for (locks, queueing, a small workgroup). Raise load.statement_timeout_minutes in the dataset file if it just needs longer, then load the partition again.';

const client = new RedshiftDataClient({});

export type Value = string | number | boolean | null;
export type Row = Readonly<Record<string, Value>>;

const row = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));

/** Where a statement stands, as it goes from state to state. */
export const statementProgress = z.object({
  id: z.string(),
  /** SUBMITTED, PICKED or STARTED: await it further. FINISHED: done. Other statuses never get out of a handler. */
  status: z.enum(['SUBMITTED', 'PICKED', 'STARTED', 'FINISHED']),
  /** Time of submission, ISO 8601. */
  submitted: z.string(),
  /** The rows of all the batch's SELECTs, in order, once FINISHED. */
  rows: z.array(row).optional(),
});
export type StatementProgress = z.infer<typeof statementProgress>;

/**
 * A token by which the Data API knows a call that it has seen before: a submit whose answer was lost is not run twice.
 * It holds the attempt, since the service would otherwise replay a failed statement to its retry for eight hours.
 */
export function clientToken(...parts: readonly (string | number)[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/**
 * Submits a batch, one transaction, and waits a while for it.
 * @throws LoadError as the statement's failure is diagnosed.
 */
export async function submitBatch(
  configuration: Configuration,
  batch: SqlBatch,
  name: string,
  token?: string,
): Promise<StatementProgress> {
  const submitted = new Date().toISOString();
  const answer = await explained(`BatchExecuteStatement ${name}`, () =>
    client.send(
      new BatchExecuteStatementCommand({
        WorkgroupName: configuration.workgroup,
        Database: configuration.database,
        SecretArn: configuration.secret,
        StatementName: name.slice(0, 500),
        Sqls: [...batch.sqls],
        Parameters: batch.parameters.length > 0 ? [...batch.parameters] : undefined,
        ClientToken: token,
        WaitTimeSeconds: SUBMIT_WAIT_SECONDS,
      }),
    ),
  );
  return progress(answer.Id ?? '', answer.Status, submitted);
}

/** Waits for a statement for one long poll. @throws LoadError as the statement's failure is diagnosed. */
export async function pollStatement(id: string, submitted: string): Promise<StatementProgress> {
  return progress(id, undefined, submitted, POLL_WAIT_SECONDS);
}

/**
 * Submits a short batch and waits to its end.
 * @returns the statement's id, by which {@link resultsOf} reads what it selected.
 * @throws LoadError as diagnosed; StatementTimedOut
 */
export async function runBatch(configuration: Configuration, batch: SqlBatch, name: string): Promise<string> {
  let statement = await submitBatch(configuration, batch, name);
  const deadline = Date.parse(statement.submitted) + SHORT_STATEMENT_SECONDS * 1_000;
  while (statement.status !== 'FINISHED') {
    if (Date.now() > deadline) {
      statement = await endStatement(statement, `${SHORT_STATEMENT_SECONDS} seconds`, SHORT_STATEMENT_FIX);
      break;
    }
    statement = await progress(statement.id, undefined, statement.submitted, 5);
  }
  return statement.id;
}

/**
 * Cancels a statement that is past its deadline.
 * @returns the statement where it had finished before the cancel reached it: what it did then stands.
 * @throws LoadError StatementTimedOut
 */
export async function endStatement(
  statement: StatementProgress,
  limit: string,
  fix = LONG_STATEMENT_FIX,
): Promise<StatementProgress> {
  const { id, submitted } = statement;
  try {
    await client.send(new CancelStatementCommand({ Id: id }));
  } catch (error) {
    // One that has just ended by itself cannot be cancelled.
    if ((error as Error).name !== 'ValidationException')
      throw diagnoseClientError(error, `CancelStatement ${id}`);
  }
  const ended = await pollStatement(id, submitted).catch((error: unknown) => {
    if (error instanceof LoadError && error.name !== 'StatementAborted') throw error;
    return undefined;
  });
  if (ended?.status === 'FINISHED') return ended;
  throw new LoadError(
    'StatementTimedOut',
    `Statement ${id} was still running after ${limit} and was cancelled; nothing of it stands.`,
    fix,
  );
}

/** Results of all the statements of a batch that have one, in order. */
export async function resultsOf(id: string): Promise<readonly (readonly Row[])[]> {
  const described = await explained(`DescribeStatement ${id}`, () =>
    client.send(new DescribeStatementCommand({ Id: id })),
  );
  const withRows = (described.SubStatements ?? []).filter((each) => each.HasResultSet);
  return Promise.all(withRows.map((each) => readRows(each.Id ?? '')));
}

async function progress(
  id: string,
  known: StatusString | undefined,
  submitted: string,
  waitSeconds?: number,
): Promise<StatementProgress> {
  if (known === 'SUBMITTED' || known === 'PICKED' || known === 'STARTED')
    return { id, status: known, submitted };

  const described = await explained(`DescribeStatement ${id}`, () =>
    client.send(new DescribeStatementCommand({ Id: id, WaitTimeSeconds: waitSeconds })),
  );
  const status = described.Status;
  switch (status) {
    case 'SUBMITTED':
    case 'PICKED':
    case 'STARTED':
      return { id, status, submitted };
    case 'FINISHED': {
      const selects = (described.SubStatements ?? []).filter((each) => each.HasResultSet);
      const results = await Promise.all(selects.map((each) => readRows(each.Id ?? '')));
      return { id, status, submitted, rows: results.flat() };
    }
    case 'FAILED':
    case 'ABORTED': {
      const failed = described.SubStatements?.find((each) => each.Status === status);
      throw diagnoseStatement(
        status,
        described.Error ?? failed?.Error ?? '',
        `statement ${failed?.Id ?? id}`,
      );
    }
    default:
      // An unknown status is a failure, never a wait: whoever polls on would poll forever.
      throw new LoadError(
        'StatementFailed',
        `Statement ${id} has the unknown status ${String(status)}.`,
        'Look the statement up in SYS_QUERY_HISTORY; a newer Data API may need a newer Sluice.',
      );
  }
}

async function readRows(id: string): Promise<Row[]> {
  const rows: Row[] = [];
  let token: string | undefined;
  do {
    const next = token;
    const page = await explained(`GetStatementResult ${id}`, () =>
      client.send(new GetStatementResultCommand({ Id: id, NextToken: next })),
    );
    const names = (page.ColumnMetadata ?? []).map((column) => column.name ?? '');
    for (const record of page.Records ?? []) {
      rows.push(
        Object.fromEntries(record.map((field, index) => [names[index] ?? String(index), valueOf(field)])),
      );
    }
    token = page.NextToken;
  } while (token !== undefined);
  return rows;
}

function valueOf(field: Field): Value {
  return field.isNull
    ? null
    : (field.stringValue ?? field.longValue ?? field.doubleValue ?? field.booleanValue ?? null);
}

async function explained<T>(call: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw diagnoseClientError(error, call);
  }
}
