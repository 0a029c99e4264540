import { RedshiftDataClient } from '@aws-sdk/client-redshift-data';
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { diagnoseClientError, diagnoseStatement } from '../../core/diagnosis';
import { isTransient, linesOf, LoadError, STILL_RUNNING, type ErrorName } from '../../core/errors';
import type { SqlBatch } from '../../core/sql';
import type { PartitionState, Row } from '../../core/states';
import type { MeasuredStep } from '../../core/steps';
import type { StatementTime } from '../../core/warehouse-time';
import { readConfiguration, type Configuration } from './configuration';
import { DataApi, type NamedStatement } from './data-api';
import { inParallel } from './in-parallel';
import { secondsLeft } from './invocation';
import { recordStep } from './metrics';
import { statementCredentials } from './statement-credentials';
import { traced } from './tracing';

/** How long a call waits for the end of the statement, in seconds. The service allows 30 at most. */
const SUBMIT_WAIT_SECONDS = 20;
const POLL_WAIT_SECONDS = 25;
/** The pause after a poll that failed. */
const PAUSE_SECONDS = 2;
/**
 * The limit for statements that a handler waits for itself. They are short and never touch the data, but a workgroup may
 * have to resume, to compile them or to queue them first.
 */
export const SHORT_STATEMENT_SECONDS = 150;
/**
 * A step waits for its statement until so many seconds of the invocation are left: for a last poll, the cancellation of the
 * statement and the name of a bad file. It waits for long, because each further invocation costs events; see
 * core/execution-limits.ts.
 */
export const SECONDS_LEFT = 75;
/** The seconds of an invocation that are left for the cancellation of a statement. */
export const CANCEL_SECONDS = POLL_WAIT_SECONDS + 15;
/** Statements that are asked after at the same time. */
const CONCURRENT_QUESTIONS = 8;
const SHORT_STATEMENT_FIX = 'Nothing to do: the step is retried.';
const LONG_STATEMENT_FIX =
  'Look in SYS_QUERY_HISTORY for what it waited for (locks, queueing, a small workgroup). If it is the merge and the target is large, make it read only the blocks of the staged hours: begin target.sortkey with the event time, make a key column the distkey, and promise what is true of event times (target.event_time_immutable or event_time_drift_hours, with load.strategy: delete-insert). If it only needs more time, raise load.statement_timeout_minutes. Then load the partition again.';

const client = traced(new RedshiftDataClient({ credentials: statementCredentials }));
const apiOf = (configuration: Configuration): DataApi => new DataApi(client, configuration);

/** A batch in the service. `results` holds the rows of each of its SELECTs if it is FINISHED. */
interface Statement {
  readonly id: string;
  readonly isRunning: boolean;
  /** Milliseconds since 1970. */
  readonly submitted: number;
  readonly results: readonly (readonly Row[])[];
}

/** The load that a statement belongs to: of a partition or a group of them, or of all partitions of an execution. */
export type ExecutionIdentity = Pick<PartitionState, 'dataset' | 'execution'>;
export type LoadIdentity = ExecutionIdentity & {
  /** The hour, or the name of the group. */
  readonly partition: string;
};

/**
 * The name of an execution's statement. It begins with what the statement belongs to, so that {@link endStatements} and
 * {@link timesOf} find it.
 */
export function statementName(owner: ExecutionIdentity | LoadIdentity, step: string): string {
  return `${ownerName(owner)}${step}`;
}

/** What the names of all statements of a load or an execution begin with. */
function ownerName(owner: ExecutionIdentity | LoadIdentity): string {
  const { dataset, execution } = owner;
  return `${dataset} ${execution} ${'partition' in owner ? `${owner.partition} ` : ''}`;
}

/** The statement of a step of a load, as one state of the state machine runs it. */
export interface StepStatement {
  readonly step: MeasuredStep;
  readonly load: LoadIdentity;
  /** COPYs of one load that follow each other because of bad files are statements of their own. */
  readonly further_copies: number;
  /** It is cancelled when it has run for so long. */
  readonly timeout_minutes: number;
  /** The batch to submit, which is one transaction. It is asked for only if no statement of the step runs or has finished. */
  readonly batch: () => Promise<SqlBatch>;
  /** The rows of a statement that failed, if it was committed all the same. Asked before another one takes its place. */
  readonly committed?: () => Promise<readonly Row[] | undefined>;
}

/**
 * Runs the statement of a step and waits for its end, for as long as the invocation may. Whoever calls it again, because
 * the statement runs longer or the invocation is lost, goes on with the same statement: the names of statements tell of it.
 * Only after a failure another one is submitted.
 * @returns the rows of all SELECTs of the batch, in order.
 * @throws LoadError as the statement's failure is diagnosed; StatementRunning; StatementTimedOut; StatusUnavailable
 */
