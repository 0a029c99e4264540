import { StatementError } from '../../cli/shared/query';
import { addHours, type Hour } from '../../core/hour';
import { stagedLoad, stagingTable } from '../../core/staging';
import type { Call } from '../../local/faults/fault-injector';
import type { TestTwin } from '../../testkit/test-twin';
import { ended, start, stop, untilQuiet, type Ended } from './executions';
import { FAULTS, NO_DETAIL } from './faults';
import type { Change, Disturbed, History, Request, Run } from './history';
import type { Lake, Written } from './lake';
import { ADDED_IN_HOUR, PLAIN } from './layout';
import { Ledgers } from './ledgers';
import { COUNTS, readLoadHistory, type Recorded } from './load-history';
import type { TargetRow } from './oracle';
import { Side, type MayFail, type Snapshot } from './side';
import { fileName } from './story';
import type { Variant } from './variants';
import { WrongOutcome } from './wrong-outcome';

/** The ground on which a history runs, and the names of its executions. */
export interface Ground {
  readonly twin: TestTwin;
  readonly lake: Lake;
  /** Each has its own prefix and target. All get the same files and the same executions. */
  readonly variants: readonly Pick<Variant, 'dataset' | 'onBadFile'>[];
  /** The first hour of the history. */
  readonly oldest: Hour;
  /** The beginning of the executions' names. No two histories on one twin share it. */
  readonly name: string;
  /** Staging tables of stopped executions, which do not clean up. These tables may exist, now or later. */
  readonly abandoned: { readonly dataset: string; readonly execution: string }[];
}

const TARGET_COLUMNS =
  'trip_id, vendor_id, pickup_datetime, dropoff_datetime, passenger_count, trip_distance, total_amount, updated_at, year, month, day, hour, source_partition';

/** Redshift cuts an error within a name that is this long. */
const ALIKE = 'p'.repeat(140);

/**
 * Runs one history through the state machine.
 * @returns the number of executions
 * @throws WrongOutcome at the first unexpected outcome
 */
export async function runHistory(ground: Ground, history: History): Promise<number> {
  const running = new RunningHistory(ground, history);
  for (const step of history.steps) {
    for (const change of step.changes) await running.change(change);
    await running.ledgers.disturb(step.ledger);
    await running.run(step.run);
  }
  await running.assertTables();
  // The hours with bad files are due as soon as these are written again or deleted.
  if (await running.repair()) await running.run({ kind: 'alone', request: { kind: 'scheduled' } });
  // Hours that a fault failed again and again wait.
  await running.run({ kind: 'alone', request: { kind: 'range', from: 0, to: history.hours - 1 } });
  await running.assertTables();
  await running.assertRest();
  await running.ledgers.assertTrue({ from: ground.oldest, to: addHours(ground.oldest, history.hours - 1) });
  return running.executions;
}

/** An execution that has ended, and what must have happened. */
interface Expectation {
  readonly ended: Ended;
  /** True: a fault hit it from which it does not recover. */
  readonly mustFail: boolean;
  /**
   * The failures that it may have, and tells then, if a fault hit a group of hours, each of which may be loaded alone after
   * it: with this error, of so many hours at most, or only of this one.
   */
  readonly mayFail?: MayFail;
  /** The hours that it was asked to load, if nothing disturbed it. */
  readonly hours?: readonly Hour[];
  readonly isScheduled?: boolean;
}

class RunningHistory {
  executions = 0;
  readonly ledgers: Ledgers;
  private readonly sides: readonly Side[];
  private readonly hours: readonly Hour[];
  /** Called with each call of a load, which waits for them. */
  private hooks: ((call: Call) => Promise<void>)[] = [];

  constructor(
    private readonly ground: Ground,
    private readonly history: History,
  ) {
    this.hours = Array.from({ length: history.hours }, (_, index) => addHours(ground.oldest, index));
    this.ledgers = new Ledgers(ground.twin, this.datasets);
    this.sides = ground.variants.map(({ dataset, onBadFile }) => new Side(dataset, onBadFile));
  }

