import type { Change, History, Run, Step } from './history';
import { PLAIN } from './layout';
import type { Trip } from './trip';

/**
 * Simplifies a wrong history step by step, for as long as it stays wrong. fast-check's own shrinking does not know
 * that keys are independent of each other, and makes many tries, each of which costs a whole history here.
 * @param isWrong runs a history
 * @param until milliseconds since 1970
 */
export async function simplify(
  history: History,
  isWrong: (history: History) => Promise<boolean>,
  until: number,
): Promise<History> {
  for (const simpler of simplerOnes(history)) {
    if (Date.now() >= until) return history;
    if (await isWrong(simpler)) return simplify(simpler, isWrong, until);
  }
  return history;
}

/** The greatest steps come first. */
function* simplerOnes(history: History): Generator<History> {
  const { steps } = history;
  const keys = [...new Set(steps.flatMap(tripsOf).map(({ trip_id }) => trip_id))];
  if (keys.length > 1)
    for (const key of keys) yield withTrips(history, (trips) => trips.filter((trip) => trip.trip_id === key));
  for (const index of steps.keys()) yield { ...history, steps: without(steps, index) };
  if (history.sides.length > 1) for (const side of history.sides) yield { ...history, sides: [side] };
  if (history.alike) yield { ...history, alike: false };
  if (history.blind) yield { ...history, blind: false };
  for (const [index, step] of steps.entries()) {
    const withStep = (simpler: Step) => ({ ...history, steps: steps.with(index, simpler) });
    for (const at of step.changes.keys()) yield withStep({ ...step, changes: without(step.changes, at) });
    if (step.ledger) yield withStep({ ...step, ledger: undefined });
    for (const run of simplerRuns(step.run)) yield withStep({ ...step, run });
    for (const [at, change] of step.changes.entries())
      for (const simpler of simplerChanges(change))
        yield withStep({ ...step, changes: step.changes.with(at, simpler) });
  }
}

function* simplerRuns(run: Run): Generator<Run> {
  if (run.kind === 'together') {
    for (const request of run.requests) yield { kind: 'alone', request };
    if (run.requests.length > 2)
      for (const index of run.requests.keys()) yield { ...run, requests: without(run.requests, index) };
  } else if (run.kind !== 'alone') {
    yield { kind: 'alone', request: run.hours };
  } else if (run.request.kind === 'range') {
    for (const hour of [run.request.from, run.request.to])
      yield { kind: 'alone', request: { kind: 'hour', hour } };
  }
}

function* simplerChanges(change: Change): Generator<Change> {
  if (change.kind === 'delete') return;
  const { layout } = change;
  if (JSON.stringify(layout) !== JSON.stringify(PLAIN)) {
    yield { ...change, layout: PLAIN };
    const forms = Object.entries(layout.forms);
    for (const [index] of forms.entries())
      yield { ...change, layout: { ...layout, forms: Object.fromEntries(without(forms, index)) } };
    if (layout.first.length > 0) yield { ...change, layout: { ...layout, first: [] } };
  }
  if (change.kind !== 'put') return;
  if (change.defect) yield { ...change, defect: undefined };
  if (change.trips.length > 1)
    for (const index of change.trips.keys()) yield { ...change, trips: without(change.trips, index) };
  const simplest = change.trips.map((trip) => ({ ...trip, ...NOTHING }));
  if (JSON.stringify(simplest) !== JSON.stringify(change.trips)) yield { ...change, trips: simplest };
  for (const column of Object.keys(NOTHING) as (keyof typeof NOTHING)[]) {
    if (change.trips.some((trip) => trip[column] !== null))
      yield { ...change, trips: change.trips.map((trip) => ({ ...trip, [column]: null })) };
  }
}

const NOTHING = {
  vendor_id: null,
  dropoff_datetime: null,
  passenger_count: null,
  trip_distance: null,
  total_amount: null,
} as const satisfies Partial<Trip>;

function tripsOf({ changes }: Step): readonly Trip[] {
  return changes.flatMap((change) => (change.kind === 'put' ? change.trips : []));
}

/** A file that would have no rows is not written. */
function withTrips(history: History, select: (trips: readonly Trip[]) => readonly Trip[]): History {
  const selected = (change: Change): Change[] => {
    if (change.kind !== 'put') return [change];
    const trips = select(change.trips);
    return trips.length > 0 ? [{ ...change, trips }] : [];
  };
  return {
    ...history,
    steps: history.steps.map((step) => ({ ...step, changes: step.changes.flatMap(selected) })),
  };
}

function without<Value>(values: readonly Value[], index: number): readonly Value[] {
  return values.filter((_, at) => at !== index);
}
