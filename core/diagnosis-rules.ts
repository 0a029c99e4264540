import { LONGEST_SIGNATURE_MILLISECONDS } from './copy';
import type { ErrorName } from './errors';

/**
 * All errors that Sluice knows, with their meaning and fix: the warehouse's (a statement failed), an AWS client's (a
 * call failed), Lambda's and Step Functions' (a state failed). core/diagnosis.ts applies these rules.
 */

/** One error of a statement: how to recognize it, and what it means. */
export interface StatementRule {
  readonly error: ErrorName;
  /**
   * A phrase, not a code, because codes changed between versions of Redshift. It begins before the names and values that the
   * error quotes, so that none of them can begin earlier.
   */
  readonly phrase: RegExp;
  /** `$1` becomes the text of the phrase's first group that matched. */
  readonly fix: string;
}

const WHO =
  'The user is IAMR:<role of the statements> unless a secret is set. sluice doctor prints every GRANT that is missing.';

/**
 * The errors of Redshift. The rule whose phrase begins first in the text applies, since a key, a name or a value may contain
 * another rule's phrase; of several that begin at one place, the first rule. Redshift cuts the context of an error after 256
 * characters, also within a phrase.
 * Sources: Amazon Redshift, "COPY from columnar data formats", "Authorizing COPY … using IAM roles",
 * "Serializable isolation"; the texts as users report them.
 */
