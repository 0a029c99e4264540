import type { FirehoseClient } from '@aws-sdk/client-firehose';
import type { RedshiftDataClient } from '@aws-sdk/client-redshift-data';
import type { S3Client } from '@aws-sdk/client-s3';
import type { SFNClient } from '@aws-sdk/client-sfn';
import type { Dataset } from '../../core/dataset';

/** What a command works against: the twin now, a deployed stack by the same members. */
export interface Connection {
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  readonly stateMachineArn: string;
  readonly workgroup: string;
  readonly database: string;
  /** The database user's secret; left out, the user is that of the role of the statements. */
  readonly secret?: string;
  readonly datasets: readonly Dataset[];
  /** The Firehose stream of a dataset. */
  streamOf(dataset: Dataset): string;
  readonly s3: S3Client;
  readonly firehose: FirehoseClient;
  readonly stepFunctions: SFNClient;
  readonly redshiftData: RedshiftDataClient;
  /** Delivers what Firehose still buffers, now rather than at the end of its interval. @returns the objects written. */
  deliver(
    dataset: Dataset,
  ): Promise<readonly { readonly bucket: string; readonly key: string; readonly records: number }[]>;
  /** Ends what the command itself started. */
  close(): Promise<void>;
}
