import { StatementError } from '../../cli/shared/query';
import { addHours, hourOf, type Hour } from '../../core/hour';
import { stagedLoad, stagingTable } from '../../core/staging';
import type { Call } from '../../local/faults/fault-injector';
import type { TestTwin } from '../../testkit/test-twin';
import { ended, start, stop, untilQuiet, type Ended } from './executions';
import { FAULTS } from './faults';
import type { Change, History, Request, Run } from './history';
import type { Lake } from './lake';
import { readLoadHistory, rowText } from './load-history';
import type { TargetRow } from './oracle';
import { Side, type Snapshot } from './side';
import { fileName } from './story';
import { WrongOutcome } from './wrong-outcome';

/** The ground on which a history runs, and the names of its executions. */
export interface Ground {
  readonly twin: TestTwin;
  readonly lake: Lake;
  /** Each has its own prefix and target. All get the same files and the same executions. */
  readonly datasets: readonly string[];
  /** The beginning of the executions' names. No two histories on one twin share it. */
  readonly name: string;
  /** Staging tables of stopped executions, which do not clean up. These tables may exist, now or later. */
  readonly abandoned: { readonly dataset: string; readonly execution: string }[];
}

const TARGET_COLUMNS =
  'trip_id, vendor_id, pickup_datetime, dropoff_datetime, passenger_count, trip_distance, total_amount, updated_at, year, month, day, hour, source_partition';

/** Hours within a scheduled execution's lookback, which ended long enough ago to be loaded. */
const OLDEST_HOURS_AGO = 8;

/**
 * Runs one history through the state machine.
 * @returns the number of executions
 * @throws WrongOutcome at the first unexpected outcome
 */
export async function runHistory(ground: Ground, history: History): Promise<number> {
  const running = new RunningHistory(ground, history);
  for (const step of history.steps) {
    for (const change of step.changes) await running.change(change);
    await running.run(step.run);
  }
  await running.assertTables();
  await running.run({ kind: 'alone', request: { kind: 'range', from: 0, to: history.hours - 1 } });
  await running.assertTables();
  return running.executions;
}

/** An execution that has ended, and whether it must fail. */
interface Expectation {
  readonly ended: Ended;
  readonly mustFail: boolean;
}

class RunningHistory {
  executions = 0;
  private readonly sides: readonly Side[];
  private readonly hours: readonly Hour[];
  /** Called with each call of a load, which waits for them. */
  private hooks: ((call: Call) => Promise<void>)[] = [];

  constructor(
    private readonly ground: Ground,
    history: History,
  ) {
    const oldest = addHours(hourOf(new Date()), -OLDEST_HOURS_AGO);
    this.hours = Array.from({ length: history.hours }, (_, index) => addHours(oldest, index));
    this.sides = ground.datasets.map((dataset) => new Side(dataset));
  }

  async change(change: Change): Promise<void> {
    const { lake, datasets } = this.ground;
    const hour = this.hour(change.hour);
    const name = fileName(change.file);
    if (change.kind === 'put') return lake.put(datasets, hour, name, change.trips);
    const file = lake.file(hour, name);
    if (!file) return;
    if (change.kind === 'delete') return lake.delete(datasets, hour, name);
    const corrected = file.trips.map((trip, index) => ({
      ...trip,
      total_amount: change.amount + index,
      updated_at: change.newer ? trip.updated_at.replace(/..$/, '30') : trip.updated_at,
    }));
    return lake.put(datasets, hour, name, corrected);
  }

  /** Runs the requests on all datasets at once, then checks the load history. */
  async run(run: Run): Promise<void> {
    const snapshot: Snapshot = new Map(this.hours.map((hour) => [hour, this.ground.lake.present(hour)]));
    const { faults } = this.ground.twin.twin;
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
      const fresh = side.look(rows);
      const expectations = ends[index] ?? [];
      for (const { ended: end, mustFail } of expectations) assertEnd(end, mustFail);
      const mayFail = expectations.filter(({ mustFail }) => mustFail).map((each) => each.ended.name);
      const failed = fresh.filter(
        ({ outcome, execution }) => outcome === 'failed' && !mayFail.includes(execution),
      );
      if (failed.length > 0) throw new WrongOutcome('a partition failed', failed.map(rowText));
      if (run.kind === 'alone' || run.kind === 'together') {
        const requests = run.kind === 'alone' ? [run.request] : run.requests;
        side.assertNothingLost(
          requests.flatMap((request) => this.hoursOf(request)),
          snapshot,
        );
      }
    }
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
        return [{ ended: await this.load(side, run.request, snapshot), mustFail: false }];
      case 'together': {
        const ends = await allEnded(run.requests.map((request) => this.load(side, request, snapshot)));
        return ends.map((each) => ({ ended: each, mustFail: false }));
      }
      case 'faulty':
        return [await this.loadUnder(side, run, snapshot)];
      case 'stopped':
        return this.loadAndStop(side, run, snapshot);
      case 'tampered':
        return [await this.loadTampered(side, run, snapshot)];
    }
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
    const fault = FAULTS[run.fault];
    const { faults } = this.ground.twin.twin;
    // The rules of all datasets are set together, because setting rules restarts their counts.
    if (side === this.sides[0]) faults.set(this.sides.map(({ dataset }) => fault.rule(dataset)));
    const end = await this.load(side, { kind: 'hour', hour: run.hour }, snapshot);
    const hit = faults.rules()[this.sides.indexOf(side)]?.hit ?? 0;
    return { ended: end, mustFail: !fault.recovers && hit > 0 };
  }

  private async loadAndStop(
    side: Side,
    run: Extract<Run, { kind: 'stopped' }>,
    snapshot: Snapshot,
  ): Promise<Expectation[]> {
    const { twin } = this.ground;
    const partition = this.hour(run.hour);
    let calls = 0;
    this.hooks.push(async ({ caller }) => {
      if (!caller?.input.includes(ofDataset(side))) return;
      calls += 1;
      if (calls === run.call) await stop(twin.connection, await starting);
    });
    const starting = this.start(side, { kind: 'hour', hour: run.hour }, snapshot);
    const execution = await starting;
    this.ground.abandoned.push({ dataset: side.dataset, execution: execution.name });
    const end = await ended(twin.connection, execution);
    if (end.status !== 'ABORTED') return [{ ended: end, mustFail: false }];
    await untilQuiet(twin, `${side.dataset} ${partition} ${execution.name} `);
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
    const starting = this.start(side, { kind: 'hour', hour: run.hour }, snapshot);
    return { ended: await ended(twin.connection, await starting), mustFail: smuggled };
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
