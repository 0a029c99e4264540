import * as z from 'zod';
import { CLIENT_RULES, PLATFORM_FIXES, STATEMENT_RULES } from './diagnosis-rules';
import {
  isErrorName,
  isTransient,
  linesOf,
  LoadError,
  ROLLED_BACK,
  splitMessage,
  STILL_RUNNING,
} from './errors';
import { oneLine } from './one-line';

/** A failure as the notification, the load history, the execution's cause and the command line show it. */
export const diagnosis = z.object({ error: z.string(), cause: z.string(), fix: z.string() });
export type Diagnosis = Readonly<z.infer<typeof diagnosis>>;

/**
 * Diagnoses a failed statement by the warehouse's error text.
 * @param where text that is added to the cause, for example the statement's id.
 * @param deployed names that the commands in a fix need, if known.
 */
export function diagnoseStatement(
  status: 'FAILED' | 'ABORTED',
  text: string,
  where: string,
  deployed: { readonly workgroup?: string; readonly copyRole?: string } = {},
): LoadError {
  const [found] = STATEMENT_RULES.map((rule) => ({ ...rule, match: rule.phrase.exec(text) }))
    .filter((rule): rule is typeof rule & { readonly match: RegExpExecArray } => rule.match !== null)
    .sort((left, right) => left.match.index - right.match.index);
  if (found) {
    const { error, fix, match } = found;
    const named = match.slice(1).find((group) => group !== undefined) ?? deployed.copyRole ?? '<role>';
    return new LoadError(
      error,
      `${unwrapped(text)} (${where})`,
      fix
        .replaceAll('$1', () => named.replace(/[,.;'"]+$/, ''))
        .replace('$workgroup', () => deployed.workgroup ?? '<workgroup>'),
    );
  }
  if (status === 'ABORTED') {
    return new LoadError(
      'StatementAborted',
      `The statement was cancelled${text ? `: ${unwrapped(text)}` : ''} (${where}).`,
      'Somebody, a query monitoring rule or a restart of the warehouse cancelled the statement. Load the partition again.',
    );
  }
  return new LoadError(
    'StatementFailed',
    `${unwrapped(text) || 'The statement failed and the warehouse gave no reason.'} (${where})`,
    'Sluice does not know this error; the text above is all that Redshift reported. Look up the statement in SYS_QUERY_HISTORY, then load the partition again.',
  );
}

/** Redshift writes the details of an error in lines of their own. */
export function unwrapped(text: string): string {
  return text.replace(/\s*\n\s*/g, ' ').trim();
}

const UNKNOWN_FIX =
  'Sluice does not know this error; the text above is all that was reported. Look at the function’s log, then load the partition again.';
const PERSISTED_FIX =
  'The step was retried and failed each time. Load the partition again once the cause is gone; a scheduled execution does this by itself.';
const BUSY_FIX = `This is a short statement, so it waited for something. Look in SYS_QUERY_HISTORY for locks, queueing or a workgroup that is resuming. ${PERSISTED_FIX}`;

/** The error output of a state that its Catch passes on. */
export const caughtError = z.object({ Error: z.string().optional(), Cause: z.string().optional() });
export type CaughtError = Readonly<z.infer<typeof caughtError>>;

/**
 * Diagnoses any failure of a step. The cause is JSON with `errorMessage` if a Lambda function failed, and plain text if
 * a Fail state or the service itself did.
 */
export function diagnose(caught: CaughtError): Diagnosis {
  const error = caught.Error ?? 'Unknown';
  const { reason, fix } = splitMessage(messageOf(caught.Cause ?? ''));
  const isOwn = isErrorName(error) && fix !== undefined;
  const lines = isOwn ? linesOf({ reason }) : [reason];
  const text = lines.map(oneLine).join('\n');
  // A transient error arrives here after its last retry, so its own fix ("the step is retried") is no longer true.
  if (isTransient(error) || error === STILL_RUNNING)
    return { error, cause: text, fix: error === 'WarehouseBusy' ? BUSY_FIX : PERSISTED_FIX };
  if (isOwn) return { error, cause: text, fix: oneLine(fix) };
  return {
    error,
    cause: text || 'The step failed and gave no reason.',
    fix: PLATFORM_FIXES[error] ?? UNKNOWN_FIX,
  };
}

/** A diagnosis that the state machine itself made, with the cause as it was caught. Any other one stays as it is. */
export function withReadableCause(diagnosis: Diagnosis): Diagnosis {
  const message = messageOf(diagnosis.cause);
  return message === diagnosis.cause
    ? diagnosis
    : { ...diagnosis, cause: diagnose({ Cause: message }).cause };
}

export const OUTCOME_FIX =
  'Nothing is lost or doubled. If the merge was committed, the load history says so, and the next scheduled execution leaves the hour alone; otherwise it loads the hour. Load an hour before the lookback again by hand: that is harmless in either case.';

/** Whether a failed merge may have been committed all the same. */
export function isOutcomeOpen({ error }: Pick<Diagnosis, 'error'>): boolean {
  return !ROLLED_BACK.includes(error);
}

/** @param last the error after which nobody could say whether the merge was committed. */
export function outcomeUnknown(last: Pick<Diagnosis, 'error' | 'cause'>): Diagnosis {
  const cause = `Whether the merge was committed is unknown, because the warehouse could not be asked. The last error was ${last.error}: ${last.cause}`;
  return { error: 'OutcomeUnknown', cause, fix: OUTCOME_FIX };
}

/**
 * The error of a question whether a merge was committed, so that it does not look like a failure of the merge itself.
 * @param thrown by the question. It stays as it is unless it names a statement's own failure.
 */
export function outcomeUnreadable(thrown: unknown): unknown {
  if (!(thrown instanceof LoadError) || isOutcomeOpen({ error: thrown.name })) return thrown;
  const lines = ['Whether the merge was committed could not be read.', ...linesOf(thrown)];
  return new LoadError(isTransient(thrown.name) ? 'StatusUnavailable' : 'OutcomeUnknown', lines, OUTCOME_FIX);
}

/** The message in the JSON of a function's failure. The stack trace stays in the function's log. */
function messageOf(cause: string): string {
  if (!/^\s*[{[]/.test(cause)) return cause;
  let parsed: unknown;
  try {
    parsed = JSON.parse(cause);
  } catch {
    return messageOfCut(cause) ?? cause;
  }
  const { errorMessage, errorType, stack, trace } = (parsed ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof errorMessage === 'string' && errorMessage !== '') return errorMessage;
  if (typeof errorType === 'string' && errorType !== '') return errorType;
  return stack === undefined && trace === undefined ? cause : '';
}

/** Step Functions cuts off a long cause, so its JSON may end anywhere. */
function messageOfCut(cause: string): string | undefined {
  const [, text] = /"errorMessage"\s*:\s*"((?:[^"\\]|\\.)*)/.exec(cause) ?? [];
  try {
    // An escape that is cut off is no JSON.
    return text && (JSON.parse(`"${text.replace(/\\u[0-9a-fA-F]{0,3}$/, '')}"`) as string);
  } catch {
    return undefined;
  }
}

/**
 * Diagnoses what an AWS client threw, by the error's name, HTTP status or network code.
 * @param where the call and its object, for example `GetObject s3://lake/trips/…`.
 */
export function diagnoseClientError(thrown: unknown, where: string): LoadError {
  if (thrown instanceof LoadError) return thrown;
  const { name = 'Error', message = String(thrown), code = '', $metadata } = (thrown ?? {}) as ClientError;
  const status = $metadata?.httpStatusCode;
  const text = `${name} ${code} ${message}`;
  const reason = `${where}: ${name}: ${message}`;
  const rule = CLIENT_RULES.find(
    (each) =>
      (each.name?.test(name) ?? true) &&
      (each.status === undefined || (status !== undefined && each.status(status))) &&
      (each.text?.test(text) ?? true),
  );
  if (rule) return new LoadError(rule.error, reason, rule.fix);
  return new LoadError('UnknownError', reason, UNKNOWN_FIX);
}

interface ClientError {
  readonly name?: string;
  readonly message?: string;
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** Shortens a diagnosis to a number of bytes. The load history and the log hold all of it. */
export function shortenedDiagnosis(whole: Diagnosis, bytes: number): Diagnosis {
  const fix = firstBytes(whole.fix, bytes / 2);
  const left = bytes - new TextEncoder().encode(fix).length;
  return { error: whole.error, fix, cause: firstBytes(whole.cause, left) };
}

/** Cuts a text to a number of bytes of UTF-8, between two characters. */
export function firstBytes(text: string, bytes: number): string {
  const encoded = new TextEncoder().encode(text);
  if (encoded.length <= bytes) return text;
  const ellipsis = '…';
  const cut = encoded.subarray(0, Math.max(0, bytes - new TextEncoder().encode(ellipsis).length));
  return new TextDecoder().decode(cut).replace(/\uFFFD+$/, '') + ellipsis;
}
