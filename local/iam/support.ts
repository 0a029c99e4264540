import type { Support } from '../support';

/** What the twin's IAM and STS do and what they refuse; the twin's page lists it. */
export const iamSupport: Support = {
  supported: [
    'roles of the packaged template, with their inline policies and who they trust',
    'Step Functions, Firehose and COPY act with the roles of the template; COPY as by URLs that are valid for an hour, and only where its role trusts both of Redshift’s services',
    'policies of buckets, of the template or put: a Deny that fits',
    'the key of a bucket that is encrypted with one of KMS: kms:Decrypt to read an object, kms:GenerateDataKey to write it',
    'every function signs with credentials of its own role, and its calls are decided by that role’s policies',
    'the order of IAM: a Deny that fits, then an Allow that fits, else no',
    'Action and Resource with wildcards, policy variables such as `${aws:userid}`',
    'conditions: StringEquals, StringLike, ArnEquals, ArnLike, Bool, NumericGreaterThan, NumericLessThanEquals, each also with IfExists',
    'STS: AssumeRole, by the caller’s policies and the role’s trust, and GetCallerIdentity',
    'S3: a missing key is 404 only to who may list the bucket; DeleteObjects is decided key by key',
    'Redshift Data API: GetCredentials or GetSecretValue beside each submission, statements shown to their role alone',
  ],
  refused: [
    'other condition operators, NotAction, NotResource and NotPrincipal',
    'managed policies, permission boundaries and session policies',
    'an operation of a role for which the twin knows no action',
    'all other operations of STS (`InvalidAction`)',
  ],
};
