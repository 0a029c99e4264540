import type { HistoryEvent, HistoryEventType } from '@aws-sdk/client-sfn';
import type { Clock } from '../../clock';
import { limits } from '../limits';
import { HistoryFull } from './failures';

/** The `…EventDetails` members of an event of GetExecutionHistory. */
export type EventDetails = Omit<HistoryEvent, 'id' | 'previousEventId' | 'timestamp' | 'type'>;

/** A stored event: as in the API, with the time in milliseconds. */
export type RecordedEvent = EventDetails & {
  readonly id: number;
  readonly previousEventId: number;
  readonly timestamp: number;
  readonly type: HistoryEventType;
};

/** The events of one thread: the execution, a branch or an iteration. It knows the event that the next one follows. */
export interface EventChain {
  lastEventId: number;
}

/** Numbers the events of one execution in order. */
export class History {
  private lastId = 0;

  constructor(
    private readonly clock: Clock,
    private readonly keep: (event: RecordedEvent) => void,
  ) {}

  /** Records an event that the chain's next event follows. @throws HistoryFull when only the last place is left */
  record(chain: EventChain, type: HistoryEventType, details: EventDetails = {}): number {
    return (chain.lastEventId = this.recordBeside(chain, type, details));
  }

  /**
   * Records an event that the chain's next event does not follow. On the service nothing follows an iteration's
   * MapIterationSucceeded, or MapStateSucceeded and ParallelStateSucceeded.
   */
  recordBeside(chain: EventChain, type: HistoryEventType, details: EventDetails = {}): number {
    if (this.lastId >= limits.historyEvents - 1) throw new HistoryFull(limits.historyEvents);
    return this.append(chain, type, details);
  }

  /** Records the end of the execution in the history's reserved last place. */
  recordEnd(chain: EventChain, type: HistoryEventType, details: EventDetails): number {
    return this.append(chain, type, details);
  }

  private append(chain: EventChain, type: HistoryEventType, details: EventDetails): number {
    const id = ++this.lastId;
    this.keep({
      id,
      previousEventId: chain.lastEventId,
      timestamp: this.clock.now().getTime(),
      type,
      ...details,
    });
    return id;
  }
}
