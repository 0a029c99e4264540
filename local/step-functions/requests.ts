import * as z from 'zod';

/** The operations' strict input shapes. https://docs.aws.amazon.com/step-functions/latest/apireference */

const arn = z.string().min(1).max(256);
const maxResults = z.int().min(0).max(1000).optional();
const nextToken = z.string().min(1).max(1024).optional();
const included = z.enum(['ALL_DATA', 'METADATA_ONLY']).optional();

export const executionStatuses = ['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED'] as const;

export const requests = {
  CreateStateMachine: z.strictObject({
    name: z.string(),
    definition: z.string(),
    roleArn: arn,
    type: z.enum(['STANDARD', 'EXPRESS']).optional(),
  }),
  DeleteStateMachine: z.strictObject({ stateMachineArn: arn }),
  DescribeStateMachine: z.strictObject({ stateMachineArn: arn, includedData: included }),
  ListStateMachines: z.strictObject({ maxResults, nextToken }),
  StartExecution: z.strictObject({
    stateMachineArn: arn,
    name: z.string().optional(),
    input: z.string().optional(),
  }),
  DescribeExecution: z.strictObject({ executionArn: arn, includedData: included }),
  ListExecutions: z.strictObject({
    stateMachineArn: arn,
    statusFilter: z.enum(executionStatuses).optional(),
    maxResults,
    nextToken,
  }),
  StopExecution: z.strictObject({
    executionArn: arn,
    error: z.string().max(256).optional(),
    cause: z.string().max(32_768).optional(),
  }),
  GetExecutionHistory: z.strictObject({
    executionArn: arn,
    maxResults,
    reverseOrder: z.boolean().optional(),
    nextToken,
    includeExecutionData: z.boolean().optional(),
  }),
} as const;

export type OperationName = keyof typeof requests;
export type RequestOf<O extends OperationName> = z.infer<(typeof requests)[O]>;

export const operationNames = Object.keys(requests) as OperationName[];

export const isOperation = (name: string): name is OperationName => Object.hasOwn(requests, name);
