import type { ServiceName } from '../service-name';
import type { RequestContext } from './request-context';

/** A service that speaks AWS JSON (Firehose, Redshift Data, Step Functions): `X-Amz-Target: <target>.<operation>`. */
export interface AwsJsonService {
  readonly name: ServiceName;
  /** The part of `X-Amz-Target` before the dot: `RedshiftData`, `AWSStepFunctions`, `Firehose_20150804`. */
  readonly target: string;
  readonly contentType: 'application/x-amz-json-1.0' | 'application/x-amz-json-1.1';
  /**
   * Runs one operation. Timestamps in the answer are epoch seconds (numbers), as AWS JSON has them.
   * @throws ServiceError `UnknownOperationException` for an operation that the twin does not have,
   *   `ValidationException` (or the service's own code) for a member that is unknown or has the wrong type.
   */
  call(operation: string, input: unknown, request: RequestContext): Promise<unknown>;
  /** What fault rules match on besides service and operation, for example the SQL text. */
  subject?(operation: string, input: unknown): string;
  close(): Promise<void>;
}
