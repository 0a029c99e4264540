import * as z from 'zod';
import { policyDocument, type PolicyDocument } from '../iam/policy-document';
import { readProperties } from './properties';
import type { StackScope } from './stack-scope';
import type { Resource } from './template';

export interface PlannedRole {
  readonly logicalId: string;
  readonly name: string;
  readonly arn: string;
  readonly trust: PolicyDocument;
  readonly policies: readonly { readonly name: string; readonly document: PolicyDocument }[];
}

const effective = z.object({
  RoleName: z.string().optional(),
  AssumeRolePolicyDocument: policyDocument,
  Policies: z.array(z.strictObject({ PolicyName: z.string(), PolicyDocument: policyDocument })).default([]),
});

const without = ['Description', 'Path', 'Tags'];

export function planRole(scope: StackScope, logicalId: string, { Properties: given }: Resource): PlannedRole {
  const properties = readProperties(scope, logicalId, given, { effective, without });
  return {
    logicalId,
    name: scope.refOf(logicalId),
    arn: scope.attributeOf(logicalId, 'Arn'),
    trust: properties.AssumeRolePolicyDocument,
    policies: properties.Policies.map(({ PolicyName: name, PolicyDocument: document }) => ({
      name,
      document,
    })),
  };
}
