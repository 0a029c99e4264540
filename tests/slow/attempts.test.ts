import { knownPartitions, type Attempt } from '../../core/attempts';
import { parseExecutionInput } from '../../core/execution-input';
import { filesBeyond, fingerprintOf, type LakeFile } from '../../core/files';
import { overdueHours, planLoad } from '../../core/partitions';
import type { DuePartition } from '../../core/states';
import { ordersDataset } from '../core/orders';

const dataset = ordersDataset();
const PARTITION = '2026-11-23T05';
const LOOKBACK = { from: '2026-11-21T08', to: '2026-11-23T07' };
const LATER_LOOKBACK = { from: '2026-11-25T08', to: '2026-11-27T07' };

/** Long after every failure. */
const NOW = new Date('2026-12-23T06:30:00Z');

const attempt = (what: Partial<Attempt>): Attempt => ({
  partition: PARTITION,
  outcome: 'loaded',
  reason: 'new',
  fingerprint: 'f',
  plan_key: 'p',
  quarantined: 0,
  merge_number: 1,
  built_on: 0,
  failures: 0,
  error: null,
  finished: '2026-11-23T06:30:00.000Z',
  ...what,
});
const only = (...attempts: readonly Attempt[]) => knownPartitions(attempts)[0];
const held = (...attempts: readonly Attempt[]) => only(...attempts)?.holdings.map((each) => each.fingerprint);

describe('what is known of a partition', () => {
  const first = attempt({ fingerprint: 'first' });
  const second = attempt({ fingerprint: 'second', merge_number: 2, built_on: 1, reason: 'late-files' });

  test('the merge with the greatest number counts', () => {
    expect(held(first, second)).toEqual(['second']);
    expect(held(second, first)).toEqual(['second']);
    expect(only(second, first)).toMatchObject({ last_merge: 2, isLoaded: true, isOverlapped: false });
  });

  test('attempts that found nothing to load hold beside the merge that they built on, until the next one', () => {
    const empty = attempt({ outcome: 'empty', fingerprint: 'empty' });
    const other = attempt({ outcome: 'empty', fingerprint: 'other' });
    expect(held(empty, first, other)).toEqual(['first', 'empty', 'other']);
    expect(held(empty, first, second)).toEqual(['second']);
    expect(held({ ...empty, merge_number: 0 })).toEqual(['empty']);
  });

  test('late files that were loaded over another load than the one that they built on are no reason to rest', () => {
    const between = attempt({ fingerprint: 'between', merge_number: 3, built_on: 1, reason: 'requested' });
    const last = { ...second, merge_number: 4 };
    expect(only(first, between, last)).toMatchObject({
      isOverlapped: true,
      holdings: [],
      doubtful: { fingerprint: 'second' },
    });
    // A whole load is right whatever came before it.
    expect(only(first, between, { ...last, reason: 'overlapped' })).toMatchObject({
      isOverlapped: true,
      holdings: [{ fingerprint: 'second' }],
    });
  });

  test('a failure counts until a later attempt that knew it succeeds', () => {
    const failed = attempt({ outcome: 'failed', failures: 1, merge_number: 1, built_on: 1 });
    expect(only(failed)).toMatchObject({ failure: { times: 1 }, last_failure: 1, isLoaded: false });
    expect(only(first, failed)).toMatchObject({ failure: { times: 1 } });
    expect(only({ ...second, failures: 1 }, first, failed)?.failure).toBeUndefined();
    expect(only({ ...second, failures: 1 }, { ...failed, failures: 2 })).toMatchObject({
      failure: { times: 1 },
    });
    expect(only(first, { ...failed, failures: 2 }, { ...failed, failures: 3, error: 'last' })).toMatchObject({
      failure: { times: 3, error: 'last' },
    });
  });

  describe('of a target that was dropped', () => {
    const dropped = attempt({ outcome: 'dropped', fingerprint: null, merge_number: 3, built_on: 2 });
    const empty = attempt({ outcome: 'empty', fingerprint: 'empty', merge_number: 2 });

    test('nothing holds, but the numbers go on', () => {
      expect(knownPartitions([first, dropped, empty, second])).toMatchObject([
        { last_merge: 3, isLoaded: false, isDropped: true, isOverlapped: false, holdings: [] },
      ]);
    });

    test('what came after it holds', () => {
      expect(held(first, second, dropped, { ...empty, merge_number: 3 })).toEqual(['empty']);
      const again = attempt({ fingerprint: 'again', merge_number: 4, built_on: 3 });
      expect(only(first, second, dropped, again)).toMatchObject({ isLoaded: true, isDropped: false });
      expect(held(first, second, dropped, again)).toEqual(['again']);
    });

    test('late files that were merged after it, on what it took away, are no reason to rest', () => {
      const late = { ...second, merge_number: 4 };
      expect(only(first, dropped, late)).toMatchObject({ isOverlapped: true, holdings: [] });
    });
  });
});

