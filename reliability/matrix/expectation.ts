import type { RowCounts } from '../../core/report';
import type { Cell } from './cells';
import { COST_UNKNOWN, LEDGER_BEHIND, type Aim } from './faults';
import { changedLake, HOUR, lakeOf, loaded, type Lake, type Older, type Target } from './lake';
import { olderOf, WAY_ERROR, type Way } from './ways';

type Outcome = 'loaded' | 'empty' | 'failed' | 'untried';

/** The expected outcome of a whole execution. */
export interface Expectation {
  /** The text of the cell in the table. */
  readonly label: string;
  /** The expected error; undefined: SUCCEEDED. */
  readonly error: string | undefined;
  readonly partitions: Readonly<Record<string, Outcome>>;
  /** True if the execution's report is made. */
  readonly reported: boolean;
  /**
   * True if the history holds the failure and its staging table is gone. A diagnosis that failed guarantees neither.
   */
  readonly cleanedUp: boolean;
  /** True if the history says of a partition that failed, too, that it was empty: nobody heard that this was recorded. */
  readonly isEmptyToo?: boolean;
  readonly notifications: 0 | 1;
  readonly older: Older;
  readonly lake: Lake;
}

/** The expected outcome of a cell's first load. Kills have an outcome of their own. */
export function expectationOf({ recorded, aim }: Cell): Expectation {
  const { task, way, isGroup } = recorded;
  const older = olderOf(way);
  const lake = aim?.change ? changedLake(older, aim.change.how) : lakeOf(older);
  const both = (one: Outcome, other: Outcome) => ({ [older.older]: one, [HOUR]: other });
  const FAILED = { older, reported: true, cleanedUp: true, notifications: 1 } as const;
  const base = { ...withoutFault(way), lake };
  if (aim === undefined || typeof aim.ends === 'string') return base;
  const { error, isDone } = aim.ends;
  switch (task.role) {
    case 'preparation':
      return { ...FAILED, lake, label: error, error, partitions: both('untried', 'untried') };
    case 'inspection':
      // The Map that loads inspects again.
      return base;
    case 'step':
      // Loaded hour by hour, the group meets a fault again only if that lasts.
      if (isGroup && !FAIL_TOGETHER.includes(error) && isOver(aim)) return base;
      if (isGroup && FAIL_TOGETHER.includes(error))
        return { ...FAILED, lake, label: error, error, partitions: both('failed', 'failed') };
      return {
        ...FAILED,
        ...{ lake, label: error, error, partitions: both('loaded', 'failed') },
        isEmptyToo: isDone && way === 'nothing',
      };
    case 'report':
      if (error === LEDGER_BEHIND || error === COST_UNKNOWN) return { ...base, label: error };
      return { ...FAILED, lake, label: error, error, partitions: both('loaded', 'loaded'), reported: false };
    case 'diagnosis':
      // The failure that could not be diagnosed keeps its own error.
      return { ...base, label: 'undiagnosed', reported: task.ofPartition, cleanedUp: false };
    case 'housekeeping':
      // The load is unaffected, and leftovers may remain.
      return { ...base, label: 'unswept', cleanedUp: false };
    case 'notification':
      return { ...base, label: 'unnotified', notifications: 0 };
  }
}

/** With these errors all partitions of a group fail. With any other one each is loaded alone. */
const FAIL_TOGETHER: readonly string[] = [
  'ConnectionLost',
  'SerializationConflict',
  'ServiceUnavailable',
  'StatusUnavailable',
  'Throttled',
  'WarehouseAccessDenied',
];

/** Whether the fault happens once, and nothing of it lasts. */
function isOver({ change, rules }: Aim): boolean {
  return change === undefined && rules.every(({ times = 1 }) => times === 1);
}

/** The expected outcome of an execution that goes this way without a fault. */
function withoutFault(way: Way): Expectation {
  const older = olderOf(way);
  const both = (one: Outcome, other: Outcome) => ({ [older.older]: one, [HOUR]: other });
  const RECOVERED = {
    ...{ label: 'recovered', cleanedUp: true, reported: true, older, lake: lakeOf(older) },
  } as const;
  switch (way) {
    case 'nothing':
      return { ...RECOVERED, error: undefined, partitions: both('loaded', 'empty'), notifications: 0 };
    case 'partition fails':
      return { ...RECOVERED, error: WAY_ERROR, partitions: both('loaded', 'failed'), notifications: 1 };
    case 'preparation fails':
      return { ...RECOVERED, error: WAY_ERROR, partitions: both('untried', 'untried'), notifications: 1 };
    default:
      return { ...RECOVERED, error: undefined, partitions: both('loaded', 'loaded'), notifications: 0 };
  }
}

/** The effect of a load without faults on the given target. */
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
