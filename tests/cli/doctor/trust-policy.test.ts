import { trusting, untrusted } from '../../../cli/doctor/trust-policy';

const ACCOUNT = '123456789012';
const SERVICES = ['redshift.amazonaws.com', 'redshift-serverless.amazonaws.com'];
const policy = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
const allow = (changes: object = {}) => ({
  Effect: 'Allow',
  Principal: { Service: SERVICES },
  Action: 'sts:AssumeRole',
  ...changes,
});

test.each<[string, object]>([
  ['both in one statement', allow()],
  [
    'under a condition on the account',
    allow({ Condition: { StringEquals: { 'aws:SourceAccount': ACCOUNT } } }),
  ],
  ['with other actions', allow({ Action: ['sts:AssumeRole', 'sts:TagSession'] })],
])('%s: nothing is missing', (_, statement) => {
  expect(untrusted(policy(statement), SERVICES, ACCOUNT)).toEqual([]);
});

test.each<[string, object]>([
  [
    'under a condition that they do not meet',
    allow({ Condition: { StringEquals: { 'sts:ExternalId': 'x' } } }),
  ],
  ['for another account', allow({ Condition: { StringEquals: { 'aws:SourceAccount': '210987654321' } } })],
  ['for another action', allow({ Action: 'sts:TagSession' })],
  ['for other services', allow({ Principal: { Service: 'ec2.amazonaws.com' } })],
  ['for a role', allow({ Principal: { AWS: `arn:aws:iam::${ACCOUNT}:role/x` } })],
  ['denied', allow({ Effect: 'Deny' })],
])('trust %s does not count', (_, statement) => {
  expect(untrusted(policy(statement), SERVICES, ACCOUNT)).toEqual(SERVICES);
});

test('a Deny outweighs an Allow', () => {
  const text = policy(allow(), allow({ Effect: 'Deny', Principal: { Service: SERVICES[1] } }));
  expect(untrusted(text, SERVICES, ACCOUNT)).toEqual([SERVICES[1]]);
});

test('the missing statement is added, and the others stay', () => {
  const others = {
    ...allow({ Principal: { AWS: 'arn:x' }, Condition: { Bool: { a: 'true' } } }),
    Sid: 'Others',
  };
  const before = JSON.stringify({ Version: '2008-10-17', Id: 'theirs', Statement: others });
  expect(trusting(before, [SERVICES[1]!])).toEqual({
    Version: '2008-10-17',
    Id: 'theirs',
    Statement: [others, { Effect: 'Allow', Principal: { Service: [SERVICES[1]] }, Action: 'sts:AssumeRole' }],
  });
});
