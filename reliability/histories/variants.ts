import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const STRATEGIES = ['delete-insert', 'merge'] as const;
export type Strategy = (typeof STRATEGIES)[number];

/** A dataset that every history of its kind is carried out on: trips, under another name and with another strategy. */
export interface Variant {
  readonly dataset: string;
  readonly strategy: Strategy;
  /** `event_time_immutable`: only for histories that keep event times fixed. */
  readonly immutable: boolean;
}

export const VARIANTS: readonly Variant[] = [
  { dataset: 'trips', strategy: 'delete-insert', immutable: false },
  { dataset: 'trips_merge', strategy: 'merge', immutable: false },
  { dataset: 'trips_fixed', strategy: 'delete-insert', immutable: true },
  { dataset: 'trips_fixed_merge', strategy: 'merge', immutable: true },
];

/** @returns dataset files by name, each with a prefix and a target of its own. */
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

/** @throws Error where the text does not hold `from` exactly once: a change that changes nothing would test nothing. */
export function replaceOnce(text: string, from: string, to: string): string {
  const parts = text.split(from);
  if (parts.length !== 2)
    throw new Error(`${JSON.stringify(from)} stands ${parts.length - 1} times where it should stand once`);
  return parts.join(to);
}
