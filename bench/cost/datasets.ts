import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../testkit/root';

const TRIPS = readFileSync(join(ROOT, 'datasets/trips.yml'), 'utf8');

/** trips, and two of the same form. All their schedules start in the same minute. */
export const DATASETS = ['trips', 'rides', 'tours'];

export const prefixOf = (dataset: string): string => `${dataset}/year={yyyy}/month={MM}/day={dd}/hour={HH}/`;

/** The dataset files to add. */
export const FILES = Object.fromEntries(
  DATASETS.filter((name) => name !== 'trips').map((name) => [
    `${name}.yml`,
    TRIPS.replaceAll(/\btrips\b/g, name),
  ]),
);
