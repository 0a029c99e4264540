import type { Inbox } from './inbox';
import type { Topics } from './topics';

/** What the operations work on. */
export interface SnsState {
  readonly topics: Topics;
  readonly inbox: Inbox;
  readonly region: string;
  readonly accountId: string;
}
