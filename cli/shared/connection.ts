import type { FirehoseClient } from '@aws-sdk/client-firehose';
import type { RedshiftDataClient } from '@aws-sdk/client-redshift-data';
import type { S3Client } from '@aws-sdk/client-s3';
import type { SFNClient } from '@aws-sdk/client-sfn';
import type { AwsCredentialIdentity } from '@aws-sdk/types';
import type { Dataset } from '../../core/dataset';
import type { Usage } from '../../local/metering/usage';

/** The settings for any further client of the same account and Region. */
export interface ClientSettings {
  readonly region?: string;
  readonly endpoint?: string;
  readonly credentials?: AwsCredentialIdentity;
}

/** What a command works on: the twin, or a deployed stack. */
export interface Connection {
  readonly stage: string;
  readonly region: string;
  readonly settings: ClientSettings;
  readonly bucket: string;
  readonly stateMachineArn: string;
  readonly workgroup: string;
  readonly database: string;
  /** The secret of the database user. Default: the role that submits statements is the user. */
  readonly secret?: string;
  readonly datasets: readonly Dataset[];
  /** The Firehose stream of a dataset. @throws UsageError if it has none, because another system writes its files. */
  streamOf(dataset: Dataset): string;
  readonly s3: S3Client;
  readonly firehose: FirehoseClient;
  readonly stepFunctions: SFNClient;
  /** Uses the role that submits statements, as the functions do. */
  readonly redshiftData: RedshiftDataClient;
  /** Milliseconds between two requests for the state of an execution. */
  readonly pollInterval: number;
  /** The names of the executions that the command follows at the moment. */
  readonly followed: Set<string>;
  /** Ends what the command started. */
  close(): Promise<void>;
}

export interface DeliveredObject {
  readonly bucket: string;
  readonly key: string;
  readonly records: number;
}

/** The twin can do more than AWS. */
export interface TwinConnection extends Connection {
  readonly endpoint: string;
  /** Absolute. */
  readonly stateDirectory: string;
  /** Delivers what Firehose buffers without waiting for the end of its interval. @returns the written objects. */
  deliver(dataset: Dataset): Promise<readonly DeliveredObject[]>;
  /** What the twin has used since a time. Default: since it began to count. */
  usage(since?: Date): Promise<Usage>;
}

export function isTwin(connection: Connection): connection is TwinConnection {
  return 'deliver' in connection;
}
