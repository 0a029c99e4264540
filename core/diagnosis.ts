import { z } from 'zod';
import { CLIENT_RULES, PLATFORM_FIXES, STATEMENT_RULES } from './diagnosis-rules';
import { isErrorName, isTransient, LoadError, splitMessage } from './errors';

/** A failure in the words that the notification, the history, the execution's cause and the command line all show. */
export const diagnosis = z.object({ error: z.string(), cause: z.string(), fix: z.string() });
export type Diagnosis = Readonly<z.infer<typeof diagnosis>>;

/**
 * Names what a failed statement says.
 * @param where what to add to the cause, for example the statement's id.
 * @param deployed what a command that mends it has to name, as far as it is known.
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
      'Somebody, a query monitoring rule or a restart of the warehouse cancelled it. Load the partition again.',
    );
  }
  return new LoadError(
    'StatementFailed',
    `${text || 'The statement failed and the warehouse gave no reason.'} (${where})`,
    'This error is not known to Sluice; the text above is all that Redshift said. Look the statement up in SYS_QUERY_HISTORY, then load the partition again.',
  );
}

const PERSISTED_FIX =
  'The step was tried again, and each time it met this. Once it is over, load again; a scheduled execution does so by itself.';

/** What a state's Catch hands over. */
export const caughtError = z.object({ Error: z.string().optional(), Cause: z.string().optional() });
export type CaughtError = Readonly<z.infer<typeof caughtError>>;

/**
 * Names any failure of a step. A Lambda function's cause is JSON with `errorMessage`; that of a Fail state and of the
 * service itself is text.
 */
export function diagnose(caught: CaughtError): Diagnosis {
  const error = caught.Error ?? 'Unknown';
  const { reason, fix } = splitMessage(messageOf(caught.Cause ?? ''));
  // A transient error gets here once its retries are over: "it is tried again" is not true any more.
  if (isTransient(error)) return { error, cause: reason, fix: PERSISTED_FIX };
  if (isErrorName(error) && fix !== undefined) return { error, cause: reason, fix };
  return {
    error,
    cause: reason || 'The step failed and gave no reason.',
    fix:
      PLATFORM_FIXES[error] ??
      'This error is not known to Sluice; the text above is all that was said. Look at the function’s log, then load the partition again.',
  };
}

function messageOf(cause: string): string {
  try {
    const parsed: unknown = JSON.parse(cause);
    if (typeof parsed === 'object' && parsed !== null && 'errorMessage' in parsed) {
      return String(parsed.errorMessage);
    }
  } catch {
    // Not JSON: the service's own words.
  }
  return cause;
}

/**
 * Names what an AWS client threw, by the error's code, HTTP status or network code.
 * @param where the call and what it was about, for example `GetObject s3://lake/trips/…`.
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
  return new LoadError(
    'UnknownError',
    reason,
    'This error is not known to Sluice; the text above is all that was said. Look at the function’s log, then load the partition again.',
  );
}

interface ClientError {
  readonly name?: string;
  readonly message?: string;
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** The diagnosis within so many bytes; the load history and the log hold it whole. */
export function shortenedDiagnosis(whole: Diagnosis, bytes: number): Diagnosis {
  const fix = firstBytes(whole.fix, bytes / 2);
  const left = bytes - new TextEncoder().encode(fix).length;
  return { error: whole.error, fix, cause: firstBytes(whole.cause, left) };
}

/** As many whole characters as fit into so many bytes of UTF-8. */
export function firstBytes(text: string, bytes: number): string {
  const encoded = new TextEncoder().encode(text);
  if (encoded.length <= bytes) return text;
  const ellipsis = '…';
  const cut = encoded.subarray(0, Math.max(0, bytes - new TextEncoder().encode(ellipsis).length));
  return new TextDecoder().decode(cut).replace(/\uFFFD+$/, '') + ellipsis;
}
