import type { HistoryEvent } from '@aws-sdk/client-sfn';

/** What the runs of a state took, in seconds. Those of a Map run beside each other. */
export interface StateTimes {
  readonly state: string;
  readonly count: number;
  readonly total: number;
  readonly longest: number;
}

/**
 * What each state took, in the order in which they were entered first. A state that has not ended counts until the last
 * event.
 * @param events of an execution, all of them.
 */
export function stateTimes(events: readonly HistoryEvent[]): readonly StateTimes[] {
  const byId = new Map(events.map((event) => [event.id ?? 0, event]));
  const times = new Map<string, number[]>();
  const left = new Set<number>();
  for (const event of events) {
    const entered = event.stateEnteredEventDetails?.name;
    if (entered !== undefined) {
      if (!times.has(entered)) times.set(entered, []);
      left.add(event.id ?? 0);
    }
    const exited = event.stateExitedEventDetails?.name;
    if (exited === undefined) continue;
    const start = entryOf(event, exited, byId);
    if (start === undefined) continue;
    left.delete(start.id ?? 0);
    times.get(exited)?.push(secondsBetween(start, event));
  }
  const last = events.at(-1);
  for (const id of left) {
    const start = byId.get(id);
    if (start && last)
      times.get(start.stateEnteredEventDetails?.name ?? '')?.push(secondsBetween(start, last));
  }
  return [...times].map(([state, each]) => ({
    state,
    count: each.length,
    total: each.reduce((sum, seconds) => sum + seconds, 0),
    longest: Math.max(0, ...each),
  }));
}

/** Each event names the one before it in its own branch. */
function entryOf(
  event: HistoryEvent,
  state: string,
  byId: ReadonlyMap<number, HistoryEvent>,
): HistoryEvent | undefined {
  let before = byId.get(event.previousEventId ?? 0);
  while (before && before.stateEnteredEventDetails?.name !== state)
    before = byId.get(before.previousEventId ?? 0);
  return before;
}

const secondsBetween = (start: HistoryEvent, end: HistoryEvent): number =>
  ((end.timestamp?.getTime() ?? 0) - (start.timestamp?.getTime() ?? 0)) / 1_000;