interface Execution {
  readonly isRequested: boolean;
  readonly fails: boolean;
  /** Its next moment: it lists, it inspects, it ends. */
  moment: number;
  due?: DuePartition | undefined;
  found?: { loads: readonly LakeFile[]; plan_key: string; fingerprint: string };
}

/** A partition, on which several executions work while its files change. */
interface World {
  files: Record<string, string>;
  target: Record<string, string>;
  /** What is still to happen to the files: a new ETag, or none. */
  changes: (readonly [name: string, etag: string | undefined])[];
  readonly executions: Execution[];
  readonly rows: Attempt[];
  readonly plans: Record<string, readonly LakeFile[]>;
  merges: number;
  /** Whether an attempt has seen the files as they are now. */
  isSeen: boolean;
}

const present = ({ files }: World): LakeFile[] =>
  Object.entries(files).map(([key, etag]) => ({ key, etag, size: 1 }));

/** What an execution decides that lists now. The history returns its rows in any order: clocks may run as they like. */
function list(world: World, isRequested: boolean, isReversed: boolean, lookback = LOOKBACK) {
  const known = knownPartitions(isReversed ? world.rows.toReversed() : world.rows);
  const hours = isRequested
    ? { from: PARTITION, to: PARTITION }
    : { ...lookback, overdue: overdueHours(lookback, known) };
  const input = parseExecutionInput(isRequested ? { partition: PARTITION } : {});
  const files = new Map([[PARTITION, present(world)]]);
  return planLoad(dataset, input, hours, files, new Map(), known, NOW).partitions[0];
}

function inspect(world: World, { reason, previous_plan = '' }: DuePartition): Execution['found'] {
  world.isSeen = true;
  const isWhole = reason === 'requested' || reason === 'overlapped';
  const plan_key = `plan-${Object.keys(world.plans).length}`;
  const loads = filesBeyond(present(world), isWhole ? [] : (world.plans[previous_plan] ?? []));
  world.plans[plan_key] = present(world);
  return { loads, plan_key, fingerprint: fingerprintOf(present(world)) };
}

function end(world: World, { due, found, fails }: Pick<Execution, 'due' | 'found' | 'fails'>): void {
  if (!due || !found) return;
  const { loads, plan_key, fingerprint } = found;
  const { reason, built_on, failures } = due;
  const common = { reason, built_on, failures, merge_number: built_on };
  if (fails) {
    const number = 1 + Math.max(0, ...world.rows.map((each) => each.failures));
    world.rows.push(attempt({ ...common, outcome: 'failed', failures: number, plan_key: null }));
  } else if (loads.length === 0) {
    world.rows.push(attempt({ ...common, outcome: 'empty', plan_key, fingerprint }));
  } else {
    world.merges += 1;
    for (const { key, etag } of loads) world.target[key] = etag;
    world.rows.push(attempt({ ...common, merge_number: world.merges, plan_key, fingerprint }));
  }
}

