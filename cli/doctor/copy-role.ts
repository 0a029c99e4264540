import { GetRoleCommand } from '@aws-sdk/client-iam';
import { GetNamespaceCommand, GetWorkgroupCommand } from '@aws-sdk/client-redshift-serverless';
import { accountOf, bucketArn, nameOfRole } from '../../core/arn';
import { shellJson } from '../shared/commands';
import type { Check } from './finding';
import { prefixesRead } from './lake';
import { simulated } from './simulated';
import { trusting, untrusted } from './trust-policy';

/** Redshift assumes only roles of its own account. */
export const copyRoleAccount: Check = {
  title: 'COPY role of the warehouse’s account',
  needs: 'none',
  run({ copyRoleArn, account }) {
    const subject = copyRoleArn;
    const found = accountOf(copyRoleArn);
    if (found === account) return Promise.resolve([{ subject, text: `it belongs to account ${account}` }]);
    return Promise.resolve([
      {
        subject,
        text: `it belongs to account ${found}, the warehouse to account ${account}: Redshift accepts only roles of its own account`,
        fix: `Deploy without --param copyRoleArn, so that the stack creates a role here, and allow that role in the bucket’s policy; docs/deploy.md, "A COPY role".`,
      },
    ]);
  },
};

/** Redshift Serverless assumes the role as one of two services. */
const TRUSTED = ['redshift.amazonaws.com', 'redshift-serverless.amazonaws.com'];

export const copyRoleTrust: Check = {
  title: 'COPY role trusts Redshift',
  needs: 'iam:GetRole',
  async run({ iam, copyRoleArn, account }) {
    const RoleName = nameOfRole(copyRoleArn);
    const { Role } = await iam.send(new GetRoleCommand({ RoleName }));
    const policy = decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '{}');
    const missing = untrusted(policy, TRUSTED, account);
    if (missing.length === 0) return [{ subject: copyRoleArn, text: 'it trusts both Redshift services' }];
    const fixed = trusting(policy, missing);
    const isDenied = untrusted(JSON.stringify(fixed), TRUSTED, account).length > 0;
    return [
      {
        subject: copyRoleArn,
        text: `it does not trust ${missing.join(' and ')}, or only under a condition`,
        fix: isDenied
          ? `A Deny in its trust policy (aws iam get-role --role-name ${RoleName}) forbids it: remove that statement.`
          : `aws iam update-assume-role-policy --role-name ${RoleName} --policy-document ${shellJson(fixed)}`,
      },
    ];
  },
};

/** Parses the API's text for an attached role: `IamRole(applyStatus=in-sync, iamRoleArn=arn:…)`. */
function attachedRole(text: string): { readonly arn: string; readonly status: string } {
  return {
    arn: /arn:[^,)\s]+/.exec(text)?.[0] ?? text,
    status: /applyStatus=([\w-]+)/.exec(text)?.[1] ?? 'in-sync',
  };
}

/** Redshift assumes only attached roles, whatever their trust policy says. */
export const copyRoleAttached: Check = {
  title: 'COPY role attached to the namespace',
  needs: 'redshift-serverless:GetWorkgroup and redshift-serverless:GetNamespace',
  async run({ redshift, copyRoleArn, connection }) {
    const { workgroup } = await redshift.send(
      new GetWorkgroupCommand({ workgroupName: connection.workgroup }),
    );
    const namespaceName = workgroup?.namespaceName ?? '';
    const { namespace } = await redshift.send(new GetNamespaceCommand({ namespaceName }));
    const attached = (namespace?.iamRoles ?? [])
      .map(attachedRole)
      .filter(({ status }) => status !== 'removing');
    const own = attached.find(({ arn }) => arn === copyRoleArn);
    const subject = `namespace ${namespaceName}`;
    if (own?.status === 'in-sync') return [{ subject, text: `${nameOfRole(copyRoleArn)} is attached` }];
    const others = attached.map(({ arn }) => arn).filter((arn) => arn !== copyRoleArn);
    return [
      {
        subject,
        text: own
          ? `${copyRoleArn} is being attached (${own.status})`
          : `${copyRoleArn} is not attached to it`,
        fix: own
          ? 'Run the doctor again in a minute.'
          : // The call replaces all attached roles.
            `aws redshift-serverless update-namespace --region ${connection.region} --namespace-name ${namespaceName} --iam-roles ${[...others, copyRoleArn].join(' ')}`,
      },
    ];
  },
};

/** COPY reads the manifests and the prefix of every dataset. */
export const copyRoleRights: Check = {
  title: 'COPY role reads the lake',
  needs: 'iam:SimulatePrincipalPolicy',
  async run(site) {
    const { connection, copyRoleArn } = site;
    const lake = bucketArn(connection.bucket);
    const objects = prefixesRead(connection).map(({ prefix, sample }) => ({
      subject: `s3://${connection.bucket}/${prefix}`,
      action: 's3:GetObject',
      resource: `${lake}/${sample}`,
      granted: `${lake}/${prefix}*`,
    }));
    const bucket = {
      subject: `s3://${connection.bucket}`,
      action: 's3:ListBucket',
      resource: lake,
      granted: lake,
    };
    return Promise.all([...objects, bucket].map((each) => simulated(site, copyRoleArn, each)));
  },
};
