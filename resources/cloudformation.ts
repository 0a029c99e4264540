import { LoadError } from '../core/errors';

/** A value of a template: JSON that may contain intrinsic functions. */
export type Value =
  string | number | boolean | readonly Value[] | { readonly [key: string]: Value | undefined };

export interface ResourceDefinition {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, Value | undefined>>;
  readonly DependsOn?: string | readonly string[];
  readonly DeletionPolicy?: 'RetainExceptOnCreate';
  readonly UpdateReplacePolicy?: 'Retain';
}
export type Resources = Readonly<Record<string, ResourceDefinition>>;

export interface Statement {
  readonly Sid: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: Value;
  readonly Action: readonly string[];
  readonly Resource: Value;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, Value>>>>;
}

export const ref = (name: string): Value => ({ Ref: name });
export const attribute = (logicalId: string, name: string): Value => ({ 'Fn::GetAtt': [logicalId, name] });
export const sub = (text: string, variables?: Readonly<Record<string, Value>>): Value => ({
  'Fn::Sub': variables ? [text, variables] : text,
});

/** An ARN in this account and Region: `arnOf('sns', 'x')` is arn:aws:sns:us-east-1:000000000000:x. */
export const arnOf = (service: string, resource: string): Value =>
  sub(`arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${resource}`);

export function policy(statements: readonly Statement[]): Value {
  return { Version: '2012-10-17', Statement: statements as unknown as Value };
}

/** A role that services may assume, with one inline policy. */
export function role(
  name: string,
  description: string,
  services: readonly string[],
  statements: readonly Statement[],
  condition?: Statement['Condition'],
): ResourceDefinition {
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      RoleName: name,
      Description: description,
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Service: services },
            Action: ['sts:AssumeRole'],
            ...(condition ? { Condition: condition } : {}),
          },
        ],
      },
      Policies: [{ PolicyName: name, PolicyDocument: policy(statements) }],
    },
  };
}

/** How long logs are kept. serverless.yml says the same of the functions' logs. */
const LOG_RETENTION_DAYS = 30;

/** A log group. Where the template has none, AWS makes one that keeps its logs for ever. */
export const logGroup = (name: string): ResourceDefinition => ({
  Type: 'AWS::Logs::LogGroup',
  Properties: { LogGroupName: name, RetentionInDays: LOG_RETENTION_DAYS },
});

/**
 * Joins several mappings.
 * @throws LoadError DatasetInvalid for a logical id in two of them. An id that contains a dataset's name can be the same
 *   as one of Sluice's own.
 */
export function merged<Item>(all: readonly Readonly<Record<string, Item>>[]): Record<string, Item> {
  const entries = all.flatMap((each) => Object.entries(each));
  const result = Object.fromEntries(entries);
  const twice = entries.find(([id, item]) => result[id] !== item);
  if (twice === undefined) return result;
  throw new LoadError(
    'DatasetInvalid',
    `Because of a dataset’s name, ${twice[0]} would be the name of two resources in the template.`,
    'Rename the dataset whose name the id begins with.',
  );
}

/**
 * The policies of a resource that stays when the stack is deleted. It does not stay when its creation is rolled back,
 * because its name would then block the next deployment.
 * Source: AWS CloudFormation User Guide, "DeletionPolicy attribute".
 */
export const retained = { DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' } as const;

export { logicalStem } from '../core/stack-outputs';
