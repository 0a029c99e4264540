import fc from 'fast-check';
import { HOUR_MILLISECONDS } from '../../core/hour';
import { DEFECTS, type DefectName } from './defects';
import { FAULTS, type FaultName } from './faults';
import { layouts, NULLABLE_COLUMNS, PLAIN, type Layout } from './layout';
import { LEDGER_FAULTS, type LedgerFault } from './ledgers';
import { REMAINING, type Trip } from './trip';
import {
  DRIFT_HOURS,
  EVENT_TIMES,
  ON_BAD_FILE,
  type EventTimes,
  type OnBadFile,
  type Strategy,
} from './variants';

/** A change of a file in an hour. Hours are counted from the oldest, from 0. */
export type Change =
  | {
      readonly kind: 'put';
      readonly hour: number;
      readonly file: number;
      readonly trips: readonly Trip[];
      readonly layout: Layout;
      readonly defect?: DefectName | undefined;
    }
  /** Writes the file again, without a defect: each row has another amount, and a newer version or the same. */
  | {
      readonly kind: 'correct';
      readonly hour: number;
      readonly file: number;
      readonly newer: boolean;
      readonly amount: number;
      readonly layout: Layout;
    }
  | { readonly kind: 'delete'; readonly hour: number; readonly file: number };

/** The hours that an execution must load. */
export type Request =
  | { readonly kind: 'hour'; readonly hour: number }
  | { readonly kind: 'range'; readonly from: number; readonly to: number }
  | { readonly kind: 'scheduled' };

export type Run =
  | { readonly kind: 'alone'; readonly request: Request }
  | { readonly kind: 'together'; readonly requests: readonly Request[] }
  | { readonly kind: 'faulty'; readonly hours: Disturbed; readonly fault: FaultName }
  /** StopExecution at the execution's n-th call. An execution with fewer calls is not stopped. */
  | { readonly kind: 'stopped'; readonly hours: Disturbed; readonly call: number }
  /** A row is smuggled into the staging table after its validation. */
  | { readonly kind: 'tampered'; readonly hours: Disturbed; readonly hour: number };

/** The hours of an execution that is disturbed. */
export type Disturbed = Exclude<Request, { readonly kind: 'scheduled' }>;

export interface Step {
  readonly changes: readonly Change[];
  /** What becomes of the ledgers before the run. */
  readonly ledger?: LedgerFault | undefined;
  readonly run: Run;
}

export interface History {
  /** The number of consecutive hours. */
  readonly hours: number;
  /** What its datasets promise of the event times of a key, which it keeps. */
  readonly eventTimes: EventTimes;
  /** Each loads a table of its own, from the same files in the same executions. */
  readonly sides: readonly HistorySide[];
  /** The names of all files begin alike, for longer than Redshift shows in an error. */
  readonly alike: boolean;
  /** SYS_LOAD_ERROR_DETAIL, which holds whole names, cannot be read. */
  readonly blind: boolean;
  readonly steps: readonly Step[];
}

export interface HistorySide {
  readonly strategy: Strategy;
  readonly onBadFile: OnBadFile;
}

/** Few keys, so that they collide. SQL must give none of them a meaning. */
const KEYS = ['a', 'b', 'c', "d'e", 'f"g', 'ü'] as const;
const FILES = 3;
const VERSIONS = ['2026-11-20 08:00:00', '2026-11-20 08:30:00', '2026-11-20 09:00:00', '2026-11-20 09:30:00'];
/** Event times that are years, months, days and hours apart, independent of the partition's hour. */
const TIMES = ['2025-12-31 23:59:59', '2026-01-01 00:00:00', '2026-11-20 08:15:00', '2028-02-29 12:00:00'];

const trip: fc.Arbitrary<Trip> = fc.record({
  trip_id: fc.constantFrom(...KEYS),
  vendor_id: fc.constantFrom(null, 1, 2),
  pickup_datetime: fc.constantFrom(...TIMES),
  dropoff_datetime: fc.constantFrom(null, '2026-11-20 08:40:00', '2026-11-20 10:00:00'),
  passenger_count: fc.constantFrom(null, 0, 1, 10),
  trip_distance: fc.constantFrom(null, 0, 1.5, 10.25),
  total_amount: fc.constantFrom(null, -100, 0, 999, 1000),
  updated_at: fc.constantFrom(...VERSIONS),
});

