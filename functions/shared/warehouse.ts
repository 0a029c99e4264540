import { RedshiftDataClient } from '@aws-sdk/client-redshift-data';
import { createHash } from 'node:crypto';
import { diagnoseClientError, diagnoseStatement } from '../../core/diagnosis';
import { isTransient, linesOf, LoadError, type ErrorName } from '../../core/errors';
import type { SqlBatch } from '../../core/sql';
import type { PartitionState, Row, StatementProgress } from '../../core/states';
import type { MeasuredStep } from '../../core/steps';
import { readConfiguration, type Configuration } from './configuration';
import { DataApi, type NamedStatement } from './data-api';
import { secondsLeft } from './invocation';
import { recordStep } from './metrics';
import { statementCredentials } from './statement-credentials';
import { traced } from './tracing';

/** How long a call waits for the end of the statement, in seconds. The service allows 30 at most. */
const SUBMIT_WAIT_SECONDS = 20;
const POLL_WAIT_SECONDS = 25;
/**
 * The limit for statements that a handler waits for itself. They are short and never touch the data, but a workgroup may
 * have to resume, to compile them or to queue them first.
 */
export const SHORT_STATEMENT_SECONDS = 150;
/** The seconds of an invocation that are left for the cancellation of a statement. */
export const CANCEL_SECONDS = POLL_WAIT_SECONDS + 15;
const SHORT_STATEMENT_FIX = 'Nothing to do: the step is retried.';
const LONG_STATEMENT_FIX =
  'Look in SYS_QUERY_HISTORY for what it waited for (locks, queueing, a small workgroup). If it is the merge and the target is large, make it read only the blocks of the staged hours: begin target.sortkey with the event time, make a key column the distkey, and set target.event_time_immutable: true if a key’s event time never changes. If it only needs more time, raise load.statement_timeout_minutes. Then load the partition again.';

const client = traced(new RedshiftDataClient({ credentials: statementCredentials }));
const apiOf = (configuration: Configuration): DataApi => new DataApi(client, configuration);

/** A batch in the service. `results` holds the rows of each of its SELECTs if it is FINISHED. */
interface Statement extends Omit<StatementProgress, 'dataset' | 'step'> {
  readonly results: readonly (readonly Row[])[];
}

/** The load that a statement belongs to. */
export type LoadIdentity = Pick<PartitionState, 'dataset' | 'partition' | 'execution'>;

/** The name of a load's statement. It begins with the load, so that {@link endStatements} finds running statements. */
export function statementName(load: LoadIdentity, step: string): string {
  return `${loadName(load)}${step}`;
}

function loadName({ dataset, partition, execution }: LoadIdentity): string {
  return `${dataset} ${partition} ${execution} `;
}

/** An attempt on a step of a load. `entered`: when the step's state was entered, which differs for each attempt. */
interface Submission {
  readonly load: LoadIdentity;
  readonly entered: string;
}

function attemptName(step: MeasuredStep, { load, entered }: Submission): string {
  return `${statementName(load, step)} ${entered}`;
}

/**
 * Submits a load's batch, which is one transaction, and waits up to {@link SUBMIT_WAIT_SECONDS}.
 * @throws LoadError as the statement's failure is diagnosed.
 */
export async function submitBatch(
  configuration: Configuration,
  batch: SqlBatch,
  step: MeasuredStep,
  submission: Submission,
): Promise<StatementProgress> {
  const { load } = submission;
  const statement = await submit(configuration, batch, attemptName(step, submission), {
    token: clientToken(step, submission),
  });
  return progressOf({ ...statement, dataset: load.dataset, step });
}

/**
 * A token by which the Data API recognizes a repeated call, so that a batch whose answer was lost does not run twice.
 * It includes `entered`: for eight hours the service answers a repeated token with the first, failed batch.
 */