export const STATEMENT_RULES: readonly StatementRule[] = [
  {
    error: 'StagingConflict',
    phrase: /(?:relation|table) "?(?:sluice\.)?"?staging_\w+"? (?:already exists|does not exist)/i,
    fix: 'Nothing to do: an earlier attempt of the same step was still running. The step is retried.',
  },
  {
    error: 'SerializationConflict',
    // A transaction gets 1018 if another one replaced its table. It gets "already exists" or "pg_…" if another one
    // creates the same table at the same time, even with IF NOT EXISTS.
    phrase:
      /Serializable isolation violation|could not serialize access|deadlock detected|conflict(?:s|ed)? with concurrent transaction|dropped by concurrent transaction|could not open relation with OID|1018 DETAIL:? *Relation does not exist|duplicate key value violates unique constraint "pg_|(?:relation|column) "[^"]+" (?:of relation "[^"]+" )?already exists/i,
    fix: 'Nothing to do: another transaction came first. The step is retried.',
  },
  {
    error: 'ConnectionLost',
    phrase:
      /connection (?:was |has been )?(?:lost|closed|reset|terminated|refused|timed out)|terminating connection|server closed the connection/i,
    fix: 'Nothing to do: the step is retried.',
  },
  {
    error: 'ServiceUnavailable',
    phrase: /Error SlowDown|reduce your request rate|Status 503\b|error code: 503\b/i,
    fix: 'Nothing to do: S3 slowed the COPY down. The step is retried.',
  },
  {
    error: 'ServiceUnavailable',
    phrase: /Error InternalError|Status 500\b|error code: 500\b/i,
    fix: 'Nothing to do: S3 failed for a moment. The step is retried.',
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
      /Not authorized to get credentials of role (\S+)|(?:User \S+ )?is not authorized to assume IAM Role (\S+)|Role needs to be owned by the same account|IAM role .* is not (?:valid|attached|associated)/i,
    fix:
      'The COPY role must be in the namespace’s account, trust both redshift.amazonaws.com and redshift-serverless.amazonaws.com, ' +
      'and be attached: aws redshift-serverless update-namespace --iam-roles $1 --namespace-name ' +
      '"$(aws redshift-serverless get-workgroup --workgroup-name $workgroup --query workgroup.namespaceName --output text)" ' +
      '(list every role that must stay attached as well).',
  },
  {
    error: 'ColumnMismatch',
    phrase:
      /Unmatched number of columns between|File '[^]*?' (?:has an inc|column '[^]*?' has an inv)|has an incompatible Parquet s|has an invalid type length|Unreachable - Invalid type: \d/i,
    fix: 'Compare the file with the dataset (sluice inspect shows both types), write it again, and load the partition again.',
  },
  {
    error: 'ManifestInvalid',
    phrase:
      /File entry does not have 'meta' key|COPY with MANIFEST parameter requires full path|manifest (?:file )?is not/i,
    fix: 'If the manifest in the message is complete, the COPY role lacks s3:GetObject on it or kms:Decrypt on its key: Redshift reports that with the same error.',
  },
  {
    error: 'AccessDenied',
    phrase: /S3ServiceException: ?Access Denied|Status 403|error code: 403/i,
    fix: `The COPY role needs s3:GetObject and s3:ListBucket on the lake’s prefixes and kms:Decrypt on its key; the bucket policy must allow presigned reads (s3:signatureAge of at least ${LONGEST_SIGNATURE_MILLISECONDS}).`,
  },
  {
    error: 'FileOverwritten',
    phrase: /error code: 416|InvalidRange|Message: InvalidRange/i,
    fix: 'A file was overwritten between its inspection and the COPY. The next scheduled execution loads the new file; to load it sooner, load the partition again.',
  },
  {
    error: 'FileVanished',
    phrase:
      /error code: 404|NoSuchKey|The specified (?:key|S3 prefix .*) does not exist|mandatory (?:file|url)/i,
    fix: 'A file was deleted during the load. Load the partition again, with the files that are left.',
  },
  {
    error: 'UnreadableFile',
    phrase:
      /File '[^]*?' has an inv|not a (?:valid )?Parquet file|has an invalid version number|Invalid Parquet|Parquet magic|\bcorrupt(?:ed)? (?:file|footer|page|data|Parquet)|(?:file|footer|page|data) (?:is|are) corrupt|corrupt \w+ compressed data|Failed to read Parquet|Invalid metadata size in file footer/i,
    fix: 'Write the file again (sluice inspect shows what is in it), then load the partition again.',
  },
  {
    error: 'NullKeys',
    phrase: /Cannot insert a NULL value into column (?!"?sluice_inserted\b)/i,
    fix: 'A required column is null in a file. Fix the producer or the transform, write the file again, then load the partition again.',
  },
  {
    error: 'RowCountMismatch',
    phrase: /Cannot insert a NULL value into column "?sluice_inserted\b/i,
    fix: 'The merge’s counts did not add up, so it changed nothing. Load the partition again. If it happens again, the target holds a key more than once: find it with SELECT <key>, COUNT(*) … GROUP BY 1 HAVING COUNT(*) > 1.',
  },
  {
    error: 'RowCountMismatch',
    phrase: /Found multiple matches to update the same tuple/i,
    fix: 'MERGE found a key more than once in the target, so it changed nothing. Compare target.key in the dataset file with the keys of the target, or use strategy: delete-insert.',
  },
  {
    error: 'ValueTooLong',
    phrase:
      /Value too long for (?:character )?type|The length of the data column [^]*? is longer than|longer than the length defined in the table|exceeds DDL length|String length exceeds/i,
    fix: 'A text is longer (in bytes) than its column: widen the column in the dataset file and in the target, or shorten the text in the transform.',
  },
  {
    error: 'ValueInvalid',
    phrase:
      /Numeric data overflow|The value of the data column [^]*? is out of range|value "[^]*?" is out of range|out of range|invalid input syntax for|Invalid (?:date|timestamp|digit)|division by zero|Multibyte character not supported for CHAR|invalid or unsupported UTF-8 codepoints/i,
    fix: 'A value does not fit its column’s type: correct the file, or the type in the dataset file and the target.',
  },
  {
    error: 'WarehouseAccessDenied',
    phrase: /permission denied for database ?"?([^\s"]*)/i,
    fix: `GRANT CREATE ON DATABASE $1 TO the user of the loads; or create the missing schemas yourself and GRANT USAGE, CREATE on them. ${WHO}`,
  },
  {
    error: 'WarehouseAccessDenied',
    phrase: /permission denied to create temporary tables in database ?"?([^\s"]*)/i,
    fix: `GRANT TEMP ON DATABASE $1 TO the user of the loads. ${WHO}`,
  },
  {
    error: 'WarehouseAccessDenied',
    phrase: /permission denied for schema ?"?([^\s"]*)/i,
    fix: `GRANT USAGE, CREATE ON SCHEMA $1 TO the user of the loads. ${WHO}`,
  },
  {
    error: 'WarehouseAccessDenied',
    phrase: /permission denied for (?:relation|table) ?"?([^\s"]*)/i,
    fix: `GRANT SELECT, INSERT, UPDATE, DELETE ON $1 TO the user of the loads, or only those of them that docs/deploy.md lists for this table. ${WHO}`,
  },
  {
    error: 'WarehouseAccessDenied',
    phrase: /must be owner of (?:relation|table) ?"?([^\s"]*)/i,
    fix: `Another database user owns $1. Only its owner may change or drop it: run the statement as that user, or ALTER TABLE $1 OWNER TO the user of the loads. ${WHO}`,
  },
  {
    error: 'WarehouseAccessDenied',
    phrase: /User \S+ does not have ASSUMEROLE permission on IAM role ?"?([^\s"]*)/i,
    fix: `As a superuser: GRANT ASSUMEROLE ON '$1' TO the user of the loads FOR COPY. Name the role by its ARN, since COPY does. ${WHO}`,
  },
  {
    error: 'WarehouseAccessDenied',
    phrase: /permission denied|must be owner of|(?:User: \S+ is )?not authorized to perform: redshift/i,
    fix: `Allow the user of the loads, or its role, what the message names. ${WHO}`,
  },
  {
    error: 'StatementAborted',
    phrase: /query (?:\(?\d+\)? )?(?:cancell?ed|aborted) (?:on user|by)|canceling statement due to/i,
    fix: 'Somebody, a query monitoring rule, a statement timeout or a restart of the warehouse cancelled the statement. Load the partition again.',
  },
  {
    error: 'TargetMismatch',
    phrase: /(?:column|relation|schema) .+? does not exist/i,
    fix: 'A table or column of the dataset file is missing in the warehouse. Create it; the first load of a dataset creates its tables.',
  },
  {
    // What is wrong comes after the file's name, which may fill the context.
    error: 'StatementFailed',
    phrase: /(?<=context:\s*)File '/i,
    fix: 'Redshift’s text ends before it says what is wrong with the file, or Sluice does not know it. Look up the query in SYS_LOAD_ERROR_DETAIL, then load the partition again.',
  },
];

