import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDataset, type Dataset } from '../../core/dataset';
import { ROOT } from '../../testkit/root';

/** The hour that is merged. */
export const HOUR = '2026-11-20T08';
/** Rows of an hour. */
export const STAGED_ROWS = 1_000_000;

/** The dataset trips, with or without its promise. */
export function tripsDataset(isImmutable: boolean): Dataset {
  const text = readFileSync(join(ROOT, 'datasets/trips.yml'), 'utf8');
  const changed = text.replace(/event_time_immutable: \w+/, `event_time_immutable: ${isImmutable}`);
  return parseDataset(changed, 'trips.yml');
}

/** The inserted or updated values of a merge, read from another table than its winners. Its rows are of `:partition_time`. */
export const valuesFrom = (values: unknown, table: string): string =>
  String(values)
    .replaceAll('"sluice_winners"."sluice_partition"', 'CAST(:partition_time AS TIMESTAMP)')
    .replaceAll('"sluice_winners"', table);
