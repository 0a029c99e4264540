import type { Call } from '../../local/faults/fault-injector';
import type { Fault as TwinFault, FaultRule } from '../../local/faults/fault-rule';
import type { ServiceName } from '../../local/service-name';
import {
  ANSWER_LOST,
  CONFLICT,
  CRASH,
  LOST,
  SDK_ATTEMPTS,
  THROTTLED,
  THROTTLING,
} from '../../testkit/faults';
import { operationsOf, type Recorded } from './recording';
import { aimedAt, FOR_GOOD } from './ways';

/** A cell's fault, aimed at one task. */
export interface Aim {
  readonly rules: readonly FaultRule[];
  /** The hits that prove that the fault happened: all hits of every rule, or any one hit. */
  readonly hits: 'every rule in full' | 'any';
  /** The partition's file is changed when the task first reads it. */
  readonly change?: {
    readonly how: 'deleted' | 'overwritten';
    readonly at: 'GetObject' | 'statement' | 'invocation';
  };
  /** The process is killed at a call of the task, a number of milliseconds after the call arrives. */
  readonly kill?: Kill;
  /** How the task ends: it recovers, its process is killed, or it ends with this error, although its work may be done. */
  readonly ends: 'recovered' | 'killed' | { readonly error: string; readonly isDone?: boolean };
  /** True if the fault outlasts all retries. A statement for which the task is called again then runs until it is cancelled. */
  readonly lasting?: boolean;
}

/** A call is identified by its operation, because the number of status requests depends on the machine's speed. */
export interface Kill {
  readonly service: ServiceName;
  readonly operation: string;
  /** The n-th such call of the task, counted from 1. */
  readonly nth: number;
  readonly afterMs: number;
}

/** How a report ends that could not write the ledger. */
export const LEDGER_BEHIND = 'ledger behind';
/** How a report ends that could not ask how long the statements ran. */
export const COST_UNKNOWN = 'cost unknown';

export interface Fault {
  readonly name: string;
  readonly group: 'Lambda' | 'S3' | 'Data API' | 'Statements' | 'SNS' | 'Process';
  /** True if its cells wait for a minute, the time limit of a statement. */
  readonly waits?: true;
  /**
   * Aims the fault at a task.
   * @param random between 0 and 1, the same for the same cell and seed
   * @returns undefined if the task makes no call that the fault can hit
   */
  aim(recorded: Recorded, random: number): Aim | undefined;
}

/** Faults of Lambda invocations. Two failures are few enough: the state's retry makes three attempts. */
function invocation(name: string, fault: TwinFault, error?: string): Fault {
  return {
    name,
    group: 'Lambda',
    aim: ({ task, calls }) => {
      if (!calls.some(({ service }) => service === 'lambda')) return undefined;
      return failing([{ service: 'lambda', ...aimedAt(task), times: error ? FOR_GOOD : 2, fault }], error);
    },
  };
}

interface CallFault {
  readonly service: 's3' | 'redshift-data';
  readonly fault: TwinFault;
  /** The number of times that each call is hit. */
  readonly times: number;
  /** If given, the fault hits only the first of these operations that the task calls, rather than every operation. */
  readonly prefer?: readonly string[];
  /** The error of a call that fails for longer than the retries last; undefined if the step recovers. */
  readonly error?: string;
  /** True if the work of the call is done all the same. */
  readonly workIsDone?: boolean;
}

function calling(
  name: string,
  group: Fault['group'],
  { service, fault, times, prefer, error, workIsDone }: CallFault,
): Fault {
  return {
    name,
    group,
    aim: (recorded) => {
      const { task } = recorded;
      const all = operationsOf(recorded, service);
      const one = prefer && (prefer.find((operation) => all.includes(operation)) ?? all[0]);
      const operations = one === undefined ? all : [one];
      if (operations.length === 0) return undefined;
      const rules = operations.map((operation) => ({ service, operation, ...aimedAt(task), times, fault }));
      // SweepLeftovers reports what it cannot do and leaves it to the next execution, so its state has no retry.
      if (!error && service === 'redshift-data' && task.role === 'housekeeping' && times >= SDK_ATTEMPTS)
        return { rules, hits: 'any', ends: { error: 'unswept' } };
      // ReportLoad does without the ledger, which the next execution then repairs.
      if (service === 's3' && task.role === 'report')
        return { rules, hits: 'any', ends: error ? { error: LEDGER_BEHIND } : 'recovered' };
      // Nor does it ask twice how long the statements ran.
      if (service === 'redshift-data' && task.role === 'report')
        return { rules, hits: 'any', ends: times < SDK_ATTEMPTS ? 'recovered' : { error: COST_UNKNOWN } };
      const isSubmission = one === SUBMISSION;
      const isDone = workIsDone && isSubmission;
      // A retry finds the statement that was submitted, and a failure that is recorded.
      if (isDone && (task.isLong || task.role === 'diagnosis')) return failing(rules, error, 'recovered');
      // If a question about the statement fails, the statement itself goes on.
      const isQuestion = service === 'redshift-data' && !isSubmission;
      return failing(rules, error, error && { error: isQuestion ? 'StatusUnavailable' : error, isDone });
    },
  };
}

