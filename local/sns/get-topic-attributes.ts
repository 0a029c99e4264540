import * as z from 'zod';
import { parseInput } from './input';
import type { SnsState } from './state';
import { existingTopic } from './topic-arn';

const schema = z.strictObject({ TopicArn: z.string() });

/** @returns `{ Attributes }`, all strings as in SNS. The counts are 0: the inbox gets every message. */
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
