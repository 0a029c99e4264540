import * as z from 'zod';
import { readProperties } from './properties';
import { StackError } from './stack-error';
import type { StackScope } from './stack-scope';
import type { Resource } from './template';

export interface PlannedStateMachine {
  readonly logicalId: string;
  readonly name: string;
  readonly arn: string;
  /** Amazon States Language, as JSON text. */
  readonly definition: string;
  readonly roleArn: string;
}

const effective = z.object({
  StateMachineName: z.string().optional(),
  DefinitionString: z.string().optional(),
  Definition: z.record(z.string(), z.unknown()).optional(),
  RoleArn: z.string(),
  StateMachineType: z.literal('STANDARD', 'the twin runs STANDARD state machines').optional(),
});

const without = ['EncryptionConfiguration', 'LoggingConfiguration', 'Tags', 'TracingConfiguration'];

export function planStateMachine(
  scope: StackScope,
  logicalId: string,
  { Properties: given }: Resource,
): PlannedStateMachine {
  const properties = readProperties(scope, logicalId, given, { effective, without });
  const { DefinitionString: text, Definition: object, RoleArn: roleArn } = properties;
  if ((text === undefined) === (object === undefined)) {
    const path = `${logicalId}.Properties.DefinitionString`;
    throw new StackError('UnsupportedProperty', path, 'needs either DefinitionString or Definition');
  }
  return {
    logicalId,
    name: scope.attributeOf(logicalId, 'Name'),
    arn: scope.refOf(logicalId),
    definition: text ?? JSON.stringify(object),
    roleArn,
  };
}
