import type { FirehoseClient } from '@aws-sdk/client-firehose';
import type { RedshiftDataClient } from '@aws-sdk/client-redshift-data';
import type { S3Client } from '@aws-sdk/client-s3';
import type { SFNClient } from '@aws-sdk/client-sfn';
import type { AwsCredentialIdentity } from '@aws-sdk/types';
import type { Dataset } from '../../core/dataset';

/** What any further client of the same account and Region is made with. */
export interface ClientSettings {
  readonly region?: string;
  readonly endpoint?: string;
  readonly credentials?: AwsCredentialIdentity;
}

/** What a command works against: the twin, or a deployed stack by its outputs. */
export interface Connection {
  readonly stage: string;
  readonly region: string;
  readonly settings: ClientSettings;
  readonly bucket: string;
  readonly stateMachineArn: string;
  readonly workgroup: string;
  readonly database: string;
  /** The database user's secret; left out, the user is that of the role of the statements. */
  readonly secret?: string;
  readonly datasets: readonly Dataset[];
  /** The Firehose stream of a dataset. @throws UsageError where there is none: somebody else writes its files */
  streamOf(dataset: Dataset): string;
  readonly s3: S3Client;
  readonly firehose: FirehoseClient;
  readonly stepFunctions: SFNClient;
  /** With the role that statements are submitted with, as the functions have it. */
  readonly redshiftData: RedshiftDataClient;
  /** Between two looks at a running execution, in milliseconds. */
  readonly pollInterval: number;
  /** Ends what the command itself started. */
  close(): Promise<void>;
}

export interface DeliveredObject {
  readonly bucket: string;
  readonly key: string;
  readonly records: number;
}

/** What only the twin can. */
export interface TwinConnection extends Connection {
  readonly endpoint: string;
  /** Delivers what Firehose still buffers, now rather than at the end of its interval. @returns the objects written. */
  deliver(dataset: Dataset): Promise<readonly DeliveredObject[]>;
}

export function isTwin(connection: Connection): connection is TwinConnection {
  return 'deliver' in connection;
}