const LAMBDA_FAILED =
  'Lambda itself failed, and all retries too. Look at the AWS Health Dashboard, then load the partition again.';
const PACKAGE_BROKEN =
  'The deployed package is broken. Package and deploy the service again, then load the partition again.';

/**
 * The errors of Lambda and Step Functions, when something other than the function's own code fails.
 * Source: Step Functions Developer Guide, "Handling errors in Step Functions workflows".
 */
export const PLATFORM_FIXES: Readonly<Record<string, string>> = {
  'Sandbox.Timedout':
    'The function reached its timeout. Load the partition again; if it happens again, raise the function’s timeout in resources/functions.ts.',
  'Runtime.ExitError':
    'The function’s process ended, usually because of too little memory. Raise its memorySize in resources/functions.ts, then load the partition again.',
  'Lambda.TooManyRequestsException':
    'Lambda throttled the function, and all retries too. Raise the account’s concurrency or lower max_concurrency, then load the partition again.',
  'Lambda.ResourceNotFoundException':
    'The function does not exist. Deploy the service again: the state machine and its functions belong together.',
  'Lambda.AccessDeniedException':
    'The state machine’s role may not invoke the function. Allow it lambda:InvokeFunction on every function of the service.',
  'Lambda.ServiceException': LAMBDA_FAILED,
  'Lambda.AWSLambdaException': LAMBDA_FAILED,
  'Lambda.SdkClientException': LAMBDA_FAILED,
  'Lambda.ClientExecutionTimeoutException': LAMBDA_FAILED,
  'Lambda.Unknown':
    'Lambda ended the function and gave no reason. The usual causes are too little memory and the timeout. Look at the function’s log, raise its memorySize or timeout in resources/functions.ts, and load the partition again.',
  'Runtime.ImportModuleError': PACKAGE_BROKEN,
  'Runtime.HandlerNotFound': PACKAGE_BROKEN,
  'Runtime.UserCodeSyntaxError': PACKAGE_BROKEN,
  'Function.ResponseSizeTooLarge':
    'A function returned more than 6 MB. Lower max_partitions in the dataset file, then load again.',
  'States.Permissions':
    'The state machine’s role lacks a permission that the text above names. Add it and load the partition again.',
  'States.Runtime':
    'The state machine got data in a form that it does not know. Deploy the state machine and its functions from the same source, then load the partition again.',
  'States.Timeout': 'The step reached its time limit. Load the partition again.',
  'States.DataLimitExceeded':
    'A payload between states was over 256 KiB. Lower max_partitions in the dataset file, then load again.',
};

