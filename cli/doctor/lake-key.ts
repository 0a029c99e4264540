import { isArn, nameOfRole, roleArn } from '../../core/arn';
import { FUNCTION_NAMES, lakeKeyActionsOf, stemOf } from '../../core/steps';
import { shellJson } from '../shared/commands';
import { deployAgain } from './commands';
import type { Check } from './finding';
import { bucketKey } from './lake';
import { simulated } from './simulated';
import type { Site } from './site';
import { streamed } from './stream';

/** The key that AWS manages for S3. Whoever may read the objects may use it. */
const MANAGED = 'alias/aws/s3';

/**
 * If a KMS key encrypts the bucket, the roles that read or write objects need rights on that key. The check does not read the
 * key's own policy.
 */
export const lakeKey: Check = {
  title: 'roles may use the lake’s key',
  needs: 's3:GetEncryptionConfiguration and iam:SimulatePrincipalPolicy',
  async run(site) {
    const { connection, account, copyRoleArn } = site;
    const { bucket, region } = connection;
    const named = await bucketKey(connection);
    const subject = `s3://${bucket}`;
    if (named === undefined) return [{ subject, text: 'it is encrypted with S3’s own keys' }];
    if (named === MANAGED) return [{ subject, text: `it is encrypted with ${named}` }];
    if (named.includes('alias/')) {
      const rules = {
        Rules: [
          { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: '<that ARN>' } },
        ],
      };
      return [
        {
          subject,
          text: `it names its key by the alias ${named}, but IAM policies need the key’s ARN`,
          fix: `aws kms describe-key --region ${region} --key-id ${named} --query KeyMetadata.Arn --output text; then aws s3api put-bucket-encryption --bucket ${bucket} --server-side-encryption-configuration ${shellJson(rules)}`,
        },
      ];
    }
    const key = isArn(named) ? named : `arn:aws:kms:${region}:${account}:key/${named}`;
    const own = deployAgain(connection, ` --param lakeKeyArn=${key}`);
    const isOwn = (role: string) => nameOfRole(role).startsWith(`${site.scheduleGroup}-`);
    return Promise.all(
      usersOf(site, copyRoleArn).map(({ role, action }) =>
        simulated(
          site,
          role,
          { subject: key, action, resource: key, granted: key },
          isOwn(role) ? own : undefined,
        ),
      ),
    );
  },
};

/** The roles that read or write the bucket. The stack's roles have its name as a prefix, as its schedule group has. */
function usersOf(site: Site, copyRoleArn: string): { readonly role: string; readonly action: string }[] {
  const own = (name: string) => roleArn(site.account, `${site.scheduleGroup}-${name}`);
  return [
    { role: copyRoleArn, action: 'kms:Decrypt' },
    ...FUNCTION_NAMES.flatMap((name) =>
      lakeKeyActionsOf(name).map((action) => ({ role: own(stemOf(name)), action })),
    ),
    ...streamed(site).map(({ name }) => ({ role: own(`${name}-stream`), action: 'kms:GenerateDataKey' })),
  ];
}
