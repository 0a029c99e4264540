import { createHash } from 'node:crypto';
import { RedshiftDataClient } from '@aws-sdk/client-redshift-data';
import { diagnoseClientError, diagnoseStatement } from '../../core/diagnosis';
import { isTransient, LoadError } from '../../core/errors';
import type { SqlBatch } from '../../core/sql';
import type { PartitionState, Row, StatementProgress } from '../../core/states';
import type { MeasuredStep } from '../../core/steps';
import { readConfiguration, type Configuration } from './configuration';
import { DataApi } from './data-api';
import { recordStep } from './metrics';
import { statementCredentials } from './statement-credentials';
import { traced } from './tracing';

/** How long the service holds a call back while the statement runs, in seconds; it takes 30 at most. */
const SUBMIT_WAIT_SECONDS = 20;
const POLL_WAIT_SECONDS = 25;
/** For statements that a handler awaits itself: short ones, which never touch the data. */
const SHORT_STATEMENT_SECONDS = 60;
const SHORT_STATEMENT_FIX =
  'It is a short statement that waited for something: look in SYS_QUERY_HISTORY for locks, queueing or a workgroup that is resuming, then start the execution again.';
const LONG_STATEMENT_FIX =
  'Look in SYS_QUERY_HISTORY for what it waited for (locks, queueing, a small workgroup). Where it is the merge and the target is large: set target.event_time_immutable: true if a key’s event time never changes, begin target.sortkey with the event time and make a key column the distkey, so that it reads only the blocks of the staged hours. Raise load.statement_timeout_minutes if it just needs longer. Then load the partition again.';

const client = traced(new RedshiftDataClient({ credentials: statementCredentials }));
const apiOf = (configuration: Configuration): DataApi => new DataApi(client, configuration);

/** A batch as the service has it; `results` holds the rows of each of its SELECTs once it is FINISHED. */
interface Statement extends Omit<StatementProgress, 'dataset' | 'step'> {
  readonly results: readonly (readonly Row[])[];
}

/** The load that a statement belongs to. */
export type LoadIdentity = Pick<PartitionState, 'dataset' | 'partition' | 'execution'>;

/** The name of a load's statement. It begins with the load, by which {@link endStatements} finds what still runs. */
export function statementName(load: LoadIdentity, step: string): string {
  return `${loadName(load)}${step}`;
}

function loadName({ dataset, partition, execution }: LoadIdentity): string {
  return `${dataset} ${partition} ${execution} `;
}

/**
 * A token by which the Data API knows a call that it has seen before: a submit whose answer was lost is not run twice.
 * It holds the attempt, since the service would otherwise replay a failed statement to its retry for eight hours.
 */
export function clientToken(...parts: readonly (string | number)[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/**
 * Submits a load's batch, one transaction, and waits a while for it.
 * @throws LoadError as the statement's failure is diagnosed.
 */
export async function submitBatch(
  configuration: Configuration,
  batch: SqlBatch,
  load: LoadIdentity,
  step: MeasuredStep,
  token: string,
): Promise<StatementProgress> {
  const statement = await submit(configuration, batch, statementName(load, step), token);
  return progressOf({ ...statement, dataset: load.dataset, step });
}

/**
 * Waits for a statement for one long poll, not beyond its deadline.
 * @param deadline milliseconds since 1970.
 * @throws LoadError as the statement's failure is diagnosed; StatusUnavailable where it was the question that failed
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
 * Submits a short batch and waits to its end.
 * @returns the rows of each of its SELECTs, in order.
 * @throws LoadError as diagnosed; StatementTimedOut
 */
export async function runBatch(
  configuration: Configuration,
  batch: SqlBatch,
  name: string,
): Promise<readonly (readonly Row[])[]> {
  let statement = await submit(configuration, batch, name);
  const deadline = Date.parse(statement.submitted) + SHORT_STATEMENT_SECONDS * 1_000;
  while (statement.status !== 'FINISHED') {
    if (Date.now() > deadline) {
      return (await end(statement, `${SHORT_STATEMENT_SECONDS} seconds`, SHORT_STATEMENT_FIX)).results;
    }
    statement = await describe(statement.id, statement.submitted, 5);
  }
  return statement.results;
}

/**
 * Cancels a statement that is past its deadline.
 * @returns the statement where it had finished before the cancel reached it: what it did then stands.
 * @throws LoadError StatementTimedOut; StatusUnavailable where it could not be cancelled
 */
export async function endStatement(statement: StatementProgress, limit: string): Promise<StatementProgress> {
  const { dataset, step } = statement;
  const ended = await asked(statement.id, () => end(statement, limit, LONG_STATEMENT_FIX));
  return progressOf({ ...ended, dataset, step });
}

/**
 * Cancels whatever a load still has running, and waits until it has ended. A statement that nobody awaits any more would
 * otherwise go on beside the one that takes its place, or create the staging table after it was dropped.
 * @throws LoadError StatusUnavailable
 */
export async function endStatements(configuration: Configuration, load: LoadIdentity): Promise<void> {
  const running = () => call('ListStatements', () => apiOf(configuration).running(loadName(load)));
  for (const id of await asked('ListStatements', running)) {
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
  token?: string,
): Promise<Statement> {
  const submitted = new Date().toISOString();
  const { id, running } = await call(`BatchExecuteStatement ${name}`, () =>
    apiOf(configuration).submitBatch(batch, name, token, SUBMIT_WAIT_SECONDS),
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
    case 'ABORTED':
      throw diagnoseStatement(state.status, state.error ?? '', `statement ${state.failed}`, configuration);
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

/** Cancels a statement. @returns where it stands then; undefined where it failed or was aborted. */
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
  fix: string,
): Promise<Statement> {
  const { id, submitted } = statement;
  const ended = await cancel(id, submitted);
  if (ended?.status === 'FINISHED') return ended;
  throw new LoadError(
    'StatementTimedOut',
    ended
      ? `Statement ${id} was still running after ${limit}; it was cancelled and has not ended yet.`
      : `Statement ${id} was still running after ${limit} and was cancelled; nothing of it stands.`,
    fix,
  );
}

/** Where a load's statement stands; how long it took is measured once it has finished. */
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

/** A call of the Data API failed, not the statement that it is about. */
class CallFailure extends LoadError {}

async function call<Result>(what: string, run: () => Promise<Result>): Promise<Result> {
  try {
    return await run();
  } catch (thrown) {
    const { name, reason, fix } = diagnoseClientError(thrown, what);
    throw new CallFailure(name, reason, fix);
  }
}

/** Asks about a statement: where the question fails for a while, the statement itself goes on. */
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
    `It could not be told where statement ${statement} stands: ${why}`,
    'Nothing to do: it is asked again.',
  );
}
