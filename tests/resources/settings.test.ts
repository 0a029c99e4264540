import { LoadError } from '../../core/errors';
import { parseUsageLimit } from '../../core/usage-limit';
import { parseSettings, placesIn, runbookOf, type Settings } from '../../resources/settings';

const YAML = `service: sluice
params:
  default:
    lakeBucket: my-lake
  prod:
    account: '210987654321'
    workgroup: analytics
`;
const WAREHOUSE = {
  workgroup: 'analytics',
  workgroupArn: 'arn:aws:redshift-serverless:us-east-1:123456789012:workgroup/5a0f3f2e',
  database: 'dwh',
};

const settings = (given: Record<string, unknown>, stage = 'dev', onCommandLine: string[] = []): Settings =>
  parseSettings('sluice', stage, 'us-east-1', given, placesIn(YAML, stage, onCommandLine));

function refusal(given: Record<string, unknown>, stage?: string, onCommandLine?: string[]): string {
  try {
    settings(given, stage, onCommandLine);
  } catch (error) {
    if (error instanceof LoadError && error.name === 'ConfigurationError') return error.reason;
    throw error;
  }
  throw new Error('nothing was refused');
}

test('a missing or empty parameter has its default', () => {
  expect(settings({ lakeBucket: '', email: undefined })).toEqual({
    service: 'sluice',
    stage: 'dev',
    region: 'us-east-1',
    database: 'sluice',
    baseCapacity: 8,
    maxCapacity: 32,
  });
});

test('the most capacity is 32 or the base if that is more, unless it is given', () => {
  expect(settings({ baseCapacity: '64' }).maxCapacity).toBe(64);
  expect(settings({ baseCapacity: '16', maxCapacity: '16' }).maxCapacity).toBe(16);
});

test.each([
  ['20/day', { amount: 20, period: 'daily' }],
  ['1/week', { amount: 1, period: 'weekly' }],
  ['400/month', { amount: 400, period: 'monthly' }],
])('a usage limit of %s is accepted', (usageLimit, parsed) => {
  expect(parseUsageLimit(settings({ usageLimit }).usageLimit!)).toEqual(parsed);
});

test('lists are split, and numbers are parsed', () => {
  expect(
    settings({ subnetIds: 'subnet-0a1b2c3d, subnet-1a1b2c3d,subnet-2a1b2c3d', baseCapacity: '16' }),
  ).toMatchObject({
    subnetIds: ['subnet-0a1b2c3d', 'subnet-1a1b2c3d', 'subnet-2a1b2c3d'],
    baseCapacity: 16,
  });
});

test('the runbook is found in the repository, unless an address is given', () => {
  expect(runbookOf(settings({}))).toBe('docs/runbook.md');
  const runbookUrl = 'https://git.example.com:8443/acme/sluice/-/blob/main/docs/runbook.md?ref_type=heads';
  expect(runbookOf(settings({ runbookUrl }))).toBe(runbookUrl);
});

test.each([
  'docs/runbook.md',
  'https://git.example.com/runbook.md#alarms',
  'https://git.example.com/run book.md',
  "https://git.example.com/it's.md",
  'https://git.example.com/{}.md',
  'https://git.example.com/<x>|y.md',
  'https://git.example.com/$path.md',
  `https://git.example.com/${'x'.repeat(200)}`,
])('an address of the runbook that would break a text is refused: %s', (runbookUrl) => {
  expect(refusal({ runbookUrl })).toMatch(/^--param runbookUrl: ".*" is not an address/);
});

test.each(['4', '8', '512', '544', '1024'])('a capacity of %s is accepted', (baseCapacity) => {
  expect(settings({ baseCapacity }).baseCapacity).toBe(Number(baseCapacity));
});

