import { presignedReadProblems } from '../../core/bucket-policy';

const policy = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
const deny = (Condition: object, Sid = 'Limit') => ({
  Sid,
  Effect: 'Deny',
  Principal: '*',
  Action: 's3:*',
  Condition,
});

test.each([
  ['no statement', policy()],
  ['TLS only', policy(deny({ Bool: { 'aws:SecureTransport': 'false' } }))],
  ['an hour', policy(deny({ NumericGreaterThan: { 's3:signatureAge': 3_600_000 } }))],
  ['more than an hour', policy(deny({ NumericGreaterThanEquals: { 's3:signatureAge': '3600001' } }))],
  ['an Allow', policy({ ...deny({ NumericGreaterThan: { 's3:signatureAge': 1 } }), Effect: 'Allow' })],
  [
    'presigned alone',
    policy(deny({ StringNotEquals: { 's3:authType': ['REST-HEADER', 'REST-QUERY-STRING'] } })),
  ],
])('%s is no problem', (_, text) => {
  expect(presignedReadProblems(text)).toEqual([]);
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
  expect(presignedReadProblems(policy(deny(condition)))).toEqual([expect.stringMatching(words)]);
});

test('a statement without a name is told by its place among those that deny', () => {
  const unnamed = { ...deny({ NumericGreaterThan: { 's3:signatureAge': 1 } }), Sid: undefined };
  const text = policy({ Effect: 'Allow' }, deny({}), unnamed);
  expect(presignedReadProblems(text)).toEqual([expect.stringMatching(/^Deny statement 2 refuses/)]);
});