  async change(change: Change): Promise<void> {
    const { lake } = this.ground;
    const name = `${this.history.alike ? `${ALIKE}-` : ''}${fileName(change.file)}`;
    if (change.kind === 'put') return this.put(change.hour, name, change);
    const file = lake.file(this.hour(change.hour), name);
    if (!file) return;
    if (change.kind === 'delete') return lake.delete(this.datasets, this.hour(change.hour), name);
    const trips = file.trips.map((trip, index) => ({
      ...trip,
      total_amount: change.amount + index,
      updated_at: change.newer ? trip.updated_at.replace(/..$/, '30') : trip.updated_at,
    }));
    return this.put(change.hour, name, { trips, layout: change.layout });
  }

  /** Writes the bad files again as they should be, and deletes some of them. @returns false if there are none. */
  async repair(): Promise<boolean> {
    const { lake } = this.ground;
    const bad = [...this.hours.entries()].flatMap(([index, hour]) =>
      lake.present(hour).flatMap((file) => (file.defect ? [{ index, hour, file }] : [])),
    );
    for (const { index, hour, file } of bad) {
      if (file.name.endsWith(DELETED)) await lake.delete(this.datasets, hour, file.name);
      else await this.put(index, file.name, { trips: file.trips, layout: PLAIN });
    }
    return bad.length > 0;
  }

  private put(hour: number, name: string, written: Omit<Written, 'mayLack'>): Promise<void> {
    const mayLack = hour <= ADDED_IN_HOUR;
    return this.ground.lake.put(this.datasets, this.hour(hour), name, { ...written, mayLack });
  }

  /** Runs the requests on all datasets at once, then checks the load history and the reports. */
  async run(run: Run): Promise<void> {
    const snapshot: Snapshot = new Map(this.hours.map((hour) => [hour, this.ground.lake.present(hour)]));
    const { faults } = this.ground.twin.twin;
    faults.set([
      ...(run.kind === 'faulty' ? this.datasets.map((dataset) => FAULTS[run.fault].rule(dataset)) : []),
      ...(this.history.blind ? [NO_DETAIL] : []),
    ]);
    faults.observe(async (call) => {
      await Promise.all(this.hooks.map((hook) => hook(call)));
    });
    const ends = await allEnded(this.sides.map((side) => this.carryOut(side, run, snapshot))).finally(() => {
      this.hooks = [];
      faults.observe(undefined);
      faults.clear();
    });
    const rows = await readable('the load history', () => readLoadHistory(this.ground.twin));
    for (const [index, side] of this.sides.entries()) {
      const expectations = ends[index] ?? [];
      const mayFail = new Map(
        expectations.flatMap(({ ended: { name }, mustFail, mayFail: may }) =>
          mustFail || may ? [[name, may ?? {}] as const] : [],
        ),
      );
      const fresh = side.look(rows, mayFail);
      for (const { ended: end, mustFail, isScheduled = false } of expectations) {
        const recorded = fresh.filter(({ execution }) => execution === end.name);
        const complains = recorded.some(({ error }) => error !== null);
        const hasNews = recorded.some((row) => side.isNews(row));
        // It also fails if a failure that lasts was never told, because the execution that met it was stopped.
        const isOpen = isScheduled && (side.hasComplained || complains) && !(hasNews && run.kind === 'alone');
        if (!isOpen) assertEnd(end, mustFail || complains);
        assertReport(end, recorded);
      }
      side.assertNothingLost(
        expectations.flatMap(({ ended: { name: execution }, hours, isScheduled = false }) =>
          hours ? [{ execution, hours, isScheduled }] : [],
        ),
        fresh,
      );
    }
  }

  /** Nothing is left to load: the next execution may ask about executions that were stopped, the one after it must not. */
  async assertRest(): Promise<void> {
    const run: Run = { kind: 'alone', request: { kind: 'scheduled' } };
    await this.run(run);
    const statements: string[] = [];
    const { faults } = this.ground.twin.twin;
    faults.observe(({ service, operation, subject }) => {
      if (service === 'redshift-data' && operation === 'statement') statements.push(subject);
      return Promise.resolve();
    });
    const ends = await allEnded(this.sides.map((side) => this.carryOut(side, run, new Map()))).finally(() => {
      faults.observe(undefined);
    });
    if (statements.length > 0)
      throw new WrongOutcome('the warehouse was asked though nothing was due', statements);
    for (const { ended: end } of ends.flat()) assertEnd(end, false);
  }

