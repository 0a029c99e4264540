import { planStack, StackError } from '../../../local/stack';
import { templateSchema } from '../../../local/stack/template';

const settings = { stackName: 'sluice-local', region: 'us-east-1', accountId: '000000000000' };

/** A function whose variable `V` has the value: real templates have references there. */
const withVariable = (value: unknown, template: Record<string, unknown> = {}) => {
  const { Resources: resources = {}, ...others } = template as { Resources?: object };
  return templateSchema.parse({
    Resources: {
      F: {
        Type: 'AWS::Lambda::Function',
        Properties: {
          Handler: 'functions/f.handler',
          Role: 'arn:aws:iam::000000000000:role/f',
          Runtime: 'nodejs24.x',
          Code: { S3Bucket: 'b', S3Key: 'a/b/f.zip' },
          Environment: { Variables: { V: value } },
        },
      },
      Lake: { Type: 'AWS::S3::Bucket' },
      Topic: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'failures' } },
      ...resources,
    },
    ...others,
  });
};

const resolved = (value: unknown, template?: Record<string, unknown>, parameters?: Record<string, string>) =>
  planStack(withVariable(value, template), { ...settings, parameters }).functions[0]?.environment.V;

const failure = (plan: () => unknown): StackError => {
  try {
    plan();
  } catch (error) {
    if (error instanceof StackError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
};

const conditions = {
  Conditions: {
    East: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'us-east-1'] },
    West: { 'Fn::Not': [{ Condition: 'East' }] },
    Both: { 'Fn::And': [{ Condition: 'East' }, { Condition: 'West' }] },
    Either: { 'Fn::Or': [{ Condition: 'East' }, { 'Fn::Equals': ['a', 'b'] }] },
    Round: { 'Fn::Not': [{ Condition: 'Round' }] },
  },
};

const parameters = {
  Parameters: {
    Days: { Type: 'Number', Default: 3 },
    Workgroup: { Type: 'String' },
    Zones: { Type: 'CommaDelimitedList', Default: 'a,b' },
    Stored: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/path' },
  },
};

describe('references', () => {
  test.each<[unknown, string]>([
    ['plain', 'plain'],
    [7, '7'],
    [true, 'true'],
    [{ Ref: 'Lake' }, 'sluice-local-lake'],
    [{ Ref: 'Topic' }, 'arn:aws:sns:us-east-1:000000000000:failures'],
    [{ Ref: 'F' }, 'sluice-local-F'],
    [{ Ref: 'AWS::StackName' }, 'sluice-local'],
    [{ Ref: 'AWS::Partition' }, 'aws'],
    [{ 'Fn::GetAtt': ['Lake', 'Arn'] }, 'arn:aws:s3:::sluice-local-lake'],
    [{ 'Fn::GetAtt': 'Topic.TopicName' }, 'failures'],
    [
      { 'Fn::Sub': '${Lake}/${Lake.Arn}/${AWS::Region}/${!Kept}' },
      'sluice-local-lake/arn:aws:s3:::sluice-local-lake/us-east-1/${Kept}',
    ],
    [{ 'Fn::Sub': ['${name}:*', { name: { 'Fn::GetAtt': ['Topic', 'TopicName'] } }] }, 'failures:*'],
    [{ 'Fn::Join': ['-', ['a', { Ref: 'AWS::AccountId' }]] }, 'a-000000000000'],
    [{ 'Fn::Select': ['1', { 'Fn::Split': [':', 'a:b:c'] }] }, 'b'],
    [{ 'Fn::Base64': { 'Fn::Sub': '${AWS::Region}' } }, 'dXMtZWFzdC0x'],
  ])('%j gives %s', (value, expected) => {
    expect(resolved(value)).toBe(expected);
  });

  test('parameters have their given values or their defaults', () => {
    expect(resolved({ Ref: 'Days' }, parameters)).toBe('3');
    expect(resolved({ Ref: 'Workgroup' }, parameters, { Workgroup: 'w' })).toBe('w');
    expect(resolved({ 'Fn::Select': [1, { Ref: 'Zones' }] }, parameters)).toBe('b');
  });

  test.each([
    ['East', 'yes'],
    ['West', 'no'],
    ['Both', 'no'],
    ['Either', 'yes'],
  ])('Fn::If on %s gives %s', (name, expected) => {
    expect(resolved({ 'Fn::If': [name, 'yes', 'no'] }, conditions)).toBe(expected);
  });

  test('the other branch of Fn::If is not resolved', () => {
    expect(resolved({ 'Fn::If': ['East', 'yes', { Ref: 'Absent' }] }, conditions)).toBe('yes');
  });

  test('AWS::NoValue removes the property', () => {
    expect(resolved({ 'Fn::If': ['West', 'w', { Ref: 'AWS::NoValue' }] }, conditions)).toBeUndefined();
  });

  test('mappings are looked up', () => {
    const template = { Mappings: { Sizes: { 'us-east-1': { rpus: '8' } } } };
    expect(resolved({ 'Fn::FindInMap': ['Sizes', { Ref: 'AWS::Region' }, 'rpus'] }, template)).toBe('8');
  });

  test('the partition follows the Region', () => {
    const china = { ...settings, region: 'cn-north-1' };
    const plan = planStack(withVariable({ 'Fn::Sub': '${Lake.Arn} ${AWS::URLSuffix}' }), china);
    expect(plan.functions[0]?.environment.V).toBe('arn:aws-cn:s3:::sluice-local-lake amazonaws.com.cn');
  });

  test.each<[string, unknown, Record<string, unknown>, string]>([
    ['an unknown resource', { Ref: 'Absent' }, {}, 'there is no resource or parameter Absent'],
    ['an unknown attribute', { 'Fn::GetAtt': ['Lake', 'Size'] }, {}, 'no attribute Size of Lake'],
    [
      'an unknown name in Fn::Sub',
      { 'Fn::Sub': 'a ${Absent.Arn}' },
      {},
      'there is no resource or parameter Absent',
    ],
    ['a parameter without a value', { Ref: 'Workgroup' }, parameters, 'no value and no default'],
    ['a parameter in Parameter Store', { Ref: 'Stored' }, parameters, 'Parameter Store'],
    ['another stack', { 'Fn::ImportValue': 'x' }, {}, 'an export of another stack'],
    ['an unknown condition', { 'Fn::If': ['North', 1, 2] }, conditions, 'there is no condition North'],
    ['a condition on itself', { 'Fn::If': ['Round', 1, 2] }, conditions, 'refers to itself'],
    ['an unknown mapping', { 'Fn::FindInMap': ['A', 'b', 'c'] }, {}, 'there is no mapping A.b.c'],
    [
      'a type whose references the twin does not know',
      { Ref: 'Queue' },
      { Resources: { Queue: { Type: 'AWS::Events::EventBus' } } },
      'references to AWS::Events::EventBus',
    ],
    [
      'a resource whose condition does not hold',
      { Ref: 'Role' },
      { ...conditions, Resources: { Role: { Type: 'AWS::IAM::Role', Condition: 'West' } } },
      'West does not hold',
    ],
    [
      'a circular name',
      { Ref: 'Role' },
      { Resources: { Role: { Type: 'AWS::IAM::Role', Properties: { RoleName: { 'Fn::Sub': '${Role}' } } } } },
      'refers to itself',
    ],
  ])('%s is an UnresolvedReference', (_, value, template, words) => {
    const error = failure(() => resolved(value, template));
    expect(error.name).toBe('UnresolvedReference');
    expect(error.message).toContain(words);
  });

  test('the error names the logical id and the property’s path', () => {
    expect(failure(() => resolved({ 'Fn::Join': ['', ['a', { Ref: 'Absent' }]] })).path).toBe(
      'F.Properties.Environment.Variables.V.Fn::Join.1.1.Ref',
    );
  });

  test.each([{ 'Fn::GetAZs': '' }, { 'Fn::Join': ['-'] }, { 'Fn::Select': [9, ['a']] }, { Ref: ['Lake'] }])(
    '%j is an UnsupportedIntrinsic',
    (value) => {
      expect(failure(() => resolved(value)).name).toBe('UnsupportedIntrinsic');
    },
  );
});

