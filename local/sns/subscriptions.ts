import { z } from 'zod';
import { parseInput } from './input';
import type { SnsState } from './state';
import { existingTopic } from './topic-arn';

/** Who would hear of a topic's messages; here all stand in the inbox. */
export interface Subscription {
  readonly topic: string;
  readonly protocol: string;
  readonly endpoint: string;
}

const subscription = z.strictObject({
  TopicArn: z.string(),
  Protocol: z.literal('email'),
  Endpoint: z.string(),
  ReturnSubscriptionArn: z.enum(['true', 'false']).optional(),
});
const list = z.strictObject({ TopicArn: z.string() });

/** Nobody has to confirm an address here. @returns `{ SubscriptionArn }` */
export function subscribe(state: SnsState, input: unknown) {
  const { TopicArn: topic, Protocol: protocol, Endpoint: endpoint } = parseInput(subscription, input);
  existingTopic(state, topic);
  state.subscriptions.push({ topic, protocol, endpoint });
  return { SubscriptionArn: arnOf(topic, state.subscriptions.length) };
}

/** @returns `{ Subscriptions }` */
export function listSubscriptionsByTopic(state: SnsState, input: unknown) {
  const { TopicArn: arn } = parseInput(list, input);
  existingTopic(state, arn);
  return {
    Subscriptions: state.subscriptions.flatMap(({ topic, protocol, endpoint }, index) =>
      topic === arn
        ? [
            {
              SubscriptionArn: arnOf(topic, index + 1),
              Owner: state.accountId,
              Protocol: protocol,
              Endpoint: endpoint,
              TopicArn: topic,
            },
          ]
        : [],
    ),
  };
}

const arnOf = (topic: string, number: number): string =>
  `${topic}:00000000-0000-0000-0000-${String(number).padStart(12, '0')}`;
