import { presignedReadProblems } from '../../core/bucket-policy';

const policy = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
const deny = (Condition: object, Sid = 'Limit') => ({
  Sid,
  Effect: 'Deny',
  Principal: '*',
  Action: 's3:*',
  Resource: ['arn:aws:s3:::lake', 'arn:aws:s3:::lake/*'],
  Condition,
});
const problemsOf = (text: string) =>
  presignedReadProblems(text, [
    'arn:aws:s3:::lake/sluice/manifest',
    'arn:aws:s3:::lake/trips/2026/a.parquet',
  ]);
const SHORT = { NumericGreaterThan: { 's3:signatureAge': 1_000 } };

test.each([
  ['no statement', policy()],
  ['TLS only', policy(deny({ Bool: { 'aws:SecureTransport': 'false' } }))],
  ['an hour', policy(deny({ NumericGreaterThan: { 's3:signatureAge': 3_600_000 } }))],
  ['more than an hour', policy(deny({ NumericGreaterThanEquals: { 's3:signatureAge': '3600001' } }))],
  ['an Allow', policy({ ...deny({ NumericGreaterThan: { 's3:signatureAge': 1 } }), Effect: 'Allow' })],
  ['a limit of writes', policy({ ...deny(SHORT), Action: ['s3:PutObject', 's3:Delete*'] })],
  ['a limit of all but reads', policy({ ...deny(SHORT), Action: undefined, NotAction: 's3:Get*' })],
  ['a limit of another prefix', policy({ ...deny(SHORT), Resource: 'arn:aws:s3:::lake/exports/*' })],
  [
    'a limit of all but these',
    policy({
      ...deny(SHORT),
      Resource: undefined,
      NotResource: ['arn:aws:s3:::lake/trips/*', 'arn:aws:s3:::lake/sluice/*'],
    }),
  ],
  [
    'presigned alone',
    policy(deny({ StringNotEquals: { 's3:authType': ['REST-HEADER', 'REST-QUERY-STRING'] } })),
  ],
])('%s is no problem', (_, text) => {
  expect(problemsOf(text)).toEqual([]);
});

test.each<[string, object, RegExp]>([
  [
    'ten minutes',
    { NumericGreaterThan: { 's3:signatureAge': 600_000 } },
    /statement Limit refuses signatures older than 600000 ms/,
  ],
  [
    'an hour and not a millisecond more',
    { NumericGreaterThanEquals: { 'S3:SignatureAge': '3600000' } },
    /older than 3600000 ms/,
  ],
  ['the header alone', { StringNotEquals: { 's3:authType': 'REST-HEADER' } }, /refuses presigned URLs/],
  ['no presigned URL', { StringEquals: { 's3:authType': 'REST-QUERY-STRING' } }, /refuses presigned URLs/],
])('%s refuses COPY', (_, condition, words) => {
  expect(problemsOf(policy(deny(condition)))).toEqual([expect.stringMatching(words)]);
});

test.each([
  ['reads', { Action: 's3:getobject' }],
  ['all but writes', { Action: undefined, NotAction: ['s3:PutObject'] }],
  ['one prefix of several', { Resource: 'arn:aws:s3:::lake/trips/*' }],
  ['all but another prefix', { Resource: undefined, NotResource: 'arn:aws:s3:::lake/exports/*' }],
])('a limit of %s refuses COPY', (_, change) => {
  expect(problemsOf(policy({ ...deny(SHORT), ...change }))).toHaveLength(1);
});

test('a statement without a name is told by its place among those that deny', () => {
  const unnamed = { ...deny({ NumericGreaterThan: { 's3:signatureAge': 1 } }), Sid: undefined };
  const text = policy({ Effect: 'Allow' }, deny({}), unnamed);
  expect(problemsOf(text)).toEqual([expect.stringMatching(/^Deny statement 2 refuses/)]);
});
