import * as z from 'zod';
import { bucketOf } from '../../core/arn';
import type { Transform } from '../firehose/delivery-stream';
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
  readonly transform: Transform;
  readonly database: string;
  readonly table: string;
}

const parameter = z.strictObject({ ParameterName: z.string(), ParameterValue: z.string() });

/** The parameters of a processor, with AWS's defaults. Source: Amazon Data Firehose API Reference, "ProcessorParameter". */
const lambdaProcessor = z.strictObject({
  LambdaArn: z.string(),
  RoleArn: z.string().optional(),
  NumberOfRetries: z.coerce.number().int().min(0).max(300).default(3),
  BufferSizeInMBs: z.coerce.number().min(0.2).max(3).default(1),
  BufferIntervalInSeconds: z.coerce.number().min(0).max(900).default(60),
});
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
      Processors: z.tuple([
        z.strictObject({
          Type: z.literal('Lambda'),
          Parameters: z
            .array(parameter)
            .transform((given): unknown =>
              Object.fromEntries(given.map((each) => [each.ParameterName, each.ParameterValue])),
            )
            .pipe(lambdaProcessor),
        }),
      ]),
    }),
    DataFormatConversionConfiguration: z.strictObject({
      Enabled: z.literal(true),
      InputFormatConfiguration: z.strictObject({
        Deserializer: z.strictObject({ OpenXJsonSerDe: z.strictObject({}) }),
      }),
      OutputFormatConfiguration: z.strictObject({
        Serializer: z.strictObject({
          ParquetSerDe: z.strictObject({ Compression: z.literal('SNAPPY'), WriterVersion: z.literal('V1') }),
        }),
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
  const [{ Parameters: processor }] = destination.ProcessingConfiguration.Processors;
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
    transform: {
      functionArn: processor.LambdaArn.replace(/:\$LATEST$/, ''),
      bufferMegabytes: processor.BufferSizeInMBs,
      retries: processor.NumberOfRetries,
    },
    database,
    table,
  };
}
