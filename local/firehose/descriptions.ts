import { bucketArn, regionOf } from '../../core/arn';
import { VERSION_ID } from './delivery';
import type { DeliveryStream, Transform } from './delivery-stream';
import type { Input } from './requests';

const DEFAULT_LIMIT = 10;

/** https://docs.aws.amazon.com/firehose/latest/APIReference/API_DescribeDeliveryStream.html */
export function describeDeliveryStream(stream: DeliveryStream, created: Date): object {
  const destination = {
    BucketARN: bucketArn(stream.bucket),
    RoleARN: stream.roleArn,
    Prefix: stream.prefix,
    ErrorOutputPrefix: stream.errorPrefix,
    CustomTimeZone: 'UTC',
    BufferingHints: {
      SizeInMBs: stream.buffering.sizeInMBs,
      IntervalInSeconds: stream.buffering.intervalInSeconds,
    },
    CompressionFormat: 'UNCOMPRESSED',
    EncryptionConfiguration: { NoEncryptionConfig: 'NoEncryption' },
    CloudWatchLoggingOptions: { Enabled: false },
    S3BackupMode: 'Disabled',
  };
  return {
    DeliveryStreamDescription: {
      DeliveryStreamName: stream.name,
      DeliveryStreamARN: stream.arn,
      DeliveryStreamStatus: 'ACTIVE',
      DeliveryStreamEncryptionConfiguration: { Status: 'DISABLED' },
      DeliveryStreamType: 'DirectPut',
      VersionId: VERSION_ID,
      CreateTimestamp: created.getTime() / 1000,
      Destinations: [
        {
          DestinationId: 'destinationId-000000000001',
          ExtendedS3DestinationDescription: {
            ...destination,
            ProcessingConfiguration: processing(stream.transform),
            DataFormatConversionConfiguration: {
              Enabled: true,
              InputFormatConfiguration: { Deserializer: { OpenXJsonSerDe: {} } },
              OutputFormatConfiguration: {
                Serializer: { ParquetSerDe: { Compression: 'SNAPPY', WriterVersion: 'V1' } },
              },
              SchemaConfiguration: stream.schema && {
                RoleARN: stream.roleArn,
                DatabaseName: stream.schema.database,
                TableName: stream.schema.table,
                Region: regionOf(stream.arn),
                VersionId: 'LATEST',
              },
            },
          },
        },
      ],
      HasMoreDestinations: false,
    },
  };
}

function processing(transform: Transform | undefined): object {
  if (transform === undefined) return { Enabled: false, Processors: [] };
  const parameters = {
    LambdaArn: transform.functionArn,
    NumberOfRetries: String(transform.retries),
    BufferSizeInMBs: String(transform.bufferMegabytes),
    BufferIntervalInSeconds: '60',
  };
  return {
    Enabled: true,
    Processors: [
      {
        Type: 'Lambda',
        Parameters: Object.entries(parameters).map(([ParameterName, ParameterValue]) => ({
          ParameterName,
          ParameterValue,
        })),
      },
    ],
  };
}

/** https://docs.aws.amazon.com/firehose/latest/APIReference/API_ListDeliveryStreams.html */
export function listDeliveryStreams(names: readonly string[], input: Input<'ListDeliveryStreams'>): object {
  const {
    Limit: limit = DEFAULT_LIMIT,
    ExclusiveStartDeliveryStreamName: after = '',
    DeliveryStreamType: type,
  } = input;
  const all = type === undefined || type === 'DirectPut' ? [...names].sort() : [];
  const rest = all.filter((name) => name > after);
  return { DeliveryStreamNames: rest.slice(0, limit), HasMoreDeliveryStreams: rest.length > limit };
}
