import { isErrorName, isTransient, LoadError, splitMessage, type ErrorName } from './errors';

/** A failure in the words that the notification, the history, the execution's cause and the command line all show. */
export interface Diagnosis {
  readonly error: string;
  readonly cause: string;
  readonly fix: string;
}

interface Rule {
  readonly error: ErrorName;
  /** A phrase, not a code: codes moved between Redshift's versions. */
  readonly phrase: RegExp;
  /** `$1` is what the phrase's first group that took part in the match holds. */
  readonly fix: string;
}

/**
 * What Redshift says, and what it means. The first rule that matches counts.
 * Sources: Amazon Redshift, "COPY from columnar data formats", "Authorizing COPY … using IAM roles",
 * "Serializable isolation"; the texts as users report them.
 */
const STATEMENT_RULES: readonly Rule[] = [
  {
    error: 'StagingConflict',
    phrase: /(?:relation|table) "?(?:sluice\.)?"?staging_\w+"? (?:already exists|does not exist)/i,
    fix: 'Nothing to do: an earlier try of the same step was still running, and the step is tried again.',
  },
  {
    error: 'SerializationConflict',
    // 1018 is what a transaction meets whose table another one replaced; "already exists" and "pg_…" are what two that
    // create the same table at once meet, IF NOT EXISTS or not.
    phrase:
      /Serializable isolation violation|could not serialize access|deadlock detected|conflict(?:s|ed)? with concurrent transaction|dropped by concurrent transaction|could not open relation with OID|1018 DETAIL:? *Relation does not exist|duplicate key value violates unique constraint "pg_|relation "[^"]+" already exists/i,
    fix: 'Nothing to do: another transaction came first, and the step is tried again.',
  },
  {
    error: 'ConnectionLost',
    phrase:
      /connection (?:was |has been )?(?:lost|closed|reset|terminated|refused|timed out)|terminating connection|server closed the connection/i,
    fix: 'Nothing to do: the step is tried again.',
  },
  {
    error: 'ServiceUnavailable',
    phrase: /Error SlowDown|reduce your request rate|Status 503\b|error code: 503\b/i,
    fix: 'Nothing to do: S3 slowed the COPY down, and the step is tried again.',
  },
  {
    error: 'ServiceUnavailable',
    phrase: /Error InternalError|Status 500\b|error code: 500\b/i,
    fix: 'Nothing to do: S3 failed for a moment, and the step is tried again.',
  },
  {
    error: 'RegionMismatch',
    phrase:
      /bucket addressed by the query is in a different region|PermanentRedirect|REGION argument is not supported for PARQUET/i,
    fix: 'COPY from Parquet reads a bucket only from its own Region: move the bucket or the warehouse, or replicate the prefix into a bucket in the warehouse’s Region (S3 replication), and set that bucket as LAKE_BUCKET.',
  },
  {
    error: 'RoleNotAssumable',
    phrase:
      /Not authorized to get credentials of role (\S+)|is not authorized to assume IAM Role (\S+)|Role needs to be owned by the same account|IAM role .* is not (?:valid|attached|associated)/i,
    fix:
      'The COPY role must be in the namespace’s account, trust both redshift.amazonaws.com and redshift-serverless.amazonaws.com, ' +
      'and be attached: aws redshift-serverless update-namespace --namespace-name <namespace> --iam-roles $1 (name every role that shall stay attached).',
  },
  {
    error: 'ColumnMismatch',
    phrase:
      /Unmatched number of columns between table and file|has an incompatible Parquet schema for column|incompatible Parquet schema/i,
    fix: 'Compare the file with the dataset (sluice inspect shows both types), write it again, and load the partition again.',
  },
  {
    error: 'ManifestInvalid',
    phrase:
      /File entry does not have 'meta' key|COPY with MANIFEST parameter requires full path|manifest (?:file )?is not/i,
    fix: 'If the manifest in the message is whole, the COPY role lacks s3:GetObject on it, or kms:Decrypt on its key: Redshift says the same then.',
  },
  {
    error: 'AccessDenied',
    phrase: /S3ServiceException: ?Access Denied|Status 403|error code: 403/i,
    fix: 'The COPY role needs s3:GetObject and s3:ListBucket on the lake’s prefixes and kms:Decrypt on its key; the bucket policy must allow presigned reads (s3:signatureAge of at least 3600000).',
  },
  {
    error: 'FileOverwritten',
    phrase: /error code: 416|InvalidRange|Message: InvalidRange/i,
    fix: 'A file was overwritten between its inspection and the COPY. The next scheduled execution loads what is there then; to have it sooner, load the partition again.',
  },
  {
    error: 'FileVanished',
    phrase:
      /error code: 404|NoSuchKey|The specified (?:key|S3 prefix .*) does not exist|mandatory (?:file|url)/i,
    fix: 'A file was deleted while it was being loaded. Load the partition again; it takes the files that are there then.',
  },
  {
    error: 'UnreadableFile',
    phrase:
      /not a (?:valid )?Parquet file|has an invalid version number|Invalid Parquet|Parquet magic|\bcorrupt(?:ed)? (?:file|footer|page|data|Parquet)|(?:file|footer|page|data) (?:is|are) corrupt|Failed to read Parquet/i,
    fix: 'Write the file again (sluice inspect shows what is in it), then load the partition again.',
  },
  {
    error: 'NullKeys',
    phrase: /Cannot insert a NULL value into column (?!"?sluice_inserted\b)/i,
    fix: 'A required column is null in a file. Mend the producer or the transform, write the file again, then load the partition again.',
  },
  {
    error: 'RowCountMismatch',
    phrase: /Cannot insert a NULL value into column "?sluice_inserted\b/i,
    fix: 'The merge’s counts did not add up, so nothing was changed. Load the partition again; if it happens again, the target holds a key more than once: look for it with SELECT <key>, COUNT(*) … GROUP BY 1 HAVING COUNT(*) > 1.',
  },
  {
    error: 'ValueTooLong',
    phrase:
      /Value too long for (?:character )?type|longer than the length defined in the table|exceeds DDL length|String length exceeds/i,
    fix: 'A text is longer (in bytes) than its column: widen the column in the dataset file and in the target, or shorten the text in the transform.',
  },
  {
    error: 'ValueInvalid',
    phrase: /Numeric data overflow|out of range|Invalid (?:date|timestamp|digit)|division by zero/i,
    fix: 'A value does not fit its column’s type: correct the file, or the type in the dataset file and the target.',
  },
  {
    error: 'WarehouseAccessDenied',
    phrase: /permission denied for|must be owner of|not authorized to perform: redshift/i,
    fix: 'Grant the loader’s database user what it lacks: TEMP on the database, USAGE and CREATE on schema sluice, SELECT, INSERT, DELETE (and UPDATE with strategy: merge) on the target; for a first load also CREATE on the database and on the target’s schema. The user is IAMR:<role> unless a secret is set.',
  },
  {
    error: 'TargetMismatch',
    phrase: /(?:column|relation|schema) (?:"[^"]+"|[^"\s])+ (?:of relation .* )?does not exist/i,
    fix: 'The warehouse does not have what the dataset file says. Create the missing table or column; a dataset’s tables are created by its first load.',
  },
];

