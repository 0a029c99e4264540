import type { Inbox } from './inbox';
import type { Topics } from './topics';

/** A subscriber of a topic. The twin delivers every message to the inbox instead. */
export interface Subscription {
  readonly arn: string;
  readonly topic: string;
  readonly protocol: string;
  readonly endpoint: string;
}

/** The state that the operations share. */
export interface SnsState {
  readonly topics: Topics;
  readonly inbox: Inbox;
  /** In memory only. The template's subscriptions exist from the start. */
  readonly subscriptions: Subscription[];
  readonly region: string;
  readonly accountId: string;
}