/** About the number of calls in a load of one hour, including those of its functions. */
const CALLS = 45;

/** Rows, some of which are repeated, unchanged or with one changed column. */
const trips: fc.Arbitrary<readonly Trip[]> = fc
  .tuple(
    fc.array(trip, { minLength: 1, maxLength: 8 }),
    fc.array(
      fc.tuple(
        fc.nat(7),
        fc.constantFrom<keyof Trip | undefined>(undefined, 'updated_at', ...REMAINING),
        trip,
      ),
      { maxLength: 4 },
    ),
  )
  .map(([rows, repeated]) => [
    ...rows,
    ...repeated.map(([of, column, other]) => {
      const row = rows[of % rows.length] ?? other;
      return column === undefined ? row : { ...row, [column]: other[column] };
    }),
  ]);

/** A change before it is known how its file looks. */
type PlainChange = Change extends infer Each
  ? Each extends Change
    ? Omit<Each, 'layout' | 'defect'>
    : never
  : never;
interface PlainStep {
  readonly changes: readonly PlainChange[];
  readonly run: Run;
}

function change(hours: number): fc.Arbitrary<PlainChange> {
  const place = { hour: fc.nat(hours - 1), file: fc.nat(FILES - 1) };
  return fc.oneof(
    { weight: 5, arbitrary: fc.record({ kind: fc.constant('put' as const), ...place, trips }) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('correct' as const),
        ...place,
        newer: fc.boolean(),
        amount: fc.integer({ min: 0, max: 2000 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete' as const), ...place }) },
  );
}

function request(hours: number): fc.Arbitrary<Request> {
  const hour = fc.nat(hours - 1);
  return fc.oneof(
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('hour' as const), hour }) },
    { weight: 2, arbitrary: fc.constant({ kind: 'scheduled' as const }) },
    {
      weight: 1,
      arbitrary: fc.tuple(hour, hour).map(([one, other]) => ({
        kind: 'range' as const,
        from: Math.min(one, other),
        to: Math.max(one, other),
      })),
    },
  );
}

function run(hours: number): fc.Arbitrary<Run> {
  const hour = fc.nat(hours - 1);
  const disturbed: fc.Arbitrary<Disturbed> = fc.oneof(
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('hour' as const), hour }) },
    { weight: 1, arbitrary: fc.constant({ kind: 'range' as const, from: 0, to: hours - 1 }) },
  );
  return fc.oneof(
    { weight: 12, arbitrary: fc.record({ kind: fc.constant('alone' as const), request: request(hours) }) },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('together' as const),
        requests: fc.array(request(hours), { minLength: 2, maxLength: 4 }),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('faulty' as const),
        hours: disturbed,
        fault: fc.constantFrom(...(Object.keys(FAULTS) as FaultName[])),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('stopped' as const),
        hours: disturbed,
        call: fc.integer({ min: 1, max: CALLS }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.tuple(hour, disturbed).map(([of, hours]) => ({
        kind: 'tampered' as const,
        hours,
        hour: hours.kind === 'hour' ? hours.hour : of,
      })),
    },
  );
}

const MOST_CHANGES = 3;
const MOST_STEPS = 4;

const steps = (hours: number): fc.Arbitrary<readonly PlainStep[]> =>
  fc.array(fc.record({ changes: fc.array(change(hours), { maxLength: MOST_CHANGES }), run: run(hours) }), {
    minLength: 1,
    maxLength: MOST_STEPS,
  });

/** How a file looks that a change writes. */
interface Look {
  readonly layout: Layout;
  /** A column that is null in every row. */
  readonly emptied?: (typeof NULLABLE_COLUMNS)[number] | undefined;
  readonly defect?: DefectName | undefined;
}

const PLAIN_LOOK: Look = { layout: PLAIN };
const orNothing = <Value>(weight: number, arbitrary: fc.Arbitrary<Value>) =>
  fc.oneof({ weight, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });
const look: fc.Arbitrary<Look> = fc.record({
  layout: fc.oneof({ weight: 1, arbitrary: fc.constant(PLAIN) }, { weight: 3, arbitrary: layouts }),
  emptied: orNothing(3, fc.constantFrom(...NULLABLE_COLUMNS)),
  defect: orNothing(4, fc.constantFrom(...(Object.keys(DEFECTS) as DefectName[]))),
});