describe('a wrong parameter is refused', () => {
  test.each([
    'cn-north-1',
    'us-gov-west-1',
    'us-iso-east-1',
    'us-isof-south-1',
    'eu-isoe-west-1',
    'eusc-de-east-1',
  ])('a Region in another partition: %s', (region) => {
    expect(() => parseSettings('sluice', 'dev', region, {}, (name) => name)).toThrow(
      `${region} is not in the partition aws`,
    );
  });

  test.each<[string, Record<string, unknown>, string]>([
    [
      'an unknown parameter',
      { lakeBuket: 'x' },
      'lakeBuket: unknown parameter; known are account, region, lakeBucket',
    ],
    ['an invalid name', { lakeBucket: 'My_Lake' }, '"My_Lake" is not the name of an S3 bucket'],
    [
      'an ARN of another type',
      { ...WAREHOUSE, copyRoleArn: 'arn:aws:iam::123456789012:user/me' },
      'the ARN of an IAM role',
    ],
    ['a list with an empty item', { subnetIds: 'subnet-0a1b2c3d,,' }, 'is not a list of subnets'],
    ['fewer subnets than Redshift needs', { subnetIds: 'subnet-0a1b2c3d' }, 'a list of 2 or more subnets'],
    ...['2', '5', '9', '520', '1056', '8.5', 'many'].map(
      (baseCapacity): [string, Record<string, unknown>, string] => [
        `a capacity of ${baseCapacity}`,
        { baseCapacity },
        `"${baseCapacity}" is not 4, a multiple of 8 up to 512, or one of 32 up to 1024`,
      ],
    ),
    [
      'a most capacity below the base',
      { baseCapacity: '32', maxCapacity: '24' },
      'maxCapacity: 24 is less than baseCapacity, which is 32',
    ],
    [
      'a most capacity below the default base',
      { maxCapacity: '4' },
      'maxCapacity: 4 is less than baseCapacity, which is 8',
    ],
    ['a most capacity of an existing workgroup', { ...WAREHOUSE, maxCapacity: '32' }, 'already exists'],
    ['a usage limit of an existing workgroup', { ...WAREHOUSE, usageLimit: '20/day' }, 'already exists'],
    ...['20', '0/day', '1.5/day', '20/hour', '20 / day'].map(
      (usageLimit): [string, Record<string, unknown>, string] => [
        `a usage limit of ${usageLimit}`,
        { usageLimit },
        `"${usageLimit}" is not RPU-hours in a period, for example 20/day`,
      ],
    ),
    [
      'a FIFO topic',
      { topicArn: 'arn:aws:sns:us-east-1:123456789012:on-call.fifo' },
      'is not the ARN of an SNS topic that is not FIFO',
    ],
    [
      'a topic in another Region, where no alarm can reach it',
      { topicArn: 'arn:aws:sns:eu-west-1:123456789012:on-call' },
      'topicArn: is in eu-west-1, but the deployment is in us-east-1',
    ],
    [
      'a topic of another account',
      { account: '210987654321', topicArn: 'arn:aws:sns:us-east-1:123456789012:on-call' },
      'topicArn: belongs to account 123456789012',
    ],
    [
      'an address for an existing topic',
      { email: 'me@example.com', topicArn: 'arn:aws:sns:us-east-1:123456789012:on-call' },
      'email: is for a new topic: aws sns subscribe --topic-arn arn:aws:sns:us-east-1:123456789012:on-call --protocol email --notification-endpoint me@example.com subscribes it to yours',
    ],
    ['a new database that does not begin with a letter', { database: '_dwh' }, 'must begin with a letter'],
    [
      'a key without its secret',
      { ...WAREHOUSE, secretKeyArn: 'arn:aws:kms:us-east-1:123456789012:key/1' },
      'needs secretArn too',
    ],
    ['an invalid operator', { operatorArns: 'me' }, 'a list of ARNs of IAM roles and users'],
    [
      'an ARN in another partition',
      { lakeBucket: 'my-lake', lakeKeyArn: 'arn:aws-cn:kms:cn-north-1:123456789012:key/1' },
      'is not the ARN of a KMS key',
    ],
    ['an invalid address', { email: 'me' }, '"me" is not an e-mail address'],
    ['an invalid account', { account: '12345' }, 'is not an account: 12 digits'],
    [
      'a workgroup without its ARN',
      { workgroup: 'analytics', database: 'dwh' },
      'needs workgroupArn too: aws redshift-serverless get-workgroup --workgroup-name analytics',
    ],
    ['a workgroup without its database', { ...WAREHOUSE, database: '' }, 'needs database too'],
    [
      'a secret without a workgroup',
      { secretArn: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:x' },
      'needs workgroup too',
    ],
    [
      'the capacity of an existing workgroup',
      { ...WAREHOUSE, baseCapacity: '8' },
      'is for a new workgroup, but analytics already exists',
    ],
    [
      'a key without its bucket',
      { lakeKeyArn: 'arn:aws:kms:us-east-1:123456789012:key/1' },
      'needs lakeBucket too',
    ],
    ['another Region', { region: 'eu-west-1' }, 'the deployment is in us-east-1'],
    [
      'a workgroup in another Region',
      { ...WAREHOUSE, workgroupArn: WAREHOUSE.workgroupArn.replace('us-east-1', 'eu-west-1') },
      'is in eu-west-1, but the deployment is in us-east-1',
    ],
    [
      'two accounts',
      { ...WAREHOUSE, secretArn: 'arn:aws:secretsmanager:us-east-1:210987654321:secret:x' },
      'belongs to account 210987654321, but the deployment is in 123456789012',
    ],
    [
      'a role of another account',
      { ...WAREHOUSE, account: '210987654321', copyRoleArn: 'arn:aws:iam::123456789012:role/copy' },
      'belongs to account 123456789012, but the deployment is in 210987654321',
    ],
  ])('%s', (_, given, words) => {
    expect(refusal(given)).toContain(words);
  });

  test.each(['Dev', 'd', 'a-stage-that-is-too-long', 'dev_1', '1dev', 'dev-'])('stage %s', (stage) => {
    expect(refusal({}, stage)).toContain(`--stage ${stage}: a lower-case letter`);
  });

  test('several at once, each with its place', () => {
    expect(refusal({ lakeBucket: 'A', account: 'x', email: 'y' }, 'prod', ['email']).split('\n')).toEqual([
      expect.stringMatching(/^serverless\.yml:4:5: params\.default\.lakeBucket: /),
      expect.stringMatching(/^serverless\.yml:6:5: params\.prod\.account: /),
      expect.stringMatching(/^--param email: /),
    ]);
  });
});
