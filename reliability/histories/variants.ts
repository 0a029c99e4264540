import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Hour } from '../../core/hour';
import { ADDED_COLUMN } from './layout';

export const STRATEGIES = ['delete-insert', 'merge'] as const;
export type Strategy = (typeof STRATEGIES)[number];

export const ON_BAD_FILE = ['fail', 'quarantine'] as const;
export type OnBadFile = (typeof ON_BAD_FILE)[number];

/**
 * What a dataset promises of the event times of a key: nothing, `event_time_drift_hours` or `event_time_immutable`. A history
 * keeps the promise of its datasets.
 */
export const EVENT_TIMES = ['any', 'drift', 'fixed'] as const;
export type EventTimes = (typeof EVENT_TIMES)[number];
export const DRIFT_HOURS = 1;

const PROMISES: Readonly<Record<EventTimes, string>> = {
  any: '',
  drift: `  event_time_drift_hours: ${DRIFT_HOURS}\n`,
  fixed: '  event_time_immutable: true\n',
};

/** Of how many hours a group has at most. With 2, an execution of more hours has several groups at once. */
const HOURS_PER_MERGE: Readonly<Record<EventTimes, number>> = { any: 16, drift: 16, fixed: 2 };

/** A dataset on which every history of its kind runs: trips with another name and other settings. */
export interface Variant {
  readonly dataset: string;
  readonly strategy: Strategy;
  readonly onBadFile: OnBadFile;
  readonly eventTimes: EventTimes;
}

/** Every combination. The first is the dataset trips itself, but without its promise of event times. */
export const VARIANTS: readonly Variant[] = ON_BAD_FILE.flatMap((onBadFile) =>
  EVENT_TIMES.flatMap((eventTimes) =>
    STRATEGIES.map((strategy) => ({
      dataset: [
        'trips',
        ...(eventTimes === 'any' ? [] : [eventTimes]),
        ...(strategy === 'merge' ? ['merge'] : []),
        ...(onBadFile === 'quarantine' ? ['quarantine'] : []),
      ].join('_'),
      ...{ strategy, onBadFile, eventTimes },
    })),
  ),
);

/**
 * @param added the hour in which {@link ADDED_COLUMN} was added to the datasets; undefined: files of no hour may lack it.
 * @returns dataset files by name, each with its own prefix and target.
 */
export function variantFiles(serviceDirectory: string, added?: Hour): Record<string, string> {
  const trips = readFileSync(join(serviceDirectory, 'datasets/trips.yml'), 'utf8');
  return Object.fromEntries(
    VARIANTS.map(({ dataset, strategy, onBadFile, eventTimes }) => [
      `${dataset}.yml`,
      [
        ['dataset: trips\n', `dataset: ${dataset}\n`],
        ['prefix: trips/', `prefix: ${dataset}/`],
        ['table: trips\n', `table: ${dataset}\n`],
        [
          'strategy: delete-insert',
          [
            `strategy: ${strategy}`,
            `on_bad_file: ${onBadFile}`,
            `hours_per_merge: ${HOURS_PER_MERGE[eventTimes]}`,
          ].join('\n  '),
        ],
        [PROMISES.fixed, PROMISES[eventTimes]],
        [`name: ${ADDED_COLUMN},`, `name: ${ADDED_COLUMN},${added === undefined ? '' : ` since: ${added},`}`],
      ].reduce((text, [from = '', to = '']) => replaceOnce(text, from, to), trips),
    ]),
  );
}

/** @throws Error if the text does not hold `from` exactly once: a change without effect tests nothing. */
export function replaceOnce(text: string, from: string, to: string): string {
  const parts = text.split(from);
  if (parts.length !== 2)
    throw new Error(`${JSON.stringify(from)} occurs ${parts.length - 1} times, not once`);
  return parts.join(to);
}
