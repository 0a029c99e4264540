import type { Support } from '../support';

export const snsSupport: Support = {
  supported: [
    'CreateTopic (standard topics, by name)',
    'Publish to a topic: Message (256 KiB), Subject, MessageAttributes of type String, String.Array and Number',
    'MessageStructure json: the inbox has the text of `default` as Message, and those of protocols as MessageOf',
    'ListTopics, GetTopicAttributes',
    'Subscribe an e-mail address (without confirmation), Unsubscribe, ListSubscriptionsByTopic',
    'every message is in `messages.jsonl` on disk before the call is answered',
    'calls from Step Functions (`arn:aws:states:::sns:publish`), with the same checks and faults',
    'faults: error, drop, delay, crash',
  ],
  refused: [
    'all other operations (`InvalidAction`); subscriptions by anything but e-mail (`InvalidParameter`)',
    'FIFO topics, topic attributes and tags (`InvalidParameter`)',
    'TargetArn, PhoneNumber, binary attributes (`InvalidParameter`)',
    'in a message of MessageStructure json: names that are no protocol, values that are no texts (`InvalidParameter`)',
  ],
};
