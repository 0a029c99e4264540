import type { Support } from '../support';

/** What the twin's SNS does and what it refuses; the twin's page lists it. */
export const snsSupport: Support = {
  supported: [
    'CreateTopic (standard topics, by name)',
    'Publish to a topic: Message (256 KiB), Subject, MessageAttributes of type String, String.Array and Number',
    'ListTopics, GetTopicAttributes',
    'Subscribe an e-mail address, which nobody has to confirm, Unsubscribe, ListSubscriptionsByTopic',
    'every message is kept in `messages.jsonl`, on the disk before the call is answered',
    'calls from Step Functions (`arn:aws:states:::sns:publish`), with the same checks and faults',
    'faults: error, drop, delay, crash',
  ],
  refused: [
    'all other operations (`InvalidAction`); subscriptions by anything but e-mail (`InvalidParameter`)',
    'FIFO topics, topic attributes and tags (`InvalidParameter`)',
    'TargetArn, PhoneNumber, MessageStructure, binary attributes (`InvalidParameter`)',
  ],
};
