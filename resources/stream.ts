import { glueType } from '../core/column-types';
import type { Dataset } from '../core/dataset';
import { errorPrefixes, firehosePrefix, fixedPart } from '../core/prefix';
import { transformBufferMegabytes } from '../core/transform-buffer';
import {
  arnOf,
  attribute,
  logGroup,
  logicalStem,
  ref,
  role,
  sub,
  merged,
  type ResourceDefinition,
  type Resources,
  type Value,
} from './cloudformation';
import { lakeBucketArn, lakeKeyStatements, lakeObjects } from './lake';
import { deployedName, type Settings } from './settings';

const TRANSFORM = 'TransformRecordsLambdaFunction';
const DATABASE = 'LakeDatabase';
const LOG_STREAM = 'delivery';

/** The limits of Firehose's buffer interval, in seconds. */
const SHORTEST_INTERVAL = 60;
const LONGEST_INTERVAL = 900;
/** The part of the settle time that is reserved for delivery. */
const DELIVERY_MINUTES = 5;

/** The datasets that have a stream. */
export const streamed = (datasets: readonly Dataset[]): readonly Dataset[] =>
  datasets.filter(({ source }) => source.stream === 'firehose');

export const streamName = (settings: Settings, dataset: Dataset): string =>
  deployedName(settings, dataset.name);

export const streamId = (dataset: Dataset): string => `${logicalStem(dataset.name)}Stream`;

/** Firehose's buffer interval in seconds. It is short enough that all files of an hour exist when it has settled. */
export function bufferInterval({ source }: Dataset): number {
  const seconds = (source.settle_minutes - DELIVERY_MINUTES) * 60;
  return Math.min(Math.max(seconds, SHORTEST_INTERVAL), LONGEST_INTERVAL);
}

/** For each dataset a stream, the Glue table for its conversion, a role and a log. */
export function streamResources(settings: Settings, datasets: readonly Dataset[]): Resources {
  const own = streamed(datasets);
  if (own.length === 0) return {};
  return {
    [DATABASE]: {
      Type: 'AWS::Glue::Database',
      Properties: {
        CatalogId: ref('AWS::AccountId'),
        DatabaseInput: {
          Name: `${settings.service}_${settings.stage}`.replaceAll('-', '_'),
          Description: 'The columns that Firehose uses to convert events',
        },
      },
    },
    ...merged(own.map((dataset) => resourcesOf(settings, dataset))),
  };
}

function resourcesOf(settings: Settings, dataset: Dataset): Resources {
  const stem = logicalStem(dataset.name);
  return {
    [`${stem}Table`]: table(settings, dataset),
    [`${stem}StreamLogGroup`]: logGroup(`/aws/kinesisfirehose/${streamName(settings, dataset)}`),
    [`${stem}StreamLog`]: {
      Type: 'AWS::Logs::LogStream',
      Properties: { LogGroupName: ref(`${stem}StreamLogGroup`), LogStreamName: LOG_STREAM },
    },
    [`${stem}StreamRole`]: streamRole(settings, dataset),
    [streamId(dataset)]: stream(settings, dataset),
  };
}