export async function runStep(
  configuration: Configuration,
  statement: StepStatement,
): Promise<readonly Row[]> {
  const { step, load, timeout_minutes: minutes } = statement;
  const begun = Date.now();
  const found = await currentStatement(configuration, statement);
  if ('committed' in found) return found.committed;
  let current: Statement = found;
  const deadline = current.submitted + minutes * 60_000;
  while (current.isRunning) {
    const { id, submitted } = current;
    if (Date.now() > deadline) {
      const limit = `${minutes} minutes`;
      current = await asked(id, () => end({ id, submitted }, limit, 'StatementTimedOut', LONG_STATEMENT_FIX));
      break;
    }
    const wait = waitSeconds(POLL_WAIT_SECONDS, deadline);
    current = await asked(id, () => describe(id, submitted, wait)).catch(goingOn(current));
    if (current.isRunning && secondsLeft() <= SECONDS_LEFT) throw stillRunning(id, step);
  }
  // An earlier invocation may have submitted it; one that finds it finished does not know how long it took.
  recordStep(load.dataset, step, Math.min(current.submitted, begun));
  return current.results.flat();
}

/** If only a poll fails, the statement goes on, and so does whoever waits for it: hours may still pass. */
function goingOn(statement: Statement): (error: unknown) => Promise<Statement> {
  return async (error) => {
    if (!(error instanceof LoadError) || error.name !== 'StatusUnavailable') throw error;
    await sleep(PAUSE_SECONDS * 1_000);
    return statement;
  };
}

/** The statement of the step that runs or has finished, or else a new one. */
async function currentStatement(
  configuration: Configuration,
  { step, load, further_copies, batch, committed }: StepStatement,
): Promise<Statement | { readonly committed: readonly Row[] }> {
  const name = `${statementName(load, step)} ${further_copies} `;
  const earlier = await listStatements(configuration, name);
  const alive = earlier.find(({ hasFailed }) => !hasFailed);
  if (alive) {
    const { id, isRunning } = alive;
    const submitted = alive.created.getTime();
    return isRunning ? { id, isRunning, submitted, results: [] } : asked(id, () => describe(id, submitted));
  }
  const failed = earlier.toSorted((left, right) => left.created.getTime() - right.created.getTime()).at(-1);
  if (failed) {
    const rows = await committed?.();
    if (rows) return { committed: rows };
    await throwIfFatal(failed);
  }
  const attempt = earlier.length + 1;
  const token = clientToken([step, load.execution, load.partition, further_copies, attempt]);
  const wait = waitSeconds(SUBMIT_WAIT_SECONDS);
  return submit(configuration, await batch(), `${name}${attempt}`, { token, wait });
}

/** How long a step's call waits: not beyond the deadline, nor beyond what the invocation has left for waiting. */
function waitSeconds(most: number, deadline = Infinity): number {
  const left = Math.min((deadline - Date.now()) / 1_000, secondsLeft() - SECONDS_LEFT, most);
  return Math.max(1, Math.ceil(left));
}

/** The call that waited for it may be lost, and its failure with it. */
async function throwIfFatal({ id, created }: NamedStatement): Promise<void> {
  await asked(id, () => describe(id, created.getTime())).catch((error: unknown) => {
    if (!(error instanceof StatementError) || !isTransient(error.name)) throw error;
  });
}

/**
 * A token by which the Data API recognizes a repeated call, so that a batch whose answer was lost, or which the list of
 * statements does not have yet, does not run twice. It includes the attempt: for eight hours the service answers a repeated
 * token with the first, failed batch.
 */