  /** Compares the targets with the oracle, and looks for staging tables that loads left behind. */
  async assertTables(): Promise<void> {
    const { twin } = this.ground;
    for (const side of this.sides) {
      const { rows } = await readable(`the target of ${side.dataset}`, () =>
        twin.sql(`SELECT ${TARGET_COLUMNS} FROM public.${side.dataset}`),
      );
      side.assertTable(rows as readonly TargetRow[]);
    }
    const left = (await twin.stagingTables())
      .map(String)
      .filter(
        (table) =>
          !this.ground.abandoned.some(({ dataset, execution }) =>
            stagedLoad(dataset, table)?.isOf(execution),
          ),
      );
    if (left.length > 0) throw new WrongOutcome('staging tables were left behind', left);
  }

  private async carryOut(side: Side, run: Run, snapshot: Snapshot): Promise<Expectation[]> {
    switch (run.kind) {
      case 'alone':
        return [await this.loadUndisturbed(side, run.request, snapshot)];
      case 'together':
        return allEnded(run.requests.map((request) => this.loadUndisturbed(side, request, snapshot)));
      case 'faulty':
        return [await this.loadUnder(side, run, snapshot)];
      case 'stopped':
        return this.loadAndStop(side, run, snapshot);
      case 'tampered':
        return [await this.loadTampered(side, run, snapshot)];
    }
  }

  private async loadUndisturbed(side: Side, request: Request, snapshot: Snapshot): Promise<Expectation> {
    const end = await this.load(side, request, snapshot);
    const isScheduled = request.kind === 'scheduled';
    return { ended: end, mustFail: false, hours: this.hoursOf(request), isScheduled };
  }

  private async load(side: Side, request: Request, snapshot: Snapshot): Promise<Ended> {
    return ended(this.ground.twin.connection, await this.start(side, request, snapshot));
  }

  private start(side: Side, request: Request, snapshot: Snapshot) {
    this.executions += 1;
    const name = `${this.ground.name}-${this.executions}`;
    side.ask(name, snapshot);
    return start(this.ground.twin.connection, name, { dataset: side.dataset, ...this.inputOf(request) });
  }

  private async loadUnder(
    side: Side,
    run: Extract<Run, { kind: 'faulty' }>,
    snapshot: Snapshot,
  ): Promise<Expectation> {
    const end = await this.load(side, run.hours, snapshot);
    const hit = this.ground.twin.twin.faults.rules()[this.sides.indexOf(side)]?.hit ?? 0;
    const { recovers, ...fault } = FAULTS[run.fault];
    const may = 'mayFail' in fault ? fault.mayFail : {};
    return { ended: end, ...failing(run.hours, !recovers && hit > 0, may) };
  }

  private async loadAndStop(
    side: Side,
    run: Extract<Run, { kind: 'stopped' }>,
    snapshot: Snapshot,
  ): Promise<Expectation[]> {
    const { twin } = this.ground;
    let calls = 0;
    this.hooks.push(async ({ caller }) => {
      if (!caller?.input.includes(ofDataset(side))) return;
      calls += 1;
      if (calls === run.call) await stop(twin.connection, await starting);
    });
    const starting = this.start(side, run.hours, snapshot);
    const execution = await starting;
    this.ground.abandoned.push({ dataset: side.dataset, execution: execution.name });
    const end = await ended(twin.connection, execution);
    if (end.status !== 'ABORTED') return [{ ended: end, mustFail: false }];
    await untilQuiet(twin, `${side.dataset} ${execution.name} `);
    return [];
  }

  /** The merge itself asserts row conservation, so a row that arrives after the validation must not get through. */
  private async loadTampered(
    side: Side,
    run: Extract<Run, { kind: 'tampered' }>,
    snapshot: Snapshot,
  ): Promise<Expectation> {
    const { twin } = this.ground;
    const partition = this.hour(run.hour);
    let smuggled = false;
    this.hooks.push(async ({ service, operation, subject }) => {
      if (service !== 'lambda' || operation !== 'sluice-local-merge-into-target') return;
      if (smuggled || !subject.includes(ofDataset(side))) return;
      const staging = stagingTable(side.dataset, partition, (await starting).name, 1);
      // A retry of the merge may find that the staging table is gone.
      smuggled = await twin.sql(smuggle(staging)).then(...SUCCEEDED);
    });
    const starting = this.start(side, run.hours, snapshot);
    const end = await ended(twin.connection, await starting);
    return {
      ended: end,
      ...failing(run.hours, smuggled, { error: 'RowCountMismatch', hour: this.hour(run.hour) }),
    };
  }

