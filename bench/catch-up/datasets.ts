import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../testkit/root';

export const SIDES = ['together', 'apart'] as const;
export type SideName = (typeof SIDES)[number];

const HOURS_PER_MERGE: Readonly<Record<SideName, number>> = { together: 16, apart: 1 };

/** Two datasets like trips, which differ in how many hours are merged together. */
export function catchUpDatasets(): Record<string, string> {
  const trips = readFileSync(join(ROOT, 'datasets/trips.yml'), 'utf8');
  return Object.fromEntries(
    SIDES.map((side) => [
      `${side}.yml`,
      `${trips.replaceAll(/\btrips\b/g, side).trimEnd()}\n  hours_per_merge: ${HOURS_PER_MERGE[side]}\n`,
    ]),
  );
}
