import { SimulatePrincipalPolicyCommand } from '@aws-sdk/client-iam';
import { nameOfRole } from '../../core/arn';
import { shellJson } from '../shared/commands';
import type { Failed, Passed } from './finding';
import type { Site } from './site';

export interface Asked {
  readonly subject: string;
  readonly action: string;
  /** ARN of a sample resource. */
  readonly resource: string;
  /** The resource that a policy should allow if the sample is not allowed: an ARN or a pattern. */
  readonly granted: string;
}

/**
 * Asks IAM whether a role's own policies allow an action.
 * @param ownFix the command that fixes it. Default: a command that adds a policy to the role.
 */
export async function simulated(
  { iam }: Site,
  roleArn: string,
  { subject, action, resource, granted }: Asked,
  ownFix?: string,
): Promise<Passed | Failed> {
  const { EvaluationResults: [result] = [] } = await iam.send(
    new SimulatePrincipalPolicyCommand({
      PolicySourceArn: roleArn,
      ActionNames: [action],
      ResourceArns: [resource],
    }),
  );
  const role = nameOfRole(roleArn);
  if (result?.EvalDecision === 'allowed') return { subject, text: `${role} may ${action}` };
  const text = `${role} may not ${action} (${result?.EvalDecision ?? 'no answer'})`;
  if (result?.EvalDecision === 'explicitDeny') {
    return {
      subject,
      text,
      fix: `A Deny in the role’s policies (aws iam list-role-policies --role-name ${role}; aws iam list-attached-role-policies --role-name ${role}) forbids it: remove that statement.`,
    };
  }
  const document = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: action, Resource: granted }],
  };
  const policy = `sluice-${action.replace(':', '-')}-${granted.replace(/[^a-zA-Z0-9]+/g, '-').slice(-60)}`;
  return {
    subject,
    text,
    fix:
      ownFix ??
      `aws iam put-role-policy --role-name ${role} --policy-name ${policy} --policy-document ${shellJson(document)}`,
  };
}