function clientToken(step: MeasuredStep, { load, entered }: Submission): string {
  const parts = [step, load.execution, load.partition, entered];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/**
 * Waits for a statement with one long poll, until its deadline at most.
 * @param deadline milliseconds since 1970.
 * @throws LoadError as the statement's failure is diagnosed; StatusUnavailable if only the poll failed
 */
export async function pollStatement(
  { id, submitted, dataset, step }: StatementProgress,
  deadline: number,
): Promise<StatementProgress> {
  const left = Math.ceil((deadline - Date.now()) / 1_000);
  const waitSeconds = Math.min(Math.max(left, 1), POLL_WAIT_SECONDS);
  const statement = await asked(id, () => describe(id, submitted, waitSeconds));
  return progressOf({ ...statement, dataset, step });
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
  const deadline = Date.parse(statement.submitted) + seconds * 1_000;
  while (statement.status !== 'FINISHED') {
    if (Date.now() > deadline) {
      return (await end(statement, `${seconds} seconds`, 'WarehouseBusy', SHORT_STATEMENT_FIX)).results;
    }
    statement = await describe(statement.id, statement.submitted, 5);
  }
  return statement.results;
}

/**
 * Cancels a statement that is past its deadline.
 * @returns the statement if it finished before it could be cancelled: its changes are committed then.
 * @throws LoadError StatementTimedOut; StatusUnavailable if the cancellation failed
 */
export async function endStatement(statement: StatementProgress, limit: string): Promise<StatementProgress> {
  const { dataset, step } = statement;
  const ended = await asked(statement.id, () =>
    end(statement, limit, 'StatementTimedOut', LONG_STATEMENT_FIX),
  );
  return progressOf({ ...ended, dataset, step });
}

/**
 * Cancels all running statements of a load and waits for their end. Otherwise a statement that nothing waits for could
 * run at the same time as its replacement, or create the staging table after it was dropped.
 * @throws LoadError StatusUnavailable
 */
export async function endStatements(configuration: Configuration, load: LoadIdentity): Promise<void> {
  await endRunning(await listStatements(configuration, loadName(load)));
}

/**
 * Cancels the running statements of earlier attempts on a step, and waits for their end. Only the names of statements tell
 * of such attempts: whether Step Functions counts the retries of a Parallel (`$$.State.RetryCount`) is unproven. The names
 * of a step's attempts have the order of their times.
 * @returns whether there was an earlier attempt.
 * @throws LoadError StatusUnavailable; also if there is a later attempt, since this one then goes on though it was given up
 */
export async function endEarlierAttempts(
  configuration: Configuration,
  step: MeasuredStep,
  submission: Submission,
): Promise<boolean> {
  const own = attemptName(step, submission);
  const statements = await listStatements(configuration, `${statementName(submission.load, step)} `);
  const later = statements.find(({ name }) => name > own);
  if (later) throw statusUnavailable(later.id, 'it belongs to a later attempt than this one');
  const earlier = statements.filter(({ name }) => name < own);
  await endRunning(earlier);
  return earlier.length > 0;
}

function listStatements(configuration: Configuration, name: string): Promise<NamedStatement[]> {
  return asked('ListStatements', () => call('ListStatements', () => apiOf(configuration).list(name)));
}

async function endRunning(statements: readonly NamedStatement[]): Promise<void> {
  for (const { id } of statements.filter(({ isRunning }) => isRunning)) {
    const ended = await asked(id, () => cancel(id, new Date().toISOString()));
    if (ended && ended.status !== 'FINISHED') {
      throw statusUnavailable(id, `it is ${ended.status} though it was cancelled`);
    }
  }
}

async function submit(
  configuration: Configuration,
  batch: SqlBatch,
  name: string,
  { token, wait = SUBMIT_WAIT_SECONDS }: { readonly token?: string; readonly wait?: number },
): Promise<Statement> {
  const submitted = new Date().toISOString();
  const { id, running } = await call(`BatchExecuteStatement ${name}`, () =>
    apiOf(configuration).submitBatch(batch, name, token, wait),
  );
  return running ? { id, status: running, submitted, results: [] } : describe(id, submitted);
}

async function describe(id: string, submitted: string, waitSeconds?: number): Promise<Statement> {
  const configuration = readConfiguration();
  const api = apiOf(configuration);
  const state = await call(`DescribeStatement ${id}`, () => api.describe(id, waitSeconds));
  switch (state.status) {
    case 'FINISHED': {
      const results = await Promise.all(state.selects.map((select) => readRows(api, select)));
      return { id, status: state.status, submitted, results };
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
      return { id, status: state.status, submitted, results: [] };
  }
}

/** Cancels a statement. @returns its state afterwards; undefined if it failed or was aborted. */
async function cancel(id: string, submitted: string): Promise<Statement | undefined> {
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
  if (ended?.status === 'FINISHED') return ended;
  throw new LoadError(
    error,
    ended
      ? `Statement ${id} was still running after ${limit}; it was cancelled and has not ended yet.`
      : `Statement ${id} was still running after ${limit} and was cancelled; it changed nothing.`,
    fix,
  );
}

/** The progress of a load's statement. Records its duration when it has finished. */
function progressOf({
  results,
  ...statement
}: Statement & Pick<StatementProgress, 'dataset' | 'step'>): StatementProgress {
  if (statement.status !== 'FINISHED') return statement;
  const { dataset, step, submitted } = statement;
  recordStep(dataset, step, Date.parse(submitted));
  return { ...statement, rows: results.flat() };
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
