import * as z from 'zod';
import { QueryService } from '../http/query-service';
import { ServiceError } from '../service-error';
import type { Stack } from '../stack';

const describeStacks = z.strictObject({ StackName: z.string().optional() });

/** AWS CloudFormation with one deployed stack. */
export class CloudFormationService extends QueryService {
  readonly name = 'cloudformation';
  private readonly created = new Date();

  constructor(private readonly stack: Stack) {
    super({ namespace: 'http://cloudformation.amazonaws.com/doc/2010-05-15/', version: '2010-05-15' });
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- callers expect a rejection, not a throw
  async call(operation: string, input: unknown): Promise<unknown> {
    const parsed = describeStacks.safeParse(input);
    if (operation !== 'DescribeStacks' || !parsed.success) {
      throw new ServiceError(
        'InvalidAction',
        `The twin has no operation ${operation} of CloudFormation with these members`,
      );
    }
    const { name, region, accountId, outputs } = this.stack;
    const { StackName: asked = name } = parsed.data;
    if (asked !== name) throw new ServiceError('ValidationError', `Stack with id ${asked} does not exist`);
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
}
