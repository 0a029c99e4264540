import { SimulatePrincipalPolicyCommand } from '@aws-sdk/client-iam';
import { nameOfRole } from '../../core/arn';
import { shellJson } from './commands';
import type { Failed, Passed } from './finding';
import type { Site } from './site';

export interface Asked {
  readonly subject: string;
  readonly action: string;
  /** What is asked about. */
  readonly resource: string;
  /** What is to be allowed where that is not. */
  readonly granted: string;
}

/** What IAM says of a role's own policies. @param mend the command that mends it; left out, one that adds a policy. */
export async function simulated(
  { iam }: Site,
  roleArn: string,
  { subject, action, resource, granted }: Asked,
  mend?: string,
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
      fix: `A Deny in the role’s policies (aws iam list-role-policies --role-name ${role}; aws iam list-attached-role-policies --role-name ${role}) forbids it: take it out.`,
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
      mend ??
      `aws iam put-role-policy --role-name ${role} --policy-name ${policy} --policy-document ${shellJson(document)}`,
  };
}
