import type { ColumnType } from './column-types';
import type { DerivedColumn, Parsed } from './dataset-file';
import { LoadError } from './errors';
import type { Hour } from './hour';

// Whoever does not read a dataset file need not load the parser of one.
export { datasetSchema, MOST_DRIFT_HOURS, parseDataset } from './dataset-file';

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  readonly required: boolean;
  /** The hour of arrival in which the column was added. */
  readonly since?: Hour;
}

/** A dataset file as the rest of Sluice uses it: every default filled in, every reference checked. */
export interface Dataset {
  readonly name: string;
  readonly source: Readonly<Required<Parsed['source']>>;
  readonly target: Readonly<
    Omit<Parsed['target'], 'version' | 'event_time_immutable' | 'event_time_drift_hours'>
  > & {
    readonly version: string;
    /** Hours; null if nothing is promised of the event times of a key. */
    readonly event_time_drift_hours: number | null;
  };
  /** The columns of the data files, in file order. They include the derived columns if the transform makes them. */
  readonly columns: readonly Column[];
  readonly load: Readonly<Required<Parsed['load']>>;
}

/** The columns that the merge derives because the files do not hold them. */
export function derivedAtMerge(dataset: Dataset): readonly DerivedColumn[] {
  return dataset.target.derive_in === 'merge' ? dataset.target.derive : [];
}

/** The columns that must not be null in any staged row. */
export function requiredColumns(dataset: Dataset): readonly string[] {
  return dataset.columns.filter((column) => column.required).map((column) => column.name);
}

/** The target's columns in order: those of the files, the derived ones, the partition that a row came from. */
export function targetColumns(dataset: Dataset): readonly Column[] {
  return [
    ...dataset.columns,
    ...derivedAtMerge(dataset).map((name): Column => ({ name, type: { kind: 'smallint' }, required: true })),
    { name: dataset.target.partition_column, type: { kind: 'timestamp' }, required: true },
  ];
}

/**
 * Finds a dataset by its name. The name may be left out if there is only one dataset.
 * @throws LoadError InvalidInput if the name is unknown, or left out although there are several datasets.
 */
export function chooseDataset(datasets: readonly Dataset[], name: string | undefined): Dataset {
  const names = datasets.map((each) => each.name).join(', ');
  if (name === undefined) {
    const [only, second] = datasets;
    if (only && !second) return only;
    throw new LoadError('InvalidInput', 'The input names no dataset.', `Name one of: ${names}.`);
  }
  const found = datasets.find((each) => each.name === name);
  if (!found) throw new LoadError('InvalidInput', `There is no dataset "${name}".`, `Name one of: ${names}.`);
  return found;
}