/** @param error set if the fault outlasts all retries. One hit then proves it; otherwise all hits must happen. */
function failing(rules: readonly FaultRule[], error: string | undefined, ends?: Aim['ends'] | ''): Aim {
  return error
    ? { rules, hits: 'any', ends: ends || { error }, lasting: true }
    : { rules, hits: 'every rule in full', ends: 'recovered' };
}

interface StatementEnd {
  readonly status: 'FAILED' | 'ABORTED' | 'STARTED';
  readonly text?: string;
  readonly times?: number;
  readonly error?: string;
  /** Only statements whose text matches. */
  readonly only?: RegExp;
  /** `recovers`: a short statement is tried again. `only`: no long one is hit. Default: all statements are the same. */
  readonly short?: 'recovers' | 'only';
  readonly waits?: true;
}

function statement(
  name: string,
  { status, text, times = 1, error: named, only, short, waits }: StatementEnd,
): Fault {
  return {
    name,
    group: 'Statements',
    waits,
    aim: (recorded) => {
      const { task, isAgain, statement: submitted } = recorded;
      if (!submitted || (only && !only.test(submitted))) return undefined;
      if (short === 'only' && task.isLong) return undefined;
      // Whoever waits until the time limit is called again in any case.
      if (waits && isAgain) return undefined;
      const error = short === 'recovers' && !task.isLong ? undefined : named;
      const rule: FaultRule = {
        service: 'redshift-data',
        operation: 'statement',
        ...aimedAt(task),
        ...(task.isLong ? { match: beginningOf(submitted) } : {}),
        times,
        fault: { type: 'statement', status, error: text },
      };
      // If a diagnosis meets an error that stays, it goes on with its next statement.
      const recovers = error === undefined || (task.role === 'diagnosis' && times === 1);
      // SweepLeftovers leaves its work to the next execution.
      const isLeft = task.role === 'housekeeping';
      return {
        rules: [rule],
        hits: times === FOR_GOOD ? 'any' : 'every rule in full',
        ends: isLeft ? { error: error ?? 'unswept' } : recovers ? 'recovered' : { error },
      };
    },
  };
}

/**
 * A retry also asks for the outcome of the attempt before.
 * @returns the beginning of the step's own statement, as a regular expression
 */
function beginningOf(sql: string): string {
  return `^${sql.slice(0, 12).replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}`;
}

function changing(name: string, how: 'deleted' | 'overwritten', error: string): Fault {
  return {
    name,
    group: 'S3',
    aim: ({ calls, statement: submitted, isAgain }) => {
      const reads = calls.some(
        ({ service, operation, subject }) =>
          service === 's3' && operation === 'GetObject' && /hour=\d\d\/.*\.parquet$/.test(subject),
      );
      const none = { rules: [], hits: 'any' } as const;
      // The step's retry lists the files again.
      if (reads) return { ...none, change: { how, at: 'GetObject' }, ends: 'recovered' };
      if (!submitted?.includes('FORMAT AS PARQUET')) return undefined;
      // COPY has not read the file yet when its step is called again.
      return { ...none, change: { how, at: isAgain ? 'invocation' : 'statement' }, ends: { error } };
    },
  };
}

function notifying(name: string, times: number): Fault {
  return {
    name,
    group: 'SNS',
    aim: ({ task, calls }) => {
      if (!calls.some(({ service }) => service === 'sns')) return undefined;
      const rule: FaultRule = {
        service: 'sns',
        ...aimedAt(task),
        times,
        fault: { type: 'error', code: 'InternalError', message: 'Internal Error' },
      };
      return failing([rule], times === FOR_GOOD ? 'SNS.InternalErrorException' : undefined);
    },
  };
}

/** @param moment chooses the call of the task (from 0) and the time after it, given the number of calls and a random number */
function killing(
  name: string,
  moment: (calls: number, random: number) => { readonly call: number; readonly afterMs: number },
): Fault {
  return {
    name,
    group: 'Process',
    aim: ({ calls }, random) => {
      const { call, afterMs } = moment(calls.length, random);
      return { rules: [], hits: 'any', ends: 'killed', kill: killAt(calls, call, afterMs) };
    },
  };
}

/** Operations that are called until a statement ends. */
const ASKING = ['DescribeStatement', 'ListStatements'];

function killAt(calls: readonly Call[], index: number, afterMs: number): Kill | undefined {
  const call = calls[index];
  if (!call) return undefined;
  const { service, operation } = call;
  const same = calls
    .slice(0, index + 1)
    .filter((each) => each.service === service && each.operation === operation);
  return { service, operation, nth: ASKING.includes(operation) ? 1 : same.length, afterMs };
}

const TIMEOUT: TwinFault = { type: 'timeout' };
const SLOW_DOWN: TwinFault = { type: 'error', code: 'SlowDown', message: 'Please reduce your request rate.' };
const DENIED: TwinFault = { type: 'error', code: 'AccessDenied', message: 'Access Denied' };
const BROKEN: TwinFault = { type: 'error', code: 'InternalServerException', message: 'Internal error' };
const CLOSED = 'FATAL: terminating connection due to administrator command';
const UNHEARD_OF = 'ERROR: Assert\n  error: Assert\n  code: 1000\n  context: unheard of';
const COPY_SLOWED =
  'ERROR: S3ServiceException:Please reduce your request rate.,Status 503,Error SlowDown,Rid 1,CanRetry 1';
