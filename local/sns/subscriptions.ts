import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { parseInput } from './input';
import type { SnsState } from './state';
import { existingTopic } from './topic-arn';

const subscription = z.strictObject({
  TopicArn: z.string(),
  Protocol: z.literal('email'),
  Endpoint: z.string(),
  ReturnSubscriptionArn: z.enum(['true', 'false']).optional(),
});
const list = z.strictObject({ TopicArn: z.string() });

/** Subscriptions need no confirmation in the twin. @returns `{ SubscriptionArn }` */
export function subscribe(state: SnsState, input: unknown) {
  const { TopicArn: topic, Protocol: protocol, Endpoint: endpoint } = parseInput(subscription, input);
  existingTopic(state, topic);
  const arn = `${topic}:${randomUUID()}`;
  state.subscriptions.push({ arn, topic, protocol, endpoint });
  return { SubscriptionArn: arn };
}

/** Succeeds for an unknown subscription, too. */
export function unsubscribe(state: SnsState, input: unknown) {
  const { SubscriptionArn } = parseInput(z.strictObject({ SubscriptionArn: z.string() }), input);
  const index = state.subscriptions.findIndex(({ arn }) => arn === SubscriptionArn);
  if (index >= 0) state.subscriptions.splice(index, 1);
  return {};
}

/** @returns `{ Subscriptions }` */
export function listSubscriptionsByTopic(state: SnsState, input: unknown) {
  const { TopicArn } = parseInput(list, input);
  existingTopic(state, TopicArn);
  return {
    Subscriptions: state.subscriptions
      .filter(({ topic }) => topic === TopicArn)
      .map(({ arn: SubscriptionArn, protocol: Protocol, endpoint: Endpoint }) => ({
        SubscriptionArn,
        Owner: state.accountId,
        Protocol,
        Endpoint,
        TopicArn,
      })),
  };
}
