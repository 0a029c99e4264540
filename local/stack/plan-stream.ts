import * as z from 'zod';
import { bucketOf } from '../../core/arn';
import { readProperties } from './properties';
import type { StackScope } from './stack-scope';
import type { Resource } from './template';

/** A Firehose stream of the template. */
export interface PlannedStream {
  readonly logicalId: string;
  readonly name: string;
  readonly arn: string;
  readonly bucket: string;
  readonly roleArn: string;
  readonly prefix: string;
  readonly errorPrefix: string;
  readonly bufferMegabytes: number;
  readonly bufferSeconds: number;
  /** Without a version. */
  readonly transformArn: string;
  readonly database: string;
  readonly table: string;
}

const parameter = z.strictObject({ ParameterName: z.string(), ParameterValue: z.string() });
const effective = z.object({
  DeliveryStreamName: z.string(),
  DeliveryStreamType: z.literal('DirectPut'),
  ExtendedS3DestinationConfiguration: z.strictObject({
    BucketARN: z.string(),
    RoleARN: z.string(),
    Prefix: z.string(),
    ErrorOutputPrefix: z.string(),
    CustomTimeZone: z.literal('UTC'),
    CompressionFormat: z.literal('UNCOMPRESSED'),
    BufferingHints: z.strictObject({
      // Conversion to Parquet needs at least 64 MB.
      SizeInMBs: z.number().min(64).max(128),
      IntervalInSeconds: z.number().min(0).max(900),
    }),
    CloudWatchLoggingOptions: z.looseObject({}).optional(),
    ProcessingConfiguration: z.strictObject({
      Enabled: z.literal(true),
      Processors: z.tuple([z.strictObject({ Type: z.literal('Lambda'), Parameters: z.array(parameter) })]),
    }),
    DataFormatConversionConfiguration: z.strictObject({
      Enabled: z.literal(true),
      InputFormatConfiguration: z.strictObject({
        Deserializer: z.strictObject({ OpenXJsonSerDe: z.strictObject({}) }),
      }),
      OutputFormatConfiguration: z.strictObject({
        Serializer: z.strictObject({ ParquetSerDe: z.strictObject({ Compression: z.literal('SNAPPY') }) }),
      }),
      SchemaConfiguration: z.strictObject({
        CatalogId: z.string(),
        DatabaseName: z.string(),
        TableName: z.string(),
        Region: z.string(),
        RoleARN: z.string(),
        VersionId: z.literal('LATEST'),
      }),
    }),
  }),
});

/** `AWS::KinesisFirehose::DeliveryStream` */
export function planStream(
  scope: StackScope,
  logicalId: string,
  { Properties: given }: Resource,
): PlannedStream {
  const { ExtendedS3DestinationConfiguration: destination } = readProperties(scope, logicalId, given, {
    effective,
    without: ['DeliveryStreamEncryptionConfigurationInput', 'Tags'],
  });
  const [{ Parameters: parameters }] = destination.ProcessingConfiguration.Processors;
  const valueOf = (name: string) =>
    parameters.find((each) => each.ParameterName === name)?.ParameterValue ?? '';
  const { DatabaseName: database, TableName: table } =
    destination.DataFormatConversionConfiguration.SchemaConfiguration;
  return {
    logicalId,
    name: scope.refOf(logicalId),
    arn: scope.attributeOf(logicalId, 'Arn'),
    bucket: bucketOf(destination.BucketARN) ?? destination.BucketARN,
    roleArn: destination.RoleARN,
    prefix: destination.Prefix,
    errorPrefix: destination.ErrorOutputPrefix,
    bufferMegabytes: destination.BufferingHints.SizeInMBs,
    bufferSeconds: destination.BufferingHints.IntervalInSeconds,
    transformArn: valueOf('LambdaArn').replace(/:\$LATEST$/, ''),
    database,
    table,
  };
}