function clientToken(parts: readonly (string | number)[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

function stillRunning(id: string, step: string): LoadError {
  return new LoadError(
    STILL_RUNNING,
    `Statement ${id} of ${step} is still running.`,
    'Nothing to do: the step waits for it again.',
  );
}

/**
 * Submits a short batch and waits for its end. One that takes too long is cancelled before Lambda ends the invocation, so
 * that it never runs beside its replacement.
 * @param most how many seconds it may take.
 * @returns the rows of each of its SELECTs, in order.
 * @throws LoadError as diagnosed; WarehouseBusy
 */
export async function runBatch(
  configuration: Configuration,
  batch: SqlBatch,
  name: string,
  most = SHORT_STATEMENT_SECONDS,
): Promise<readonly (readonly Row[])[]> {
  const seconds = Math.max(1, Math.floor(Math.min(most, secondsLeft() - CANCEL_SECONDS)));
  let statement = await submit(configuration, batch, name, { wait: Math.min(seconds, SUBMIT_WAIT_SECONDS) });
  const deadline = statement.submitted + seconds * 1_000;
  while (statement.isRunning) {
    if (Date.now() > deadline) {
      return (await end(statement, `${seconds} seconds`, 'WarehouseBusy', SHORT_STATEMENT_FIX)).results;
    }
    statement = await describe(statement.id, statement.submitted, 5);
  }
  return statement.results;
}

/**
 * Cancels all running statements of a load, or of an execution, and waits for their end. Otherwise a statement that nothing waits for could
 * run at the same time as its replacement, or create the staging table after it was dropped.
 * @throws LoadError StatusUnavailable
 */
export async function endStatements(
  configuration: Configuration,
  owner: ExecutionIdentity | LoadIdentity,
): Promise<void> {
  await endRunning(await listStatements(configuration, ownerName(owner)));
}

/**
 * When the statements of an execution or a load ran, by their names. Statements of the last 24 hours are known. It wakes
 * nothing.
 * @throws LoadError StatusUnavailable
 */
export async function timesOf(
  configuration: Configuration,
  owner: ExecutionIdentity | LoadIdentity,
): Promise<readonly (StatementTime & { readonly name: string })[]> {
  const statements = await listStatements(configuration, ownerName(owner));
  return inParallel(statements, CONCURRENT_QUESTIONS, async ({ id, name }) => ({
    ...(await asked(id, () => call(`DescribeStatement ${id}`, () => apiOf(configuration).timeOf(id)))),
    name,
  }));
}

function listStatements(configuration: Configuration, name: string): Promise<NamedStatement[]> {
  return asked('ListStatements', () => call('ListStatements', () => apiOf(configuration).list(name)));
}

async function endRunning(statements: readonly NamedStatement[]): Promise<void> {
  for (const { id } of statements.filter(({ isRunning }) => isRunning)) {
    const ended = await asked(id, () => cancel(id, Date.now()));
    if (ended?.isRunning) {
      throw statusUnavailable(id, 'it still runs though it was cancelled');
    }
  }
}

async function submit(
  configuration: Configuration,
  batch: SqlBatch,
  name: string,
  { token, wait = SUBMIT_WAIT_SECONDS }: { readonly token?: string; readonly wait?: number },
): Promise<Statement> {
  const submitted = Date.now();
  const { id, isRunning } = await call(`BatchExecuteStatement ${name}`, () =>
    apiOf(configuration).submitBatch(batch, name, token, wait),
  );
  return isRunning ? { id, isRunning, submitted, results: [] } : describe(id, submitted);
}

async function describe(id: string, submitted: number, waitSeconds?: number): Promise<Statement> {
  const configuration = readConfiguration();
  const api = apiOf(configuration);
  const state = await call(`DescribeStatement ${id}`, () => api.describe(id, waitSeconds));
  switch (state.status) {
    case 'FINISHED': {
      const results = await Promise.all(state.selects.map((select) => readRows(api, select)));
      return { id, isRunning: false, submitted, results };
    }
    case 'FAILED':
    case 'ABORTED': {
      const { status, error = '', failed, query } = state;
      throw new StatementError(diagnoseStatement(status, error, `statement ${failed}`, configuration), query);
    }
    case 'UNKNOWN':
      throw new LoadError(
        'StatementFailed',
        `Statement ${id} has the unknown status ${state.found}.`,
        'Look the statement up in SYS_QUERY_HISTORY; a newer Data API may need a newer Sluice.',
      );
    default:
      return { id, isRunning: true, submitted, results: [] };
  }
}

/** Cancels a statement. @returns its state afterwards; undefined if it failed or was aborted. */
async function cancel(id: string, submitted: number): Promise<Statement | undefined> {
  await call(`CancelStatement ${id}`, () => apiOf(readConfiguration()).cancel(id));
  return describe(id, submitted, POLL_WAIT_SECONDS).catch((error: unknown) => {
    if (error instanceof CallFailure) throw error;
    return undefined;
  });
}

async function end(
  statement: Pick<Statement, 'id' | 'submitted'>,
  limit: string,
  error: ErrorName,
  fix: string,
): Promise<Statement> {
  const { id, submitted } = statement;
  const ended = await cancel(id, submitted);
  if (ended && !ended.isRunning) return ended;
  throw new LoadError(
    error,
    ended
      ? `Statement ${id} was still running after ${limit}; it was cancelled and has not ended yet.`
      : `Statement ${id} was still running after ${limit} and was cancelled; it changed nothing.`,
    fix,
  );
}

async function readRows(api: DataApi, id: string): Promise<Row[]> {
  const { columns, rows } = await call(`GetStatementResult ${id}`, () => api.read(id));
  return rows.map((values) =>
    Object.fromEntries(values.map((value, index) => [columns[index]?.name ?? String(index), value])),
  );
}

/** A statement failed. */
export class StatementError extends LoadError {
  constructor(
    error: LoadError,
    /** Redshift's number of the statement, or of the one that failed in a batch. */
    readonly query: number | undefined,
  ) {
    super(error.name, linesOf(error), error.fix);
  }
}

/** A call of the Data API failed. The statement itself may be fine. */
class CallFailure extends LoadError {}

async function call<Result>(what: string, run: () => Promise<Result>): Promise<Result> {
  try {
    return await run();
  } catch (thrown) {
    const error = diagnoseClientError(thrown, what);
    throw new CallFailure(error.name, linesOf(error), error.fix);
  }
}

/** Makes a call about a statement. If only the call fails for a while, the statement goes on, so the call is retried. */
async function asked<Result>(statement: string, ask: () => Promise<Result>): Promise<Result> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof CallFailure && isTransient(error.name))
      throw statusUnavailable(statement, error.reason);
    throw error;
  }
}

function statusUnavailable(statement: string, why: string): LoadError {
  return new LoadError(
    'StatusUnavailable',
    `The status of statement ${statement} could not be read: ${why}`,
    'Nothing to do: the status is read again.',
  );
}
