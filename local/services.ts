import type { Principal } from './iam/account';

/**
 * The seams between the twin's services: what each needs of the others, and no more.
 * A service is a class over these; `local/twin.ts` puts them on one loopback port.
 */

export type ServiceName =
  | 's3'
  | 'firehose'
  | 'redshift-data'
  | 'step-functions'
  | 'sns'
  | 'lambda'
  | 'sts'
  | 'iam'
  | 'cloudformation'
  | 'glue'
  | 'redshift-serverless'
  | 'scheduler';

/** An error that a service answers with, in AWS's own code and words. */
export class ServiceError extends Error {
  constructor(
    /** The AWS error code, for example `ResourceNotFoundException` or `NoSuchKey`. */
    readonly code: string,
    message: string,
    /** HTTP status. AWS JSON services answer client errors with 400. */
    readonly status: number = 400,
    /** Further members of the error's body, for example `{ Bucket: 'lake' }`. */
    readonly details: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.name = code;
  }
}

/** A service that speaks AWS JSON (Firehose, Redshift Data, Step Functions): `X-Amz-Target: <target>.<operation>`. */
export interface AwsJsonService {
  readonly name: ServiceName;
  /** What stands before the dot in `X-Amz-Target`: `RedshiftData`, `AWSStepFunctions`, `Firehose_20150804`. */
  readonly target: string;
  readonly contentType: 'application/x-amz-json-1.0' | 'application/x-amz-json-1.1';
  /**
   * Carries one operation out. Timestamps in the answer are epoch seconds (numbers), as AWS JSON has them.
   * @throws ServiceError `UnknownOperationException` for an operation that the twin does not have,
   *   `ValidationException` (or the service's own word for it) for a member it does not know or of a wrong type.
   */
  call(operation: string, input: unknown, request: RequestContext): Promise<unknown>;
  /** What fault rules match on besides service and operation, for example the SQL text. */
  subject?(operation: string, input: unknown): string;
  close(): Promise<void>;
}

export interface RequestContext {
  /** Lower-case header names. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Aborted when the client went away; long polls stop waiting then. */
  readonly signal: AbortSignal;
  /** The state that calls, or whose function does; undefined where no state is behind it. */
  readonly caller?: CallingState;
  /** Whose access key the call is signed with; left out, the account's root. */
  readonly principal?: Principal;
}

/** The state of an execution that makes a call, itself or through its Lambda function. */
export interface CallingState {
  readonly state: string;
  /** What the state was entered with, as JSON text. */
  readonly input: string;
}

/** One object as the store keeps it. `path` is a plain file with exactly the object's bytes. */
export interface StoredObject {
  readonly bucket: string;
  readonly key: string;
  /** Absolute path of a file whose content is the object's body. Valid until the object is overwritten or deleted. */
  readonly path: string;
  readonly size: number;
  /** Without quotes. */
  readonly etag: string;
  readonly lastModified: Date;
}

/** What the other services need of S3. */
export interface ObjectStore {
  /** Region of the bucket, undefined where there is no such bucket. */
  bucketRegion(bucket: string): string | undefined;
  createBucket(bucket: string, region: string): Promise<void>;
  head(bucket: string, key: string): Promise<StoredObject | undefined>;
  /** Stores a body whole or not at all. @throws ServiceError NoSuchBucket */
  put(bucket: string, key: string, body: Uint8Array, contentType?: string): Promise<StoredObject>;
  /** Moves a finished file into the store (same file system), whole or not at all. @throws ServiceError NoSuchBucket */
  putFile(bucket: string, key: string, path: string, contentType?: string): Promise<StoredObject>;
  /** Objects whose key starts with prefix, in bytewise key order. */
  list(bucket: string, prefix: string): readonly StoredObject[];
}

/** The outcome of one synchronous invocation, as the Lambda service reports it. */
export type Invocation =
  | { readonly outcome: 'returned'; readonly payload: unknown }
  /** The function threw, crashed or timed out (`X-Amz-Function-Error`). */
  | {
      readonly outcome: 'raised';
      /** `errorType` of the payload, for example `ColumnMismatch`, `Runtime.ExitError`, `Sandbox.Timedout`. */
      readonly error: string;
      /** The payload: `{ errorType, errorMessage, trace? }`. */
      readonly payload: {
        readonly errorType: string;
        readonly errorMessage: string;
        readonly trace?: readonly string[];
      };
    }
  /** The service refused the call, for example `Lambda.TooManyRequestsException`. */
  | { readonly outcome: 'refused'; readonly error: string; readonly message: string };

