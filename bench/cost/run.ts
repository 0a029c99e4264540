import { addHours, hourOf, type Hour } from '../../core/hour';
import { parquetOf, tripsSelect } from '../../testkit/parquet';
import type { Use } from './counted';
import { DATASETS } from './datasets';
import { Design, type DesignName } from './design';
import { SCENARIO_NAMES, SCENARIOS, type Scenario, type ScenarioName } from './scenarios';

/** What each hour of each scenario took. */
export type Uses = Readonly<Record<ScenarioName, readonly Use[]>>;

/** Hours before the present one: within the lookback, also if the run takes an hour. */
const OLDEST = 46;
/** Hours before the present one at which somebody begins to catch up. */
const CATCH_UP = 2_000;
const WARM_UP: Scenario = { name: 'first load', hours: 1, of: 'hour', datasets: DATASETS, files: 1 };

/** Runs all scenarios with one design. @param scenarios default: all, each with all its hours. @throws Error if a load is missing. */
export async function runDesign(
  name: DesignName,
  onProgress: (text: string) => void = () => {},
  scenarios: Readonly<Record<ScenarioName, Scenario>> = SCENARIOS,
): Promise<Uses> {
  const design = await Design.start(name);
  try {
    const body = await parquetOf(tripsSelect(['a', 'b', 'b'].map((trip_id) => ({ trip_id }))));
    let next = addHours(hourOf(new Date()), -OLDEST);
    let nextTogether = addHours(hourOf(new Date()), -CATCH_UP);
    const expected = new Map(DATASETS.map((dataset) => [dataset, [] as Hour[]]));
    const run = async (scenario: Scenario): Promise<Use[]> => {
      const { datasets, files, copyMinutes, together } = scenario;
      const { hours, textbookHours = hours } = scenario;
      design.setFaults(copyMinutes === undefined ? [] : [slowCopy(copyMinutes)]);
      const uses: Use[] = [];
      for (let hour = 0; hour < (name === 'textbook' ? textbookHours : hours); hour += 1) {
        if (together !== undefined) {
          const partitions = Array.from({ length: together }, (_, index) => addHours(nextTogether, index));
          nextTogether = addHours(nextTogether, together);
          for (const dataset of datasets) {
            for (const each of partitions) await design.put(dataset, each, files, body);
            expected.get(dataset)!.push(...partitions);
          }
          uses.push(await design.catchUp(datasets, partitions));
          continue;
        }
        const partition = next;
        if (files > 0) {
          next = addHours(next, 1);
          for (const dataset of datasets) {
            await design.put(dataset, partition, files, body);
            expected.get(dataset)!.push(partition);
          }
        }
        uses.push(await design.hour(datasets, partition));
      }
      return uses;
    };
    // The first load makes tables.
    await run(WARM_UP);
    const all: [ScenarioName, Use[]][] = [];
    for (const each of SCENARIO_NAMES) {
      onProgress(`${name}: ${scenarios[each].name}`);
      all.push([each, await run(scenarios[each])]);
    }
    for (const [dataset, hours] of expected) {
      const found = JSON.stringify(await design.loaded(dataset));
      if (found !== JSON.stringify(hours.toSorted().map((hour) => [hour, 1])))
        throw new Error(`${name} has not loaded each hour of ${dataset} once: ${found}`);
    }
    return Object.fromEntries(all) as unknown as Uses;
  } finally {
    await design.end();
  }
}

const slowCopy = (minutes: number) =>
  ({
    service: 'redshift-data',
    operation: 'statement',
    match: 'FORMAT AS PARQUET',
    times: 100,
    fault: { type: 'statement', status: 'FINISHED', after: minutes * 60_000 },
  }) as const;