/** One error of an AWS client: how to recognize it, and what it means. Every given condition must match. */
export interface ClientRule {
  readonly error: ErrorName;
  readonly name?: RegExp;
  readonly status?: (status: number) => boolean;
  /** Matches name, network code and message together. */
  readonly text?: RegExp;
  readonly fix: string;
}

const ALLOW =
  'Allow the function’s role this action on this resource, and kms:Decrypt if the bucket is encrypted with a KMS key of its own.';
const ELSEWHERE = 'The bucket is in another Region: deploy Sluice and the warehouse in the bucket’s Region.';
const AGAIN = 'Nothing to do: the step is retried.';

/**
 * The errors of calls to S3, the Data API, Step Functions and IAM, and of the network. The first rule that matches
 * applies.
 * Sources: Amazon S3 API Reference, "Error responses"; Amazon Redshift Data API Reference, "Errors" of each operation.
 */
export const CLIENT_RULES: readonly ClientRule[] = [
  {
    error: 'Throttled',
    name: /Throttl|TooManyRequests|SlowDown|ActiveStatementsExceeded|ActiveWaitingRequestsExceeded|ActiveSessionsExceeded|RequestLimitExceeded/,
    fix: AGAIN,
  },
  {
    error: 'BucketNotFound',
    name: /^NoSuchBucket$/,
    fix: 'Set LAKE_BUCKET to the bucket that Firehose writes to.',
  },
  {
    error: 'FileChanged',
    name: /^PreconditionFailed$/,
    fix: 'A file was overwritten while it was read. The step is retried.',
  },
  {
    error: 'FileChanged',
    status: (status) => status === 412,
    fix: 'A file was overwritten while it was read. The step is retried.',
  },
  {
    error: 'FileChanged',
    name: /^(?:NoSuchKey|NotFound)$/,
    fix: 'A file was deleted while it was read. The step is retried.',
  },
  {
    error: 'AccessDenied',
    name: /AccessDenied|Forbidden|NotAuthorized|UnrecognizedClient|ExpiredToken/,
    fix: ALLOW,
  },
  {
    error: 'AccessDenied',
    name: /^InvalidObjectState$/,
    fix: 'The object is archived: restore it, or move it out of the partition’s prefix, then load the partition again.',
  },
  {
    error: 'AccessDenied',
    name: /^KMS\./,
    fix: 'The key that the bucket is encrypted with cannot be used: enable it, and allow the function’s role and the COPY role kms:Decrypt.',
  },
  { error: 'AccessDenied', status: (status) => status === 403, fix: ALLOW },
  { error: 'RegionMismatch', name: /^PermanentRedirect$/, fix: ELSEWHERE },
  { error: 'RegionMismatch', status: (status) => status === 301, fix: ELSEWHERE },
  { error: 'ServiceUnavailable', status: (status) => status >= 500, fix: AGAIN },
  {
    error: 'ConfigurationError',
    name: /^CredentialsProviderError$/,
    fix: 'Run with AWS credentials: in Lambda the function’s role gives them.',
  },
  {
    error: 'ConfigurationError',
    name: /ValidationException|ResourceNotFound|InvalidParameter|InvalidRequest|QueryTimeout|DatabaseNotFound/,
    fix: 'Check the function’s environment (workgroup, database, secret, bucket) against what is deployed.',
  },
  // A message may quote names. Errors that a service answers have a name above.
  {
    error: 'ConnectionLost',
    text: /TimeoutError|AbortError|\b(?:ECONN\w+|EPIPE|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOST\w+|ENET\w+)\b|socket|network|premature|aborted|checksum mismatch/i,
    fix: AGAIN,
  },
];