/** What Step Functions and Firehose need of Lambda. */
export interface LambdaRuntime {
  /**
   * @param functionArn ARN of a deployed function.
   * @param payload any JSON value.
   * @param caller the state that invokes it, to whom the function's own calls are put down.
   */
  invoke(
    functionArn: string,
    payload: unknown,
    signal?: AbortSignal,
    caller?: CallingState,
  ): Promise<Invocation>;
}

/** What Step Functions needs of SNS (and later of other integrations): `arn:aws:states:::sns:publish`. */
export interface Integrations {
  /** @throws ServiceError as the service would. */
  call(service: ServiceName, operation: string, input: unknown, caller?: CallingState): Promise<unknown>;
}

/** What a fault does. Each is possible at the call points that its comment names. */
export type Fault =
  /** Any service: answer this error without doing the work (a throttle, a 503, a 403 …). For lambda: the invocation is refused with this code. */
  | { readonly type: 'error'; readonly code: string; readonly message?: string; readonly status?: number }
  /** Any HTTP service: close the connection, before or after the work was done. */
  | { readonly type: 'drop'; readonly when: 'before' | 'after' }
  /** Any service: wait, then go on. */
  | { readonly type: 'delay'; readonly ms: number }
  /** Any HTTP service: the whole twin ends at once, as by `kill -9`. For lambda: the function's worker exits. */
  | { readonly type: 'crash' }
  /** lambda: the invocation runs into its timeout at once (the worker is ended). */
  | { readonly type: 'timeout' }
  /** redshift-data, operation `statement`: the statement ends so instead of running; `STARTED` never finishes until cancelled. */
  | {
      readonly type: 'statement';
      readonly status: 'FAILED' | 'ABORTED' | 'STARTED';
      readonly error?: string;
      /** How long it seems to run before it ends so, in milliseconds. Default 0. */
      readonly after?: number;
    };

export interface FaultRule {
  readonly service: ServiceName;
  /** S3 operation (`GetObject`), AWS JSON operation (`BatchExecuteStatement`), lambda function name; `statement` for the running of a statement. Left out: every one. */
  readonly operation?: string;
  /** A regular expression on the call's subject: `bucket/key` for S3, SQL text for redshift-data, the event's JSON for lambda. */
  readonly match?: string;
  /** The state that makes the call, or whose function does; of a statement, the one that submitted it. */
  readonly state?: string;
  /** A regular expression on that state's input, as JSON. */
  readonly input?: string;
  /** The first matching call that is hit, from 1. Default 1. */
  readonly nth?: number;
  /** How many matching calls in a row are hit. Default 1. */
  readonly times?: number;
  readonly fault: Fault;
}

/** A call that may go wrong, as fault rules see it. */
export interface Call {
  readonly service: ServiceName;
  readonly operation: string;
  readonly subject: string;
  readonly caller?: CallingState;
}

export interface FaultInjector {
  /** Counts the call against every rule and gives the first fault that is due. */
  take(
    service: ServiceName,
    operation: string,
    subject: string,
    caller?: CallingState,
  ): Fault | undefined | Promise<Fault | undefined>;
}

/** A Firehose stream as the twin runs it. */
export interface DeliveryStream {
  readonly name: string;
  readonly arn: string;
  readonly bucket: string;
  /** With `!{timestamp:yyyy}`-style expressions, UTC. */
  readonly prefix: string;
  /** With `!{firehose:error-output-type}`. */
  readonly errorPrefix: string;
  /** ARN of the transform function. */
  readonly transform?: string;
  /** The Glue table's columns, in file order, with Hive types: `string`, `int`, `bigint`, `double`, `decimal(10,2)`, `timestamp`, `date`, `boolean` … */
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly buffering: { readonly sizeInMBs: number; readonly intervalInSeconds: number };
  /** The Glue table that it converts by. */
  readonly schema?: { readonly database: string; readonly table: string };
  /** What it writes, transforms and reads the table with. */
  readonly roleArn?: string;
}
