import { basename } from 'node:path';
import * as z from 'zod';
import type { DeployedFunction } from '../lambda/deployed-function';
import { readProperties } from './properties';
import type { StackScope } from './stack-scope';
import type { Resource } from './template';

/** A function of the template, whose code is a zip file. */
export interface PlannedFunction extends Omit<DeployedFunction, 'codeDirectory'> {
  readonly logicalId: string;
  /** Name of its deployment package in the package directory: `listPartitions.zip`. */
  readonly zipFile: string;
}

const effective = z.object({
  FunctionName: z.string().optional(),
  Handler: z.string(),
  Runtime: z.string(),
  Code: z.strictObject({ S3Bucket: z.string(), S3Key: z.string() }),
  Environment: z.strictObject({ Variables: z.record(z.string(), z.coerce.string()) }).optional(),
  /** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-function.html */
  Timeout: z.coerce.number().default(3),
  MemorySize: z.coerce.number().default(128),
  ReservedConcurrentExecutions: z.coerce.number().int().min(0).optional(),
  PackageType: z.literal('Zip').optional(),
  Role: z.string(),
});

const without = [
  'Architectures',
  'CodeSigningConfigArn',
  'DeadLetterConfig',
  'Description',
  'EphemeralStorage',
  'KmsKeyArn',
  'LoggingConfig',
  'RuntimeManagementConfig',
  'Tags',
  'TracingConfig',
  'VpcConfig',
];

export function planFunction(
  scope: StackScope,
  logicalId: string,
  { Properties: given }: Resource,
): PlannedFunction {
  const properties = readProperties(scope, logicalId, given, { effective, without });
  return {
    logicalId,
    name: scope.refOf(logicalId),
    arn: scope.attributeOf(logicalId, 'Arn'),
    handler: properties.Handler,
    runtime: properties.Runtime,
    zipFile: basename(properties.Code.S3Key),
    environment: properties.Environment?.Variables ?? {},
    timeoutSeconds: properties.Timeout,
    memoryMB: properties.MemorySize,
    roleArn: properties.Role,
    ...(properties.ReservedConcurrentExecutions === undefined
      ? {}
      : { concurrency: properties.ReservedConcurrentExecutions }),
  };
}
