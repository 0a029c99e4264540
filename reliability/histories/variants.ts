import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const STRATEGIES = ['delete-insert', 'merge'] as const;
export type Strategy = (typeof STRATEGIES)[number];

/** A dataset on which every history of its kind runs: trips with another name and another strategy. */
export interface Variant {
  readonly dataset: string;
  readonly strategy: Strategy;
  /** `event_time_immutable`. Used only by histories that keep event times fixed. */
  readonly immutable: boolean;
}

export const VARIANTS: readonly Variant[] = [
  { dataset: 'trips', strategy: 'delete-insert', immutable: false },
  { dataset: 'trips_merge', strategy: 'merge', immutable: false },
  { dataset: 'trips_fixed', strategy: 'delete-insert', immutable: true },
  { dataset: 'trips_fixed_merge', strategy: 'merge', immutable: true },
];

/** @returns dataset files by name, each with its own prefix and target. */
export function variantFiles(serviceDirectory: string): Record<string, string> {
  const trips = readFileSync(join(serviceDirectory, 'datasets/trips.yml'), 'utf8');
  return Object.fromEntries(
    VARIANTS.map(({ dataset, strategy, immutable }) => [
      `${dataset}.yml`,
      [
        ['dataset: trips\n', `dataset: ${dataset}\n`],
        ['prefix: trips/', `prefix: ${dataset}/`],
        ['table: trips\n', `table: ${dataset}\n`],
        ['strategy: delete-insert', `strategy: ${strategy}`],
        ['  derive: [', `${immutable ? '  event_time_immutable: true\n' : ''}  derive: [`],
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