/** What surrounds the changes of a history. */
interface Surroundings extends Pick<History, 'alike' | 'blind'> {
  /** One for each change, counted through all steps. */
  readonly looks: readonly Look[];
  /** What the first side does about a bad file. A second side does the other. */
  readonly onBadFile: OnBadFile;
  /** One for each step. */
  readonly ledgers: readonly (LedgerFault | undefined)[];
}

const PLAIN_SURROUNDINGS: Surroundings = {
  ...{ looks: [], alike: false, blind: false, onBadFile: 'fail', ledgers: [] },
};
const surroundings: fc.Arbitrary<Surroundings> = fc.record({
  looks: fc.array(look, { minLength: MOST_STEPS * MOST_CHANGES, maxLength: MOST_STEPS * MOST_CHANGES }),
  alike: fc.boolean(),
  blind: fc.boolean(),
  onBadFile: fc.constantFrom(...ON_BAD_FILE),
  ledgers: fc.array(orNothing(2, fc.constantFrom(...LEDGER_FAULTS)), {
    minLength: MOST_STEPS,
    maxLength: MOST_STEPS,
  }),
});

/**
 * Random histories.
 * @param strategies sets of strategies; each history takes one set
 * @param plain true: the same histories with good files in the dataset's own layout, and no side that quarantines
 */
export function histories(
  strategies: readonly (readonly Strategy[])[],
  plain = false,
): fc.Arbitrary<History> {
  const events = fc
    .tuple(fc.integer({ min: 2, max: 4 }), fc.constantFrom(...EVENT_TIMES), fc.constantFrom(...strategies))
    .chain(([hours, eventTimes, chosen]) =>
      steps(hours).map((generated) => ({
        ...{ hours, eventTimes, chosen },
        steps: generated.map((step) => withEventTimes(step, eventTimes)),
      })),
    );
  // What surrounds the events is drawn after them, so that they are the same without it.
  return fc.tuple(events, surroundings).map(([{ chosen, ...history }, drawn]) => {
    const { looks, alike, blind, onBadFile, ledgers } = plain ? PLAIN_SURROUNDINGS : drawn;
    const other = ON_BAD_FILE.find((each) => each !== onBadFile) ?? onBadFile;
    return {
      ...history,
      ...{ alike, blind },
      sides: chosen.map((strategy, index) => ({
        strategy,
        onBadFile: plain || index % 2 === 0 ? onBadFile : other,
      })),
      steps: history.steps.map((step, at) => ({
        ...step,
        ...(ledgers[at] ? { ledger: ledgers[at] } : {}),
        changes: step.changes.map((each, index) =>
          withLook(each, looks[at * MOST_CHANGES + index] ?? PLAIN_LOOK),
        ),
      })),
    };
  });
}

function withLook(change: PlainChange, { layout, emptied, defect }: Look): Change {
  switch (change.kind) {
    case 'put': {
      const trips = emptied ? change.trips.map((each) => ({ ...each, [emptied]: null })) : change.trips;
      return { ...change, trips, layout, ...(defect ? { defect } : {}) };
    }
    case 'correct':
      return { ...change, layout };
    case 'delete':
      return change;
  }
}

function withEventTimes(step: PlainStep, eventTimes: EventTimes): PlainStep {
  if (eventTimes === 'any') return step;
  const promised = (each: Trip): Trip => {
    const first = TIMES[KEYS.findIndex((key) => key === each.trip_id) % TIMES.length];
    if (first === undefined) return each;
    // The drawn time decides how far it drifts: at most as far as is promised.
    const drift = eventTimes === 'fixed' ? 0 : TIMES.indexOf(each.pickup_datetime) / (TIMES.length - 1);
    return { ...each, pickup_datetime: later(first, drift * DRIFT_HOURS) };
  };
  return {
    ...step,
    changes: step.changes.map((each) =>
      each.kind === 'put' ? { ...each, trips: each.trips.map(promised) } : each,
    ),
  };
}

function later(time: string, hours: number): string {
  const there = new Date(Date.parse(`${time.replace(' ', 'T')}Z`) + hours * HOUR_MILLISECONDS);
  return there.toISOString().slice(0, 19).replace('T', ' ');
}
