import type { RowCounts } from '../../core/report';
import type { Cell } from './cells';
import { CHANGED_LAKES, HOUR, LAKE, loaded, OLDER, type Lake, type Target } from './lake';
import { WAY_ERROR } from './ways';

/** What a whole execution has to come to. */
export interface Expectation {
  /** The cell in the table. */
  readonly label: string;
  /** Undefined: SUCCEEDED. */
  readonly error: string | undefined;
  readonly partitions: Readonly<Record<string, 'loaded' | 'failed' | 'untried'>>;
  /** Whether the execution's report is made. */
  readonly reported: boolean;
  /** Whether the failure is in the history and its staging table gone; neither can be asked of a diagnosis that failed. */
  readonly cleanedUp: boolean;
  readonly notifications: 0 | 1;
  readonly lake: Lake;
}

/** What a cell's first load has to come to; kills have an outcome of their own. */
export function expectationOf({ recorded, aim }: Cell): Expectation {
  const { task, way } = recorded;
  const lake = aim?.change ? CHANGED_LAKES[aim.change.how] : LAKE;
  const base = { ...withoutFault(way), lake };
  if (aim === undefined || typeof aim.ends === 'string') return base;
  const { error } = aim.ends;
  switch (task.role) {
    case 'listing':
      return { ...FAILED, lake, label: error, error, partitions: both('untried', 'untried') };
    case 'step':
      return { ...FAILED, lake, label: error, error, partitions: both('loaded', 'failed') };
    case 'report':
      return { ...FAILED, lake, label: error, error, partitions: both('loaded', 'loaded'), reported: false };
    case 'diagnosis':
      // The failure that was to be diagnosed keeps its name.
      return { ...base, label: 'undiagnosed', reported: task.ofPartition, cleanedUp: false };
    case 'housekeeping':
      // The load is what it was; what was to be cleared up may be there still.
      return { ...base, label: 'unswept', cleanedUp: false };
    case 'notification':
      return { ...base, label: 'unnotified', notifications: 0 };
  }
}

const both = (older: 'loaded' | 'untried', hour: 'loaded' | 'failed' | 'untried') => ({
  [OLDER]: older,
  [HOUR]: hour,
});
const FAILED = { reported: true, cleanedUp: true, notifications: 1 } as const;
const RECOVERED = { label: 'recovered', cleanedUp: true, reported: true, lake: LAKE } as const;

/** What an execution comes to where nothing but its way is wrong. */
function withoutFault(way: Cell['recorded']['way']): Expectation {
  switch (way) {
    case 'plain':
    case 'scheduled':
    case 'awaited':
      return { ...RECOVERED, error: undefined, partitions: both('loaded', 'loaded'), notifications: 0 };
    case 'partition fails':
      return { ...RECOVERED, error: WAY_ERROR, partitions: both('loaded', 'failed'), notifications: 1 };
    case 'listing fails':
      return { ...RECOVERED, error: WAY_ERROR, partitions: both('untried', 'untried'), notifications: 1 };
  }
}

/** What a load without any fault makes of the partitions, over what stands in the target. */
export function loadsOf(
  lake: Lake,
  partitions: readonly string[],
  target: Target = new Map(),
): { readonly target: Target; readonly counts: Readonly<Record<string, RowCounts>> } {
  const counts: Record<string, RowCounts> = {};
  for (const partition of partitions) {
    const load = loaded(target, lake, partition);
    target = load.target;
    counts[partition] = load.counts;
  }
  return { target, counts };
}

/** A target as `Site.target` reads it. */
export function rowsOf(target: Target): readonly (readonly unknown[])[] {
  return [...target]
    .map(([key, values]) => [key, ...values])
    .toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1));
}
