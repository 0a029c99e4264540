import { policy, ref, type Resources, type Value } from './cloudformation';
import { deployedName, type Settings } from './settings';

const TOPIC = 'FailureTopic';

/** The topic of failed executions and of alarms. */
export const topicArn = ({ topicArn: given }: Settings): Value => given ?? ref(TOPIC);

/** The topic with its policy and subscription, unless the parameters name an existing one. */
export function topicResources(settings: Settings): Resources {
  const { email } = settings;
  if (settings.topicArn !== undefined) return {};
  return {
    [TOPIC]: {
      Type: 'AWS::SNS::Topic',
      Properties: { TopicName: deployedName(settings, 'failures'), DisplayName: 'Sluice load failures' },
    },
    FailureTopicPolicy: {
      Type: 'AWS::SNS::TopicPolicy',
      Properties: {
        Topics: [ref(TOPIC)],
        PolicyDocument: policy([
          {
            Sid: 'Alarms',
            Effect: 'Allow',
            Principal: { Service: 'cloudwatch.amazonaws.com' },
            Action: ['sns:Publish'],
            Resource: ref(TOPIC),
            Condition: { StringEquals: { 'aws:SourceAccount': ref('AWS::AccountId') } },
          },
          {
            Sid: 'OnlyByTls',
            Effect: 'Deny',
            Principal: '*',
            Action: ['sns:Publish'],
            Resource: ref(TOPIC),
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          },
        ]),
      },
    },
    ...(email === undefined
      ? {}
      : {
          FailureSubscription: {
            Type: 'AWS::SNS::Subscription',
            Properties: { TopicArn: ref(TOPIC), Protocol: 'email', Endpoint: email },
          },
        }),
  };
}
