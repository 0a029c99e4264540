import { z } from 'zod';
import { parseInput } from './input';
import type { SnsState } from './state';
import { existingTopic } from './topic-arn';

const schema = z.strictObject({ TopicArn: z.string() });

/** @returns `{ Attributes }`, all strings as in SNS. There are no subscriptions: the inbox has every message. */
export function getTopicAttributes(state: SnsState, input: unknown) {
  const { TopicArn: arn } = parseInput(schema, input);
  return {
    Attributes: {
      TopicArn: existingTopic(state, arn),
      Owner: state.accountId,
      DisplayName: '',
      SubscriptionsConfirmed: '0',
      SubscriptionsDeleted: '0',
      SubscriptionsPending: '0',
    },
  };
}