function table(settings: Settings, dataset: Dataset): ResourceDefinition {
  return {
    Type: 'AWS::Glue::Table',
    Properties: {
      CatalogId: ref('AWS::AccountId'),
      DatabaseName: ref(DATABASE),
      TableInput: {
        Name: dataset.name,
        Description: `The columns of datasets/${dataset.name}.yml`,
        TableType: 'EXTERNAL_TABLE',
        Parameters: { classification: 'parquet' },
        StorageDescriptor: {
          Columns: dataset.columns.map(({ name, type }) => ({
            Name: name,
            Type: glueType(type, dataset.source.native_types),
          })),
          Location: sub(`s3://\${Lake}/${fixedPart(dataset.source.prefix)}`, {
            Lake: settings.lakeBucket ?? ref('LakeBucket'),
          }),
          InputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat',
          OutputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat',
          SerdeInfo: { SerializationLibrary: 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe' },
        },
      },
    },
  };
}

/**
 * Parquet by the hour of arrival, in UTC.
 * Source: Firehose Developer Guide, "Convert input data format" and "Custom prefixes for Amazon S3 objects".
 */
function stream(settings: Settings, dataset: Dataset): ResourceDefinition {
  const stem = logicalStem(dataset.name);
  return {
    Type: 'AWS::KinesisFirehose::DeliveryStream',
    // The stream names its log stream by text only, so CloudFormation does not see this dependency.
    DependsOn: [`${stem}StreamLog`],
    Properties: {
      DeliveryStreamName: streamName(settings, dataset),
      DeliveryStreamType: 'DirectPut',
      DeliveryStreamEncryptionConfigurationInput: { KeyType: 'AWS_OWNED_CMK' },
      ExtendedS3DestinationConfiguration: {
        BucketARN: lakeBucketArn(settings),
        RoleARN: attribute(`${stem}StreamRole`, 'Arn'),
        Prefix: firehosePrefix(dataset.source.prefix),
        ErrorOutputPrefix: firehosePrefix(dataset.source.error_prefix),
        CustomTimeZone: 'UTC',
        CompressionFormat: 'UNCOMPRESSED',
        BufferingHints: { SizeInMBs: 128, IntervalInSeconds: bufferInterval(dataset) },
        CloudWatchLoggingOptions: {
          Enabled: true,
          LogGroupName: ref(`${stem}StreamLogGroup`),
          LogStreamName: LOG_STREAM,
        },
        ProcessingConfiguration: {
          Enabled: true,
          Processors: [
            {
              Type: 'Lambda',
              Parameters: [
                { ParameterName: 'LambdaArn', ParameterValue: sub(`\${${TRANSFORM}.Arn}:$LATEST`) },
                { ParameterName: 'RoleArn', ParameterValue: attribute(`${stem}StreamRole`, 'Arn') },
                { ParameterName: 'NumberOfRetries', ParameterValue: '3' },
                {
                  ParameterName: 'BufferSizeInMBs',
                  ParameterValue: String(transformBufferMegabytes(dataset)),
                },
                { ParameterName: 'BufferIntervalInSeconds', ParameterValue: '60' },
              ],
            },
          ],
        },
        DataFormatConversionConfiguration: {
          Enabled: true,
          InputFormatConfiguration: { Deserializer: { OpenXJsonSerDe: {} } },
          // COPY reads Parquet v1. It is the documented default, but files of streams in use have pages of version 2.
          OutputFormatConfiguration: {
            Serializer: { ParquetSerDe: { Compression: 'SNAPPY', WriterVersion: 'V1' } },
          },
          SchemaConfiguration: {
            CatalogId: ref('AWS::AccountId'),
            DatabaseName: ref(DATABASE),
            TableName: ref(`${stem}Table`),
            Region: ref('AWS::Region'),
            RoleARN: attribute(`${stem}StreamRole`, 'Arn'),
            VersionId: 'LATEST',
          },
        },
      },
    },
  };
}

/** Source: Firehose Developer Guide, "Grant Firehose access to an Amazon S3 destination". */
function streamRole(settings: Settings, dataset: Dataset): ResourceDefinition {
  const stem = logicalStem(dataset.name);
  const { prefix, error_prefix: errorPrefix } = dataset.source;
  const written = [prefix, ...errorPrefixes(errorPrefix)].map(fixedPart);
  const transform: Value = attribute(TRANSFORM, 'Arn');
  return role(
    `${streamName(settings, dataset)}-stream`,
    `The role with which Firehose writes dataset ${dataset.name} to the lake`,
    ['firehose.amazonaws.com'],
    [
      {
        Sid: 'WriteObjects',
        Effect: 'Allow',
        Action: ['s3:AbortMultipartUpload', 's3:GetObject', 's3:PutObject'],
        Resource: written.map((each) => lakeObjects(settings, each)),
      },
      {
        Sid: 'FindBucket',
        Effect: 'Allow',
        Action: ['s3:GetBucketLocation', 's3:ListBucket', 's3:ListBucketMultipartUploads'],
        Resource: lakeBucketArn(settings),
      },
      {
        Sid: 'Transform',
        Effect: 'Allow',
        Action: ['lambda:InvokeFunction', 'lambda:GetFunctionConfiguration'],
        Resource: [transform, sub(`\${${TRANSFORM}.Arn}:$LATEST`)],
      },
      {
        Sid: 'ReadColumns',
        Effect: 'Allow',
        Action: ['glue:GetTable', 'glue:GetTableVersion', 'glue:GetTableVersions'],
        Resource: [
          arnOf('glue', 'catalog'),
          sub('arn:${AWS::Partition}:glue:${AWS::Region}:${AWS::AccountId}:database/${LakeDatabase}'),
          sub(
            `arn:\${AWS::Partition}:glue:\${AWS::Region}:\${AWS::AccountId}:table/\${LakeDatabase}/\${${stem}Table}`,
          ),
        ],
      },
      {
        Sid: 'WriteLog',
        Effect: 'Allow',
        Action: ['logs:PutLogEvents'],
        Resource: sub(`\${${stem}StreamLogGroup.Arn}`),
      },
      ...lakeKeyStatements(settings, ['kms:Decrypt', 'kms:GenerateDataKey']),
    ],
  );
}
