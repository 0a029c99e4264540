import {
  accountOf,
  bucketOf,
  executionArn,
  isArn,
  nameOfRole,
  nameOfStateMachine,
  parseArn,
  regionOf,
  roleOfSession,
} from '../../core/arn';

const ROLE = 'arn:aws:iam::123456789012:role/team/copy';
const STATE_MACHINE = 'arn:aws-cn:states:cn-north-1:123456789012:stateMachine:sluice-dev-load';
const OBJECT = 'arn:aws:s3:::lake/trips/year=2026/a:b.parquet';

test('an ARN has five parts, and its resource may contain colons', () => {
  expect(parseArn(STATE_MACHINE)).toEqual({
    partition: 'aws-cn',
    service: 'states',
    region: 'cn-north-1',
    account: '123456789012',
    resource: 'stateMachine:sluice-dev-load',
  });
  expect(parseArn(OBJECT)).toEqual({
    partition: 'aws',
    service: 's3',
    region: '',
    account: '',
    resource: 'lake/trips/year=2026/a:b.parquet',
  });
});

test.each(['', 'load', 'alias/aws/s3', 'PendingConfirmation', 'arn:aws:iam::123456789012', `x${ROLE}`])(
  '"%s" is not an ARN',
  (text) => {
    expect(isArn(text)).toBe(false);
    expect(parseArn(text)).toBeUndefined();
    expect(accountOf(text)).toBe('');
    expect(regionOf(text)).toBe('');
    expect(bucketOf(text)).toBeUndefined();
    expect(roleOfSession(text)).toBeUndefined();
  },
);

test('account and Region come from the ARN, or are empty', () => {
  expect(accountOf(ROLE)).toBe('123456789012');
  expect(regionOf(ROLE)).toBe('');
  expect(accountOf(OBJECT)).toBe('');
  expect(regionOf(STATE_MACHINE)).toBe('cn-north-1');
});

test('a chain of roles has the account of its first role', () => {
  expect(accountOf(`${ROLE},arn:aws:iam::999999999999:role/other`)).toBe('123456789012');
});

test('the name of a role follows its path', () => {
  expect(nameOfRole(ROLE)).toBe('copy');
  expect(nameOfRole('arn:aws:iam::123456789012:role/copy')).toBe('copy');
});

test('the ARN of a session names its role, the ARN of a role names no session', () => {
  expect(roleOfSession('arn:aws:sts::123456789012:assumed-role/copy/sluice')).toBe('copy');
  expect(roleOfSession(ROLE)).toBeUndefined();
});

test('the ARN of a bucket and of its objects names the bucket', () => {
  expect(bucketOf('arn:aws:s3:::lake')).toBe('lake');
  expect(bucketOf(OBJECT)).toBe('lake');
  expect(bucketOf(ROLE)).toBeUndefined();
});

test('the ARN of an execution is made from the ARN of its state machine and its name', () => {
  expect(nameOfStateMachine(STATE_MACHINE)).toBe('sluice-dev-load');
  expect(executionArn(STATE_MACHINE, 'load-1')).toBe(
    'arn:aws-cn:states:cn-north-1:123456789012:execution:sluice-dev-load:load-1',
  );
});
