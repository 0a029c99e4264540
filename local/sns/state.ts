import type { Inbox } from './inbox';
import type { Topics } from './topics';

/** Who would hear of a topic's messages; here all stand in the inbox. */
export interface Subscription {
  readonly arn: string;
  readonly topic: string;
  readonly protocol: string;
  readonly endpoint: string;
}

/** What the operations work on. */
export interface SnsState {
  readonly topics: Topics;
  readonly inbox: Inbox;
  /** As long as the twin runs; those of the template are there at the start. */
  readonly subscriptions: Subscription[];
  readonly region: string;
  readonly accountId: string;
}
