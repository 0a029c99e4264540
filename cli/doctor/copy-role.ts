import { GetRoleCommand, SimulatePrincipalPolicyCommand } from '@aws-sdk/client-iam';
import { GetNamespaceCommand, GetWorkgroupCommand } from '@aws-sdk/client-redshift-serverless';
import { shellJson, type Check, type Failed, type Passed } from './finding';
import { bucketKey, prefixesRead } from './lake';
import type { Site } from './site';

const accountOf = (arn: string): string => arn.split(':')[4] ?? '';
const nameOf = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);

/** Redshift assumes only roles of its own account. */
export const copyRoleAccount: Check = {
  title: 'COPY role of the warehouse’s account',
  needs: 'none',
  run({ copyRoleArn, account }) {
    const subject = copyRoleArn;
    const found = accountOf(copyRoleArn);
    if (found === account) return Promise.resolve([{ subject, text: `it is of account ${account}` }]);
    return Promise.resolve([
      {
        subject,
        text: `it is of account ${found}, the warehouse of account ${account}: Redshift takes only roles of its own account`,
        fix: `Deploy without --param copyRoleArn, so that a role is made here, and let the bucket’s policy allow it; docs/deploy.md, "A COPY role of yours".`,
      },
    ]);
  },
};

/** Serverless takes the role on as either of two services. */
const TRUSTED = ['redshift.amazonaws.com', 'redshift-serverless.amazonaws.com'];

interface Trust {
  readonly Statement?: readonly {
    readonly Effect?: string;
    readonly Principal?: { readonly Service?: string | readonly string[] } | string;
  }[];
}

export const copyRoleTrust: Check = {
  title: 'COPY role trusts Redshift',
  needs: 'iam:GetRole',
  async run({ iam, copyRoleArn }) {
    const RoleName = nameOf(copyRoleArn);
    const { Role } = await iam.send(new GetRoleCommand({ RoleName }));
    const { Statement = [] } = JSON.parse(
      decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '{}'),
    ) as Trust;
    const trusted = [Statement]
      .flat()
      .filter(({ Effect }) => Effect === 'Allow')
      .flatMap(({ Principal }) => (typeof Principal === 'object' ? [Principal.Service ?? []].flat() : []));
    const missing = TRUSTED.filter((service) => !trusted.includes(service));
    if (missing.length === 0)
      return [{ subject: copyRoleArn, text: 'it trusts both of Redshift’s services' }];
    const document = {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Service: [...new Set([...trusted, ...TRUSTED])] },
          Action: 'sts:AssumeRole',
        },
      ],
    };
    return [
      {
        subject: copyRoleArn,
        text: `it does not trust ${missing.join(' and ')}`,
        fix: `aws iam update-assume-role-policy --role-name ${RoleName} --policy-document ${shellJson(document)}`,
      },
    ];
  },
};

/** A role that is not attached cannot be assumed, however it trusts. */
export const copyRoleAttached: Check = {
  title: 'COPY role attached to the namespace',
  needs: 'redshift-serverless:GetWorkgroup and redshift-serverless:GetNamespace',
  async run({ redshift, copyRoleArn, connection }) {
    const { workgroup } = await redshift.send(
      new GetWorkgroupCommand({ workgroupName: connection.workgroup }),
    );
    const namespaceName = workgroup?.namespaceName ?? '';
    const { namespace } = await redshift.send(new GetNamespaceCommand({ namespaceName }));
    // The API has them as `IamRole(applyStatus=in-sync, iamRoleArn=arn:…)`.
    const attached = (namespace?.iamRoles ?? []).map((text) => /arn:[^,)\s]+/.exec(text)?.[0] ?? text);
    const subject = `namespace ${namespaceName}`;
    if (attached.includes(copyRoleArn)) return [{ subject, text: `${nameOf(copyRoleArn)} is attached` }];
    return [
      {
        subject,
        text: `${copyRoleArn} is not attached to it`,
        // The call replaces all that are attached.
        fix: `aws redshift-serverless update-namespace --region ${connection.region} --namespace-name ${namespaceName} --iam-roles ${[...attached, copyRoleArn].join(' ')}`,
      },
    ];
  },
};

/** What COPY reads: the manifests and every dataset's prefix, and the bucket's key. */
export const copyRoleRights: Check = {
  title: 'COPY role reads the lake',
  needs: 'iam:SimulatePrincipalPolicy and s3:GetEncryptionConfiguration',
  async run(site) {
    const { connection, copyRoleArn } = site;
    const { bucket } = connection;
    const bucketArn = `arn:aws:s3:::${bucket}`;
    const key = await bucketKey(connection);
    const keyArn =
      key === undefined || key.startsWith('arn:')
        ? key
        : `arn:aws:kms:${connection.region}:${site.account}:key/${key}`;
    const asked = [
      ...prefixesRead(connection).map(({ prefix, sample }) => ({
        subject: `s3://${bucket}/${prefix}`,
        action: 's3:GetObject',
        resource: `${bucketArn}/${sample}`,
        granted: `${bucketArn}/${prefix}*`,
      })),
      { subject: `s3://${bucket}`, action: 's3:ListBucket', resource: bucketArn, granted: bucketArn },
      ...(keyArn === undefined
        ? []
        : [{ subject: keyArn, action: 'kms:Decrypt', resource: keyArn, granted: keyArn }]),
    ];
    return Promise.all(asked.map((each) => simulated(site, copyRoleArn, each)));
  },
};

async function simulated(
  { iam }: Site,
  role: string,
  asked: {
    readonly subject: string;
    readonly action: string;
    readonly resource: string;
    readonly granted: string;
  },
): Promise<Passed | Failed> {
  const { subject, action, resource, granted } = asked;
  const { EvaluationResults: [result] = [] } = await iam.send(
    new SimulatePrincipalPolicyCommand({
      PolicySourceArn: role,
      ActionNames: [action],
      ResourceArns: [resource],
    }),
  );
  if (result?.EvalDecision === 'allowed') return { subject, text: `${action} is allowed` };
  const document = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: action, Resource: granted }],
  };
  const policy = `sluice-${action.replace(':', '-')}-${granted.replace(/[^a-zA-Z0-9]+/g, '-').slice(-60)}`;
  return {
    subject,
    text: `${nameOf(role)} may not ${action} (${result?.EvalDecision ?? 'no answer'})`,
    fix:
      result?.EvalDecision === 'explicitDeny'
        ? `A Deny in the role’s policies (aws iam list-role-policies --role-name ${nameOf(role)}) forbids it: take it out.`
        : `aws iam put-role-policy --role-name ${nameOf(role)} --policy-name ${policy} --policy-document ${shellJson(document)}`,
  };
}
