import type { Inbox } from './inbox';
import type { Subscription } from './subscriptions';
import type { Topics } from './topics';

/** What the operations work on. */
export interface SnsState {
  readonly topics: Topics;
  readonly inbox: Inbox;
  /** As long as the twin runs; those of the template are there at the start. */
  readonly subscriptions: Subscription[];
  readonly region: string;
  readonly accountId: string;
}
