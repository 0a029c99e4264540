import { evaluate, like } from '../../../local/iam/evaluate';
import { policyDocument } from '../../../local/iam/policy-document';

const policy = (...Statement: object[]) => policyDocument.parse({ Version: '2012-10-17', Statement });
const READ = { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::lake/trips/*' };
const object = (key: string, context: Record<string, string> = {}) => ({
  action: 's3:GetObject',
  resource: `arn:aws:s3:::lake/${key}`,
  context,
});

test('a call needs an Allow, and a Deny overrides every Allow', () => {
  expect(evaluate([policy(READ)], object('trips/a'))).toBe('allowed');
  expect(evaluate([policy(READ)], object('other/a'))).toBe('implicitDeny');
  expect(evaluate([], object('trips/a'))).toBe('implicitDeny');
  const deny = { Effect: 'Deny', Action: 's3:*', Resource: '*' };
  expect(evaluate([policy(READ), policy(deny)], object('trips/a'))).toBe('explicitDeny');
});

test('actions are case-insensitive, resources are case-sensitive', () => {
  expect(evaluate([policy({ ...READ, Action: 'S3:getobject' })], object('trips/a'))).toBe('allowed');
  expect(evaluate([policy(READ)], object('Trips/a'))).toBe('implicitDeny');
  expect(evaluate([policy({ ...READ, Action: 's3:Get*' })], object('trips/a'))).toBe('allowed');
});

test.each([
  [{ StringEquals: { 's3:prefix': ['a', 'trips'] } }, 'allowed'],
  [{ StringEquals: { 'S3:Prefix': 'trips' } }, 'allowed'],
  [{ StringEquals: { 's3:prefix': 'tri' } }, 'implicitDeny'],
  [{ StringLike: { 's3:prefix': 'tri*' } }, 'allowed'],
  [{ StringEquals: { absent: 'x' } }, 'implicitDeny'],
  [{ StringEqualsIfExists: { absent: 'x' } }, 'allowed'],
  [{ Bool: { 'aws:SecureTransport': 'false' } }, 'implicitDeny'],
  [{ NumericGreaterThan: { age: 3_600_000 } }, 'implicitDeny'],
  [{ NumericLessThanEquals: { age: 3_600_000 } }, 'allowed'],
  [{ StringEquals: { owner: '${aws:userid}' } }, 'allowed'],
  // All conditions must hold.
  [{ StringEquals: { 's3:prefix': 'trips', owner: 'somebody' } }, 'implicitDeny'],
])('the condition %j: %s', (Condition, decision) => {
  const context = {
    's3:prefix': 'trips',
    'aws:SecureTransport': 'true',
    age: '3600000',
    owner: 'AROA1:x',
    'aws:userid': 'AROA1:x',
  };
  expect(evaluate([policy({ ...READ, Condition })], object('trips/a', context))).toBe(decision);
});

test('unknown condition operators and policy elements are refused', () => {
  const odd = policy({ ...READ, Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } });
  expect(() => evaluate([odd], object('trips/a'))).toThrow('no condition operator IpAddress');
  expect(() => policy({ Effect: 'Allow', NotAction: 's3:*', Resource: '*' })).toThrow();
});

test.each([
  ['a*', 'abc', true],
  ['a?c', 'abc', true],
  ['a?c', 'ac', false],
  ['a.c', 'abc', false],
  ['*', 'with\nlines', true],
  ['(x)[y]', '(x)[y]', true],
  ['*b?', 'abbc', true],
  ['a*?', 'a', false],
  [`${'*a'.repeat(30)}b`, 'a'.repeat(200), false],
])('%j like %j: %s', (pattern, text, expected) => {
  expect(like(pattern, text)).toBe(expected);
});