describe('resources', () => {
  const plan = (resources: Record<string, unknown>) =>
    planStack(templateSchema.parse({ ...conditions, Resources: resources }), settings);

  test('of other types are listed as not deployed', () => {
    expect(
      plan({ Lake: { Type: 'AWS::S3::Bucket' }, Queue: { Type: 'AWS::SQS::Queue' } }).notDeployed,
    ).toEqual([
      { logicalId: 'Lake', type: 'AWS::S3::Bucket' },
      { logicalId: 'Queue', type: 'AWS::SQS::Queue' },
    ]);
  });

  test('whose condition does not hold are not deployed', () => {
    const { topics, notDeployed } = plan({ Topic: { Type: 'AWS::SNS::Topic', Condition: 'West' } });
    expect([topics, notDeployed]).toEqual([[], []]);
  });

  test('a rule for events is no schedule', () => {
    const { schedules, notDeployed } = plan({
      Rule: { Type: 'AWS::Events::Rule', Properties: { EventPattern: {} } },
    });
    expect([schedules, notDeployed]).toEqual([[], [{ logicalId: 'Rule', type: 'AWS::Events::Rule' }]]);
  });

  test('a definition may be an object', () => {
    const Properties = { Definition: { StartAt: { Ref: 'AWS::Region' } }, RoleArn: 'r' };
    const { stateMachines } = plan({ M: { Type: 'AWS::StepFunctions::StateMachine', Properties } });
    expect(stateMachines[0]?.definition).toBe('{"StartAt":"us-east-1"}');
  });

  test.each([
    [
      { Type: 'AWS::SNS::Topic', Properties: { FifoTopic: true } },
      'X.Properties.FifoTopic: not supported by the twin',
    ],
    [
      { Type: 'AWS::Lambda::Function', Properties: { Layers: [] } },
      'X.Properties.Layers: not supported by the twin',
    ],
    [{ Type: 'AWS::Lambda::Function', Properties: {} }, 'X.Properties.Handler: '],
    [
      { Type: 'AWS::StepFunctions::StateMachine', Properties: { RoleArn: 'r', StateMachineType: 'EXPRESS' } },
      'X.Properties.StateMachineType: the twin runs STANDARD state machines',
    ],
    [{ Type: 'AWS::StepFunctions::StateMachine', Properties: { RoleArn: 'r' } }, 'needs either'],
  ])('%j is an UnsupportedProperty', (resource, words) => {
    const error = failure(() => plan({ X: resource }));
    expect(error.name).toBe('UnsupportedProperty');
    expect(error.message).toContain(words);
  });
});
