import { HOURS_OF_MONTH } from '../../core/prices';
import { DATASETS } from './datasets';

/** What happens in each of some hours. */
export interface Scenario {
  readonly name: string;
  /** Hours that are really run. */
  readonly hours: number;
  /** With the textbook design, if fewer are: each of its hours takes the same. */
  readonly textbookHours?: number;
  /** What the figures are of: a month of such hours, or one; or a year of partitions that are loaded together. */
  readonly of: 'month' | 'hour' | 'year';
  /** Partitions, all before the lookback, that somebody asks for at once. Default: each hour has its own. */
  readonly together?: number;
  readonly datasets: readonly string[];
  /** Files that each dataset gets in each hour. */
  readonly files: number;
  /** How long each COPY seems to run, in minutes. Default: as long as it does on the twin. */
  readonly copyMinutes?: number;
}

const ONE = DATASETS.slice(0, 1);

/** In the order in which they run: when nothing is due, hours are loaded that might be. */
export const SCENARIOS = {
  hourly: { name: 'one new partition an hour', hours: 24, of: 'month', datasets: ONE, files: 1 },
  idle: {
    name: 'nothing new',
    ...{ hours: HOURS_OF_MONTH, textbookHours: 24, of: 'month', datasets: ONE, files: 0 },
  },
  three: {
    name: 'three datasets, one new partition an hour each',
    ...{ hours: 6, of: 'month', datasets: DATASETS, files: 1 },
  },
  threeIdle: {
    name: 'three datasets, nothing new',
    ...{ hours: 12, of: 'month', datasets: DATASETS, files: 0 },
  },
  one: { name: 'a partition of 1 file', hours: 1, of: 'hour', datasets: ONE, files: 1 },
  many: { name: 'a partition of 64 files', hours: 1, of: 'hour', datasets: ONE, files: 64 },
  most: { name: 'a partition of 1,000 files', hours: 1, of: 'hour', datasets: ONE, files: 1_000 },
  catchUp: {
    name: 'a catch-up of 48 partitions of 1 file',
    ...{ hours: 1, of: 'hour', datasets: ONE, files: 1, together: 48 },
  },
  year: {
    name: 'a year of partitions of 1 file each (8,760)',
    ...{ hours: 1, of: 'year', datasets: ONE, files: 1, together: 50 },
  },
  slow: {
    name: 'a partition of 1 file, COPY of ten minutes',
    ...{ hours: 1, of: 'hour', datasets: ONE, files: 1, copyMinutes: 10 },
  },
} as const satisfies Readonly<Record<string, Scenario>>;

export type ScenarioName = keyof typeof SCENARIOS;
export const SCENARIO_NAMES = Object.keys(SCENARIOS) as readonly ScenarioName[];
