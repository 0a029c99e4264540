import * as z from 'zod';
import { CLIENT_RULES, PLATFORM_FIXES, STATEMENT_RULES } from './diagnosis-rules';
import { isErrorName, isTransient, LoadError, splitMessage } from './errors';

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
  for (const { phrase, error, fix } of STATEMENT_RULES) {
    const match = phrase.exec(text);
    if (!match) continue;
    const named = match.slice(1).find((group) => group !== undefined) ?? deployed.copyRole ?? '<role>';
    return new LoadError(
      error,
      `${text} (${where})`,
      fix
        .replace('$1', () => named.replace(/[,.;'"]+$/, ''))
        .replace('$workgroup', () => deployed.workgroup ?? '<workgroup>'),
    );
  }
  if (status === 'ABORTED') {
    return new LoadError(
      'StatementAborted',
      `The statement was cancelled${text ? `: ${text}` : ''} (${where}).`,
      'Somebody, a query monitoring rule or a restart of the warehouse cancelled the statement. Load the partition again.',
    );
  }
  return new LoadError(
    'StatementFailed',
    `${text || 'The statement failed and the warehouse gave no reason.'} (${where})`,
    'Sluice does not know this error; the text above is all that Redshift reported. Look up the statement in SYS_QUERY_HISTORY, then load the partition again.',
  );
}

const UNKNOWN_FIX =
  'Sluice does not know this error; the text above is all that was reported. Look at the function’s log, then load the partition again.';
const PERSISTED_FIX =
  'The step was retried and failed each time. Load the partition again once the cause is gone; a scheduled execution does this by itself.';

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
  // A transient error arrives here after its last retry, so its own fix ("the step is retried") is no longer true.
  if (isTransient(error)) return { error, cause: reason, fix: PERSISTED_FIX };
  if (isErrorName(error) && fix !== undefined) return { error, cause: reason, fix };
  return {
    error,
    cause: reason || 'The step failed and gave no reason.',
    fix: PLATFORM_FIXES[error] ?? UNKNOWN_FIX,
  };
}

function messageOf(cause: string): string {
  try {
    const parsed: unknown = JSON.parse(cause);
    if (typeof parsed === 'object' && parsed !== null && 'errorMessage' in parsed) {
      return String(parsed.errorMessage);
    }
  } catch {
    // Not JSON, so the service itself wrote it.
  }
  return cause;
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
