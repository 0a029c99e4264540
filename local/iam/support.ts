import type { Support } from '../support';

export const iamSupport: Support = {
  supported: [
    'roles of the packaged template with their inline policies and trust policies',
    'Step Functions, Firehose and COPY use the template’s roles; COPY reads by URLs that are valid for an hour, and its role must trust both of Redshift’s services',
    'bucket policies from the template or PutBucketPolicy: a matching Deny',
    'buckets with a KMS key: kms:Decrypt to read an object, kms:GenerateDataKey to write it',
    'every function has credentials of its own role, whose policies decide its calls',
    'IAM’s order: a matching Deny, then a matching Allow, otherwise denied',
    'Action and Resource with wildcards, policy variables such as `${aws:userid}`',
    'conditions: StringEquals, StringLike, ArnEquals, ArnLike, Bool, NumericGreaterThan, NumericLessThanEquals, each also with IfExists',
    'STS: AssumeRole, by the caller’s policies and the role’s trust, and GetCallerIdentity',
    'S3: a missing key is 404 only for callers that may list the bucket; DeleteObjects is decided key by key',
    'Redshift Data API: each submission also needs GetCredentials or GetSecretValue; a statement is visible only to its role',
  ],
  refused: [
    'other condition operators, NotAction, NotResource and NotPrincipal',
    'managed policies, permission boundaries and session policies',
    'operations by a role for which the twin knows no action',
    'all other operations of STS (`InvalidAction`)',
  ],
};
