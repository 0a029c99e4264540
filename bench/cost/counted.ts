import { billOf, gigabyteSeconds, type WarehouseUse } from '../../core/bill';
import { HOURS_OF_MONTH } from '../../core/prices';
import { add, type Counts } from '../../core/usage';

/** What the twin's meter has counted in an hour. */
export interface Use {
  readonly counts: Counts;
  readonly warehouse: WarehouseUse;
}

/** What people read of some hours' use. */
export interface Figures {
  readonly transitions: number;
  readonly lambda_calls: number;
  readonly gb_seconds: number;
  /** Calls of the Data API that submit statements. */
  readonly submits: number;
  /** Its other calls. */
  readonly other_data_api_calls: number;
  readonly s3_requests: number;
  readonly wake_ups: number;
  /** Seconds that the warehouse is billed for. */
  readonly warehouse_seconds: number;
  /**
   * A month of such hours, or the whole of a catch-up, by the list prices. Alarms and metrics are the same in both designs,
   * and left out.
   */
  readonly month_dollars: number;
}

export type FigureName = keyof Figures;
export type Ratios = Readonly<Record<FigureName, number | null>>;

const SUBMITS = ['ExecuteStatement', 'BatchExecuteStatement'];
const total = (numbers: readonly number[]) => numbers.reduce((sum, each) => sum + each, 0);

const HOURS_OF_YEAR = 8_760;

/** What figures are of. @param together of a year: the partitions of each use. */
export interface Extent {
  readonly of: 'month' | 'hour' | 'year';
  readonly together?: number;
}

/** The figures of hours, of which each has windows of its own. */
export function figuresOf(uses: readonly Use[], { of, together = 1 }: Extent): Figures {
  const counts = uses.reduce<Counts>((sum, use) => add(sum, use.counts), {});
  const { transitions = 0, functions = {}, data_api: dataApi = {}, s3 = {} } = counts;
  const calls = Object.entries(dataApi);
  const callsOf = (isMeant: (operation: string) => boolean) =>
    total(calls.filter(([operation]) => isMeant(operation)).map(([, count]) => count));
  const dollars = total(uses.map((use) => billOf({ ...use, hours: 1, alarms: 0, metrics: 0 }).dollars));
  const inMonth = HOURS_OF_MONTH / uses.length;
  const inYear = HOURS_OF_YEAR / together / uses.length;
  const scale = of === 'month' ? inMonth : of === 'year' ? inYear : 1 / uses.length;
  return {
    transitions: transitions * scale,
    lambda_calls: total(Object.values(functions).map((each) => each.calls)) * scale,
    gb_seconds: gigabyteSeconds(total(Object.values(functions).map((each) => each.mb_ms ?? NaN))) * scale,
    submits: callsOf((operation) => SUBMITS.includes(operation)) * scale,
    other_data_api_calls: callsOf((operation) => !SUBMITS.includes(operation)) * scale,
    s3_requests: total(Object.values(s3).map((each) => each.requests)) * scale,
    wake_ups: total(uses.map(({ warehouse }) => warehouse.wake_ups)) * scale,
    warehouse_seconds: total(uses.map(({ warehouse }) => secondsOf(warehouse))) * scale,
    // A catch-up happens once.
    month_dollars: dollars * (together > 1 ? scale : inMonth),
  };
}

const secondsOf = ({ billed_rpu_seconds: seconds, capacity }: WarehouseUse) => seconds / (capacity ?? NaN);

/** How much of the right the left takes; null where the right takes nothing. */
export function ratiosOf(left: Figures, right: Figures): Ratios {
  const names = Object.keys(left) as readonly FigureName[];
  return Object.fromEntries(
    names.map((name) => [name, right[name] === 0 ? null : left[name] / right[name]]),
  ) as Ratios;
}
