import { STACK_OUTPUTS } from '../../../core/stack-outputs';
import { withEarlierTopic } from '../../../local/stack';
import { planStack } from '../../../local/stack/plan-stack';
import { templateSchema } from '../../../local/stack/template';

const stackOf = (Resources: object, Value: unknown) =>
  planStack(templateSchema.parse({ Resources, Outputs: { [STACK_OUTPUTS.topicArn]: { Value } } }), {
    region: 'us-east-1',
    accountId: '000000000000',
    stackName: 'sluice-local',
  });

test('a topic that the stack uses and does not make is there', () => {
  const arn = 'arn:aws:sns:us-east-1:000000000000:on-call';
  expect(withEarlierTopic(stackOf({}, arn)).topics).toEqual([{ logicalId: '', name: 'on-call', arn }]);
});

test('a stack that makes its topic keeps it', () => {
  const own = { Topic: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'own' } } };
  const stack = stackOf(own, { Ref: 'Topic' });
  expect(stack.topics).toHaveLength(1);
  expect(withEarlierTopic(stack)).toBe(stack);
});