/**
 * What Lambda and Step Functions say when it is not the function's own code that failed.
 * Source: Step Functions Developer Guide, "Handling errors in Step Functions workflows".
 */
const PLATFORM_FIXES: Readonly<Record<string, string>> = {
  'Sandbox.Timedout':
    'The function ran into its timeout. Load the partition again; if it happens again, raise the function’s timeout in serverless.yml.',
  'Runtime.ExitError':
    'The function’s process ended, most often for lack of memory. Raise its memorySize in serverless.yml and load the partition again.',
  'Lambda.TooManyRequestsException':
    'Lambda throttled the function for longer than the retries last. Raise the account’s concurrency or lower max_concurrency, then load the partition again.',
  'States.Timeout': 'The step ran into its time limit. Load the partition again.',
  'States.DataLimitExceeded':
    'A payload between states was over 256 KiB. Lower max_partitions in the dataset file, then load again.',
};

const PERSISTED_FIX =
  'The step was tried again, and each time it met this. Once it is over, load again; a scheduled execution does so by itself.';

/** Names what a failed statement says. @param where what to add to the cause, for example the statement's id. */
export function diagnoseStatement(status: 'FAILED' | 'ABORTED', text: string, where: string): LoadError {
  for (const { phrase, error, fix } of STATEMENT_RULES) {
    const match = phrase.exec(text);
    if (!match) continue;
    const named = match.slice(1).find((group) => group !== undefined) ?? '<role>';
    return new LoadError(
      error,
      `${text} (${where})`,
      fix.replace('$1', () => named.replace(/[,.;'"]+$/, '')),
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

/** What a state's Catch hands over. */
export interface CaughtError {
  readonly Error?: string;
  readonly Cause?: string;
}

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
  const error = (thrown ?? {}) as {
    name?: string;
    message?: string;
    code?: string;
    $metadata?: { httpStatusCode?: number };
  };
  const name = error.name ?? 'Error';
  const status = error.$metadata?.httpStatusCode;
  const reason = `${where}: ${name}: ${error.message ?? String(thrown)}`;
  if (
    /Throttl|TooManyRequests|SlowDown|ActiveStatementsExceeded|ActiveWaitingRequestsExceeded|ActiveSessionsExceeded|RequestLimitExceeded/.test(
      name,
    )
  ) {
    return new LoadError('Throttled', reason, 'Nothing to do: the step is tried again.');
  }
  if (name === 'NoSuchBucket') {
    return new LoadError('BucketNotFound', reason, 'Set LAKE_BUCKET to the bucket that Firehose writes to.');
  }
  if (name === 'PreconditionFailed' || status === 412) {
    return new LoadError(
      'FileChanged',
      reason,
      'A file was overwritten while it was being read; the step is tried again.',
    );
  }
  if (name === 'NoSuchKey' || name === 'NotFound') {
    return new LoadError(
      'FileChanged',
      reason,
      'A file was deleted while it was being read; the step is tried again.',
    );
  }
  if (status === 403 || /AccessDenied|Forbidden|NotAuthorized|UnrecognizedClient|ExpiredToken/.test(name)) {
    return new LoadError(
      'AccessDenied',
      reason,
      'Allow the function’s role this action on this resource, and kms:Decrypt where the bucket is encrypted with a key of its own.',
    );
  }
  if (name === 'PermanentRedirect' || status === 301) {
    return new LoadError(
      'RegionMismatch',
      reason,
      'The bucket is in another Region: deploy Sluice and the warehouse in the bucket’s.',
    );
  }
  if (status !== undefined && status >= 500) {
    return new LoadError('ServiceUnavailable', reason, 'Nothing to do: the step is tried again.');
  }
  if (name === 'CredentialsProviderError') {
    return new LoadError(
      'ConfigurationError',
      reason,
      'Run with AWS credentials: in Lambda the function’s role gives them.',
    );
  }
  if (
    status === undefined ||
    /TimeoutError|ECONN|EPIPE|socket|network/i.test(`${name} ${error.code ?? ''} ${error.message ?? ''}`)
  ) {
    return new LoadError('ConnectionLost', reason, 'Nothing to do: the step is tried again.');
  }
  return new LoadError(
    'ConfigurationError',
    reason,
    'Check the function’s environment (workgroup, database, secret, bucket) against what is deployed.',
  );
}
