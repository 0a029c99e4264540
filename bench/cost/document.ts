import { HOURS_OF_MONTH, LEFT_OUT, PRICES } from '../../core/prices';
import { aimsOf, type Aim } from './aims';
import { figuresOf, ratiosOf, type Figures, type Ratios } from './counted';
import type { DesignName } from './design';
import type { Uses } from './run';
import { SCENARIO_NAMES, SCENARIOS, type Scenario, type ScenarioName } from './scenarios';

/** The figures of one scenario in both designs, from one run. */
export interface Row {
  readonly scenario: ScenarioName;
  readonly name: string;
  readonly of: Scenario['of'];
  /** Partitions that each of them loads. */
  readonly together: number;
  /** Hours that were really run. */
  readonly hours: Readonly<Record<DesignName, number>>;
  readonly Sluice: Figures;
  readonly textbook: Figures;
  /** Sluice ÷ textbook. */
  readonly ratio: Ratios;
}

/** The document of `--json`. */
export interface CostDocument {
  readonly prices: { readonly date: string; readonly region: string };
  /** Redshift Processing Units. */
  readonly capacity: number | null;
  readonly rows: readonly Row[];
  readonly aims: readonly Aim[];
  readonly notes: readonly string[];
}

const NOTES = [
  'Both designs run on the local twin, whose meter counts as AWS bills. The textbook design asks the history, copies and merges each hour’s partition, and after each statement waits 10 seconds, describes it, and chooses.',
  'Waits, long polls and the ten minutes of the COPY are left out; the meter counts them as if they had passed. What functions and statements work for themselves takes this machine’s time. Each hour begins with cold functions.',
  `Figures of a month are those of the hours that were run, × ${HOURS_OF_MONTH} ÷ their number.`,
  'A catch-up is one execution that is asked for what is due; the textbook design starts one for each partition, one after the other. A year is such executions of 50 partitions, of which one was run.',
  `Dollars are those of a month with such an execution each hour (of a catch-up or a year: of all of it), without alarms and metrics, and without: ${LEFT_OUT.join('; ')}.`,
];

export function documentOf(uses: Readonly<Record<DesignName, Uses>>): CostDocument {
  return {
    prices: { date: PRICES.date, region: PRICES.region },
    capacity: uses.Sluice.one[0]?.warehouse.capacity ?? null,
    rows: SCENARIO_NAMES.map((scenario) => {
      const { name, ...extent }: Scenario = SCENARIOS[scenario];
      const [ours, theirs] = [uses.Sluice[scenario], uses.textbook[scenario]];
      const [Sluice, textbook] = [figuresOf(ours, extent), figuresOf(theirs, extent)];
      const hours = { Sluice: ours.length, textbook: theirs.length };
      return {
        scenario,
        name,
        of: extent.of,
        together: extent.together ?? 1,
        hours,
        Sluice,
        textbook,
        ratio: ratiosOf(Sluice, textbook),
      };
    }),
    aims: aimsOf(uses.Sluice),
    notes: NOTES,
  };
}