/** Everything that can happen next. */
function* nextWorlds(world: World, isReversed: boolean): Generator<World> {
  if (world.changes.length > 0) {
    const next = structuredClone(world);
    const [name, etag] = next.changes.shift()!;
    const others = Object.entries(next.files).filter(([each]) => each !== name);
    next.files = Object.fromEntries(etag === undefined ? others : [...others, [name, etag]]);
    next.isSeen = false;
    yield next;
  }
  for (const [index, { moment }] of world.executions.entries()) {
    if (moment > 2) continue;
    const next = structuredClone(world);
    const each = next.executions[index]!;
    each.moment += 1;
    if (moment === 0) each.due = list(next, each.isRequested, isReversed);
    if (moment === 1 && each.due) each.found = inspect(next, each.due);
    if (moment === 2) end(next, each);
    yield next;
  }
}

/** The worlds in which everything has happened, in whatever order. */
function outcomes(first: World, isReversed: boolean): readonly World[] {
  const reached = new Set<string>();
  const ends: World[] = [];
  const visit = (world: World): void => {
    const key = JSON.stringify(world);
    if (reached.has(key)) return;
    reached.add(key);
    const next = [...nextWorlds(world, isReversed)];
    if (next.length === 0) ends.push(world);
    next.forEach(visit);
  };
  visit(first);
  return ends;
}

/** @returns what is wrong after executions that nothing disturbs any more. */
function problemOf(world: World, isReversed: boolean, lookback: typeof LOOKBACK): string | undefined {
  // Hours before the lookback are looked at again only if an attempt has seen the files as they are.
  const mustBeRight = lookback === LOOKBACK || world.isSeen;
  let loads = 0;
  for (;;) {
    const due = list(world, false, isReversed, lookback);
    if (!due) break;
    if (loads === 2) return 'loaded again and again';
    end(world, { due, found: inspect(world, due), fails: false });
    loads += 1;
  }
  const isRight = present(world).every(({ key, etag }) => world.target[key] === etag);
  return mustBeRight && !isRight ? 'stale for good' : undefined;
}

const whole = { isRequested: true, fails: false };
const scheduled = { isRequested: false, fails: false };
const failing = { isRequested: false, fails: true };
const corrected = ['a', 'a2'] as const;
/** From here on an execution may find that there is nothing to load. */
const deleted = ['b', undefined] as const;
const late = ['c', 'c1'] as const;

describe.each([
  ['a load on request, a scheduled one and a failed one', [whole, scheduled, failing], [corrected, deleted]],
  ['a load on request and two scheduled ones', [whole, scheduled, scheduled], [corrected, late]],
  ['two loads and one that finds nothing', [whole, scheduled, scheduled], [corrected, deleted]],
])('%s at once, while files change', (_, executions, changes) => {
  test.each([
    ['new', 'in reverse', true],
    ['loaded before', 'in order', false],
  ])(
    'a partition that is %s, rows %s: nothing stays stale, nothing is loaded for ever',
    (state, __, isReversed) => {
      const first: World = {
        files: { a: 'a1', b: 'b1' },
        target: {},
        changes: [...changes],
        executions: executions.map((each) => ({ ...each, moment: 0 })),
        rows: [],
        plans: {},
        merges: 0,
        isSeen: false,
      };
      if (state === 'loaded before') {
        const due = list(first, false, isReversed)!;
        end(first, { due, found: inspect(first, due), fails: false });
      }
      const problems = new Set<string | undefined>();
      const ends = outcomes(first, isReversed);
      for (const world of ends)
        for (const lookback of [LOOKBACK, LATER_LOOKBACK])
          problems.add(problemOf(structuredClone(world), isReversed, lookback));
      expect([...problems]).toEqual([undefined]);
      expect(ends.length).toBeGreaterThan(100);
    },
  );
});