const COPY_DENIED = 'ERROR: S3ServiceException:Access Denied,Status 403,Error AccessDenied,Rid 1,CanRetry 1';

const COPY = /FORMAT AS PARQUET/;
/** The operation that does the work. A fault hits it first. */
const SUBMISSION = 'BatchExecuteStatement';
const data = (name: string, fault: TwinFault, of: Omit<CallFault, 'service' | 'fault'>) =>
  calling(name, 'Data API', { service: 'redshift-data', fault, ...of });
const s3 = (name: string, fault: TwinFault, of: Omit<CallFault, 'service' | 'fault'>) =>
  calling(name, 'S3', { service: 's3', fault, ...of });

/** Every fault of the matrix. */
export const FAULTS: readonly Fault[] = [
  invocation('throttled for a while', THROTTLED),
  invocation('throttled for good', THROTTLED, 'Lambda.TooManyRequestsException'),
  invocation('crashes for a while', CRASH),
  invocation('crashes for good', CRASH, 'Runtime.ExitError'),
  invocation('times out for a while', TIMEOUT),
  invocation('times out for good', TIMEOUT, 'Sandbox.Timedout'),

  s3('503 for a while', SLOW_DOWN, { times: SDK_ATTEMPTS }),
  s3('503 for good', SLOW_DOWN, { times: FOR_GOOD, prefer: ['GetObject'], error: 'Throttled' }),
  s3('slow', { type: 'delay', ms: 1_000 }, { times: 1 }),
  s3('403', DENIED, { times: FOR_GOOD, prefer: ['GetObject'], error: 'AccessDenied' }),
  s3('connection lost', LOST, { times: SDK_ATTEMPTS }),
  s3('answer lost', ANSWER_LOST, { times: SDK_ATTEMPTS }),
  changing('object gone', 'deleted', 'FileVanished'),
  changing('object overwritten', 'overwritten', 'FileOverwritten'),

  data('throttled for a while', THROTTLING, { times: SDK_ATTEMPTS }),
  data('throttled for good', THROTTLING, { times: FOR_GOOD, prefer: [SUBMISSION], error: 'Throttled' }),
  data('lost before, once', LOST, { times: 1 }),
  data('lost before, a while', LOST, { times: SDK_ATTEMPTS }),
  data('lost before, for good', LOST, { times: FOR_GOOD, prefer: [SUBMISSION], error: 'ConnectionLost' }),
  data('answer lost, once', ANSWER_LOST, { times: 1 }),
  data('answer lost, a while', ANSWER_LOST, { times: SDK_ATTEMPTS }),
  data('answer lost, for good', ANSWER_LOST, {
    times: FOR_GOOD,
    prefer: [SUBMISSION],
    error: 'ConnectionLost',
    workIsDone: true,
  }),
  data('500 for a while', BROKEN, { times: SDK_ATTEMPTS }),
  data('500 for good', BROKEN, { times: FOR_GOOD, prefer: [SUBMISSION], error: 'ServiceUnavailable' }),

  statement('1023 once', { status: 'FAILED', text: CONFLICT }),
  statement('1023 for good', {
    status: 'FAILED',
    text: CONFLICT,
    times: FOR_GOOD,
    error: 'SerializationConflict',
  }),
  statement('connection closed once', { status: 'FAILED', text: CLOSED }),
  statement('connection closed for good', {
    status: 'FAILED',
    text: CLOSED,
    times: FOR_GOOD,
    error: 'ConnectionLost',
  }),
  statement('denied', {
    status: 'FAILED',
    text: 'ERROR: permission denied for schema sluice',
    error: 'WarehouseAccessDenied',
  }),
  statement('fails, unknown why', { status: 'FAILED', text: UNHEARD_OF, error: 'StatementFailed' }),
  statement('COPY meets 503 once', { status: 'FAILED', text: COPY_SLOWED, only: COPY }),
  statement('COPY meets 403', { status: 'FAILED', text: COPY_DENIED, only: COPY, error: 'AccessDenied' }),
  statement('aborted', { status: 'ABORTED', error: 'StatementAborted' }),
  statement('never finishes', {
    status: 'STARTED',
    error: 'StatementTimedOut',
    short: 'recovers',
    waits: true,
  }),
  statement('never finishes, for good', {
    status: 'STARTED',
    times: FOR_GOOD,
    error: 'WarehouseBusy',
    short: 'only',
    waits: true,
  }),

  notifying('down for a while', 2),
  notifying('down for good', FOR_GOOD),

  killing('killed as it begins', () => ({ call: 0, afterMs: 0 })),
  killing('killed at its last call', (calls) => ({ call: calls - 1, afterMs: 20 })),
  killing('killed at random', (calls, random) => ({
    call: Math.floor(random * calls),
    afterMs: Math.floor(((random * 1_000) % 1) * 150),
  })),
];
