import { MAX_BATCH_BYTES, MAX_BATCH_RECORDS, MAX_RECORD_BYTES } from '../firehose/requests';
import { LARGEST_REQUEST_BYTES, LARGEST_RESPONSE_BYTES } from '../lambda/outcome';
import { MAXIMUM_STATEMENTS } from '../redshift-data/operations/batch-execute-statement';
import { LONGEST_WAIT_SECONDS } from '../redshift-data/operations/shapes';
import { MAXIMUM_ACTIVE_STATEMENTS, MAXIMUM_SQL_BYTES } from '../redshift-data/operations/submit';
import { MAXIMUM_RESULT_BYTES, MAXIMUM_ROW_BYTES } from '../redshift-data/warehouse/results';
import { MAX_KEY_BYTES } from '../s3/names';
import { MAX_KEYS } from '../s3/operations/delete-objects';
import { MAX_ENTRIES } from '../s3/page-parameters';
import { MAX_BODY_BYTES } from '../s3/request-body';
import { LARGEST_MESSAGE_BYTES, LONGEST_SUBJECT } from '../sns/publish';
import { limits as stepFunctions } from '../step-functions/limits';
import { changes, proven, refuses, unproven, type Known, type Outcome } from './outcome';

/** A limit of a service. The twin's own code owns the numbers. */
export interface Limit extends Known {
  readonly service: 'Redshift Data API' | 'Step Functions' | 'Lambda' | 'Firehose' | 'S3' | 'SNS';
  readonly what: string;
  /** The service accepts this much. */
  readonly most: number;
  /** What it does with one more. */
  readonly beyond: Outcome;
  /** The other test that walks the limit, or why none does. Without it the test of this table does. */
  readonly elsewhere?: string;
}

type Row = readonly [what: string, most: number, beyond: Outcome, known?: Known, elsewhere?: string];

const limitsOf = (service: Limit['service'], page: string, ...rows: readonly Row[]): readonly Limit[] =>
  rows.map(([what, most, beyond, known = proven(page), elsewhere]) => ({
    service,
    what,
    most,
    beyond,
    source: known.source,
    proven: known.proven,
    ...(elsewhere === undefined ? {} : { elsewhere }),
  }));

const DATA_API = 'Amazon Redshift Management Guide, "Using the Amazon Redshift Data API"';
const tooLong = (most: number) => refuses(`length less than or equal to ${most}`);

export const LIMITS: readonly Limit[] = [
  ...limitsOf(
    'Redshift Data API',
    DATA_API,
    [
      'bytes of a statement',
      MAXIMUM_SQL_BYTES,
      refuses('Cannot process query string larger than 100kB'),
      unproven(`${DATA_API}: 100 KB, of 1,000 or of 1,024 bytes`),
    ],
    ['statements of a batch', MAXIMUM_STATEMENTS, tooLong(MAXIMUM_STATEMENTS)],
    [
      'bytes of a row',
      MAXIMUM_ROW_BYTES,
      refuses('larger than 65536 bytes'),
      unproven(`${DATA_API}: 64 KB; the text is the twin's`),
    ],
    [
      'bytes of a result',
      MAXIMUM_RESULT_BYTES,
      refuses('larger than'),
      undefined,
      'not walked: it takes 500 MB',
    ],
    [
      'seconds of a long poll',
      LONGEST_WAIT_SECONDS,
      refuses(`value less than or equal to ${LONGEST_WAIT_SECONDS}`),
    ],
    [
      'statements at a time',
      MAXIMUM_ACTIVE_STATEMENTS,
      refuses('ActiveStatementsExceededException'),
      unproven(`${DATA_API}, an older version`),
    ],
  ),
  ...limitsOf(
    'Step Functions',
    'AWS Step Functions Developer Guide, "Service quotas"',
    ['bytes of an execution’s input', stepFunctions.payloadBytes, tooLong(stepFunctions.payloadBytes)],
    [
      'bytes of a result',
      stepFunctions.payloadBytes,
      refuses('States.DataLimitExceeded'),
      undefined,
      'tests/local/step-functions/limits.test.ts',
    ],
    [
      'events of a history',
      stepFunctions.historyEvents,
      refuses('maximum number of history events'),
      undefined,
      'tests/local/step-functions/limits.test.ts',
    ],
    ['characters of an execution’s name', stepFunctions.nameLength, refuses('Invalid Name')],
    [
      'levels of an input',
      stepFunctions.nesting,
      refuses('nesting depth'),
      unproven('the default of Jackson'),
      'tests/local/step-functions/service.test.ts',
    ],
  ),
  ...limitsOf(
    'Lambda',
    'AWS Lambda Developer Guide, "Lambda quotas"',
    [
      'bytes of a request',
      LARGEST_REQUEST_BYTES,
      refuses('RequestTooLargeException'),
      undefined,
      'tests/local/lambda/worker-lambda-runtime.test.ts',
    ],
    [
      'bytes of an answer',
      LARGEST_RESPONSE_BYTES,
      refuses('Function.ResponseSizeTooLarge'),
      undefined,
      'tests/local/lambda/worker-lambda-runtime.test.ts',
    ],
  ),
  ...limitsOf(
    'Firehose',
    'Amazon Data Firehose API Reference, "PutRecordBatch"',
    ['bytes of a record', MAX_RECORD_BYTES, refuses(`length less than or equal to ${MAX_RECORD_BYTES}`)],
    ['records of a batch', MAX_BATCH_RECORDS, tooLong(MAX_BATCH_RECORDS)],
    ['bytes of a batch', MAX_BATCH_BYTES, refuses('Records size exceeds 4 MB limit')],
  ),
  ...limitsOf(
    'S3',
    'Amazon S3 User Guide, "Naming Amazon S3 objects"; API Reference',
    ['bytes of a key', MAX_KEY_BYTES, refuses('KeyTooLongError')],
    [
      'keys of a listing',
      MAX_ENTRIES,
      changes('a page of 1,000 keys, and a token'),
      undefined,
      'tests/local/s3/s3.test.ts',
    ],
    ['keys of a DeleteObjects', MAX_KEYS, refuses('MalformedXML')],
    [
      'bytes of a PutObject',
      MAX_BODY_BYTES,
      refuses('EntityTooLarge'),
      undefined,
      'not walked: it takes 5 GB',
    ],
  ),
  ...limitsOf(
    'SNS',
    'Amazon SNS API Reference, "Publish"',
    ['bytes of a message', LARGEST_MESSAGE_BYTES, refuses('Message too long')],
    ['characters of a subject', LONGEST_SUBJECT, refuses('Invalid parameter: Subject')],
  ),
];
