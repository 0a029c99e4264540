import * as z from 'zod';
import { QueryService } from '../http/query-service';
import { ServiceError } from '../service-error';
import type { Stack } from '../stack';

const describeStacks = z.strictObject({ StackName: z.string().optional() });
const listStackResources = z.strictObject({ StackName: z.string() });

/** AWS CloudFormation with one deployed stack. */
export class CloudFormationService extends QueryService {
  readonly name = 'cloudformation';
  private readonly created = new Date();

  constructor(private readonly stack: Stack) {
    super({ namespace: 'http://cloudformation.amazonaws.com/doc/2010-05-15/', version: '2010-05-15' });
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- callers expect a rejection, not a throw
  async call(operation: string, input: unknown): Promise<unknown> {
    if (operation === 'DescribeStacks')
      return this.describe(inputOf(describeStacks, operation, input).StackName);
    if (operation === 'ListStackResources')
      return this.resources(inputOf(listStackResources, operation, input).StackName);
    throw invalid(operation);
  }

  private describe(asked = this.stack.name) {
    this.check(asked);
    const { name, region, accountId, outputs } = this.stack;
    return {
      Stacks: [
        {
          StackName: name,
          StackId: `arn:aws:cloudformation:${region}:${accountId}:stack/${name}/0`,
          CreationTime: this.created,
          StackStatus: 'CREATE_COMPLETE',
          Outputs: Object.entries(outputs).map(([OutputKey, { value, description }]) => ({
            OutputKey,
            OutputValue: value,
            Description: description,
          })),
        },
      ],
    };
  }

  private resources(asked: string) {
    this.check(asked);
    return {
      StackResourceSummaries: this.stack.resources.map(({ logicalId, type }) => ({
        LogicalResourceId: logicalId,
        ResourceType: type,
        LastUpdatedTimestamp: this.created,
        ResourceStatus: 'CREATE_COMPLETE',
      })),
    };
  }

  private check(asked: string): void {
    if (asked !== this.stack.name)
      throw new ServiceError('ValidationError', `Stack with id ${asked} does not exist`);
  }
}

function inputOf<T>(schema: z.ZodType<T>, operation: string, input: unknown): T {
  const parsed = schema.safeParse(input);
  if (!parsed.success) throw invalid(operation);
  return parsed.data;
}

const invalid = (operation: string) =>
  new ServiceError(
    'InvalidAction',
    `The twin has no operation ${operation} of CloudFormation with these members`,
  );
