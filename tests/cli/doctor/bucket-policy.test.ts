import { presignedReads } from '../../../cli/doctor/bucket-policy';

const ROLE = 'arn:aws:iam::123456789012:role/copy';
const policy = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
const deny = (changes: object = {}) => ({
  Sid: 'Limit',
  Effect: 'Deny',
  Principal: '*',
  Action: 's3:*',
  Resource: ['arn:aws:s3:::lake', 'arn:aws:s3:::lake/*'],
  Condition: { NumericGreaterThan: { 's3:signatureAge': 1_000 } },
  ...changes,
});
const look = (...statements: object[]) =>
  presignedReads(policy(...statements), {
    objects: ['arn:aws:s3:::lake/sluice/manifest', 'arn:aws:s3:::lake/trips/2026/a.parquet'],
    role: ROLE,
  });
const condition = (Condition: object) => deny({ Condition });

test.each<[string, object]>([
  ['TLS only', condition({ Bool: { 'aws:SecureTransport': 'false' } })],
  ['a limit of an hour', condition({ NumericGreaterThan: { 's3:signatureAge': 3_600_000 } })],
  ['a limit of more', condition({ NumericGreaterThanEquals: { 's3:signatureAge': '3600001' } })],
  ['an Allow', deny({ Effect: 'Allow' })],
  ['a limit of writes', deny({ Action: ['s3:PutObject', 's3:Delete*'] })],
  ['a limit of all but reads', deny({ Action: undefined, NotAction: 's3:Get*' })],
  ['a limit of another prefix', deny({ Resource: 'arn:aws:s3:::lake/exports/*' })],
  [
    'a limit of all but these',
    deny({ Resource: undefined, NotResource: ['arn:aws:s3:::lake/trips/*', 'arn:aws:s3:::lake/sluice/*'] }),
  ],
  ['a limit of another role', deny({ Principal: { AWS: 'arn:aws:iam::123456789012:role/other' } })],
  ['a limit of a service', deny({ Principal: { Service: 'logging.s3.amazonaws.com' } })],
  ['a limit of all but this role', deny({ Principal: undefined, NotPrincipal: { AWS: [ROLE] } })],
  [
    'a limit that excepts this role',
    condition({
      NumericGreaterThan: { 's3:signatureAge': 1_000 },
      ArnNotLike: { 'aws:PrincipalArn': 'arn:aws:iam::123456789012:role/co*' },
    }),
  ],
  [
    'a limit of another role, by condition',
    condition({
      NumericGreaterThan: { 's3:signatureAge': 1_000 },
      ArnEquals: { 'aws:PrincipalArn': 'arn:aws:iam::123456789012:role/other' },
    }),
  ],
  [
    'presigned reads alone',
    condition({ StringNotEquals: { 's3:authType': ['REST-HEADER', 'REST-QUERY-STRING'] } }),
  ],
  ['other accounts', condition({ StringNotEquals: { 'aws:PrincipalAccount': '123456789012' } })],
])('%s is no problem', (_, statement) => {
  expect(look(statement)).toEqual({ refused: [], unknown: [] });
});

test.each<[string, object, RegExp]>([
  ['ten minutes', condition({ NumericGreaterThan: { 's3:signatureAge': 600_000 } }), /older than 600000 ms/],
  [
    'an hour and not a millisecond more',
    condition({ NumericGreaterThanEqualsIfExists: { 'S3:SignatureAge': '3600000' } }),
    /older than 3600000 ms/,
  ],
  ['the header alone', condition({ StringNotEquals: { 's3:authType': 'REST-HEADER' } }), /presigned URLs/],
  ['no presigned URL', condition({ StringEquals: { 's3:authType': 'REST-QUERY-STRING' } }), /presigned URLs/],
  ['of reads', deny({ Action: 's3:getobject' }), /older than 1000 ms/],
  ['of all but writes', deny({ Action: undefined, NotAction: ['s3:PutObject'] }), /older than/],
  ['of one prefix of several', deny({ Resource: 'arn:aws:s3:::lake/trips/*' }), /older than/],
  ['of all but another prefix', deny({ Resource: undefined, NotResource: 'arn:aws:s3:::lake/e/*' }), /older/],
  ['of the account', deny({ Principal: { AWS: '123456789012' } }), /older than/],
  [
    'of this role by name',
    deny({ Principal: { AWS: [ROLE] }, Condition: undefined }),
    /refuses s3:GetObject to arn:aws:iam::123456789012:role\/copy/,
  ],
  [
    'of this role by condition',
    condition({ ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/copy' } }),
    /refuses s3:GetObject to/,
  ],
])('%s refuses COPY', (_, statement, words) => {
  expect(look(statement)).toEqual({ refused: [expect.stringMatching(words)], unknown: [] });
});

test.each<[string, object]>([
  ['aws:SourceVpce', { StringNotEquals: { 'aws:SourceVpce': 'vpce-1' } }],
  ['aws:SourceIp', { NotIpAddress: { 'aws:SourceIp': '10.0.0.0/8' } }],
  ['aws:PrincipalArn', { 'ForAnyValue:StringLike': { 'aws:PrincipalArn': ROLE } }],
])('a condition on %s, which only AWS can evaluate, is reported', (key, Condition) => {
  expect(look(condition(Condition))).toEqual({
    refused: [],
    unknown: [`statement Limit refuses them if its condition on ${key} holds`],
  });
});

test('no statement is no problem, and a statement without Sid is named by its number among the Deny statements', () => {
  expect(look()).toEqual({ refused: [], unknown: [] });
  const { refused } = look(
    { Effect: 'Allow' },
    condition({ Bool: { 'aws:SecureTransport': 'false' } }),
    deny({ Sid: undefined }),
  );
  expect(refused).toEqual([expect.stringMatching(/^Deny statement 2 refuses/)]);
});