  private get datasets(): readonly string[] {
    return this.ground.variants.map(({ dataset }) => dataset);
  }

  private hour(index: number): Hour {
    const hour = this.hours[index];
    if (hour === undefined) throw new RangeError(`there is no hour ${index}`);
    return hour;
  }

  private hoursOf(request: Request): readonly Hour[] {
    switch (request.kind) {
      case 'hour':
        return [this.hour(request.hour)];
      case 'range':
        return this.hours.slice(request.from, request.to + 1);
      case 'scheduled':
        return this.hours;
    }
  }

  private inputOf(request: Request): object {
    switch (request.kind) {
      case 'hour':
        return { partition: this.hour(request.hour) };
      case 'range':
        return { from: this.hour(request.from), to: this.hour(request.to) };
      case 'scheduled':
        return {};
    }
  }
}

/** What a failure that hits an hour makes of the execution. */
const failing = (
  { kind }: Disturbed,
  isHit: boolean,
  mayFail: MayFail,
): Pick<Expectation, 'mustFail' | 'mayFail'> =>
  kind === 'hour' || !isHit ? { mustFail: isHit } : { mustFail: false, mayFail };

/** Bad files with this name are deleted in the end. */
const DELETED = fileName(1);

const SUCCEEDED = [() => true, () => false] as const;

/** Text in the input of a dataset's state, and in the event of its function. */
const ofDataset = ({ dataset }: Side) => `"dataset":"${dataset}"`;

function smuggle(staging: string): string {
  return `INSERT INTO sluice.${staging} (trip_id, pickup_datetime, updated_at)
    VALUES ('smuggled', '2026-11-20 08:00:00', '2026-11-20 08:00:00')`;
}

function assertEnd({ name, status, error, cause }: Ended, mustFail: boolean): void {
  if (status === (mustFail ? 'FAILED' : 'SUCCEEDED')) return;
  throw new WrongOutcome(`execution ${name} ended as ${status}${error ? ` (${error})` : ''}`, [
    mustFail ? 'it should have failed' : 'it should have succeeded',
    ...(cause ? cause.split('\n') : []),
  ]);
}

/** The report of an execution says of each partition what the load history says. @throws WrongOutcome */
function assertReport({ name, report }: Ended, recorded: readonly Recorded[]): void {
  const said = (report?.partitions ?? []).map((each) => {
    // The history does not say what would have been left out if the load had not failed.
    const counted = each.outcome === 'failed' ? { ...each, quarantined: 0 } : each;
    return lineOf(counted.partition, counted.outcome, counted.error, counted);
  });
  const known = recorded.map((row) => lineOf(row.partition, row.outcome, row.error, row));
  if (report && JSON.stringify(said.sort()) === JSON.stringify(known.sort())) return;
  throw new WrongOutcome(`the report of execution ${name} differs from the load history`, [
    ...said.map((line) => `report   ${line}`),
    ...known.map((line) => `history  ${line}`),
  ]);
}

function lineOf(
  partition: Hour,
  outcome: string,
  error: string | null,
  counts: Readonly<Record<(typeof COUNTS)[number], number>>,
): string {
  return `${partition} ${outcome} ${error ?? ''}: ${COUNTS.map((name) => `${name} ${counts[name]}`).join(', ')}`;
}

/** @throws WrongOutcome if the statement fails: a load may have dropped or altered the table. */
async function readable<Value>(what: string, read: () => Promise<Value>): Promise<Value> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof StatementError)) throw error;
    throw new WrongOutcome(`${what} cannot be read`, error.message.split('\n'));
  }
}

/** Waits for all of them, even if one fails, so that nothing runs on into the next history. */
async function allEnded<Value>(running: readonly Promise<Value>[]): Promise<Value[]> {
  await Promise.allSettled(running);
  return Promise.all(running);
}
