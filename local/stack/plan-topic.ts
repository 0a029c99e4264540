import * as z from 'zod';
import { readProperties } from './properties';
import type { StackScope } from './stack-scope';
import type { Resource } from './template';

export interface PlannedTopic {
  readonly logicalId: string;
  readonly name: string;
  readonly arn: string;
}

const effective = z.object({ TopicName: z.string().optional() });

/** Subscriptions have no effect: the twin's inbox gets every message. */
const without = [
  'DataProtectionPolicy',
  'DisplayName',
  'KmsMasterKeyId',
  'Subscription',
  'Tags',
  'TracingConfig',
];

export function planTopic(
  scope: StackScope,
  logicalId: string,
  { Properties: given }: Resource,
): PlannedTopic {
  readProperties(scope, logicalId, given, { effective, without });
  return {
    logicalId,
    name: scope.attributeOf(logicalId, 'TopicName'),
    arn: scope.refOf(logicalId),
  };
}
