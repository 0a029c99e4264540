import { redshiftType } from '../../core/column-types';
import { compareColumns, differencesText, type ColumnDifferences } from '../../core/columns';
import { chooseDataset, type Dataset } from '../../core/dataset';
import type { LakeFile } from '../../core/files';
import type { Hour } from '../../core/hour';
import type { ParquetField } from '../../core/parquet-types';
import { errorPrefixes, fittingReader, hourReader, ownPrefix, type PrefixTemplate } from '../../core/prefix';
import { explainStray, strayFinder } from '../../core/strays';

/** The dataset of a data file: the named one, or the one to whose prefix the key belongs. */
export function datasetOfKey(
  datasets: readonly Dataset[],
  key: string,
  named: string | undefined,
): Dataset | undefined {
  if (named !== undefined) return chooseDataset(datasets, named);
  return datasets.find(({ source }) => hourOfKey(source.prefix, key) !== undefined);
}

/** The hour of arrival in a key. */
export function hourOfKey(template: PrefixTemplate, key: string): Hour | undefined {
  const hourOf = hourReader(template);
  return suffixes(key)
    .map(hourOf)
    .find((hour) => hour !== undefined);
}

/**
 * A function from an object to why it belongs to no hour of the dataset under whose prefix it lies. It returns null
 * for objects of an hour, and for those that lie under no dataset's prefix.
 */
export function strayReader(
  datasets: readonly Dataset[],
  named: string | undefined,
): (object: Pick<LakeFile, 'key' | 'size'>) => string | null {
  const finders = (named === undefined ? datasets : [chooseDataset(datasets, named)])
    .map((dataset) => ({
      dataset,
      own: ownPrefix(dataset.source.prefix),
      find: strayFinder(dataset, datasets),
    }))
    // The dataset with the longest prefix is the nearest one.
    .sort((left, right) => right.own.length - left.own.length);
  return (object) => {
    const under = finders.find(({ find }) => find({ objects: [object], folders: [] }).size > 0);
    return under ? explainStray(under.dataset, object.key) : null;
  };
}

/** The dataset under whose error prefix a key lies. */
export function ownerOfRefused(datasets: readonly Dataset[], key: string): Dataset | undefined {
  return datasets.find(({ source }) =>
    errorPrefixes(source.error_prefix).some((template) => hourOfKey(template, key) !== undefined),
  );
}

/**
 * The dataset of refused events: the named one, the one under whose error prefix the key lies, the only one, or the one
 * whose name is part of the key.
 */
export function datasetOfRefused(
  datasets: readonly Dataset[],
  key: string,
  named: string | undefined,
): Dataset | undefined {
  if (named !== undefined) return chooseDataset(datasets, named);
  const owner = ownerOfRefused(datasets, key);
  if (owner || datasets.length === 1) return owner ?? datasets[0];
  return datasets.find(({ name }) => key.split('/').includes(name));
}

/** Whether the start of keys leads to refused events of a dataset, or to some of their hours. */
export function leadsToRefused(datasets: readonly Dataset[], start: string): boolean {
  const folder = start.slice(0, start.lastIndexOf('/') + 1);
  return datasets
    .flatMap(({ source }) => errorPrefixes(source.error_prefix))
    .some(
      (template) =>
        hourReader(template)(folder) !== undefined ||
        (folder !== '' && fittingReader(template)(folder) === folder),
    );
}

/** A copy of a lake may be in any directory, so the text after any slash can be the key. */
function suffixes(key: string): string[] {
  const parts = key.split('/');
  return parts.map((_, index) => parts.slice(index).join('/'));
}

/** Compares a file's columns with its dataset. */
export interface DatasetComparison {
  readonly name: string;
  readonly matches: boolean;
  /** Whether the columns are in another order than the dataset's. The load matches them by name. */
  readonly other_order: boolean;
  /** Columns of another type than the dataset's, whose values the load converts. */
  readonly converted: readonly { readonly name: string; readonly found: string; readonly expected: string }[];
  readonly differences: ColumnDifferences | null;
  readonly text: string;
}

export function compareWithDataset(
  dataset: Dataset,
  key: string,
  fields: readonly ParquetField[],
): DatasetComparison {
  const comparison = compareColumns(dataset.columns, fields, hourOfKey(dataset.source.prefix, key));
  if (!comparison.matches) {
    const text = `does not have the columns of dataset ${dataset.name}: ${differencesText(comparison.differences)}`;
    return {
      name: dataset.name,
      matches: false,
      other_order: false,
      converted: [],
      differences: comparison.differences,
      text,
    };
  }
  const { columns } = comparison;
  const inOrder = dataset.columns.filter(({ name }) => columns.some((column) => column.name === name));
  const converted = dataset.columns.flatMap(({ name, type }) =>
    columns
      .filter((column) => column.name === name && column.type !== redshiftType(type))
      .map((column) => ({
        name,
        found: column.only_nulls ? 'nothing but nulls' : column.type,
        expected: redshiftType(type),
      })),
  );
  const otherOrder = columns.some(({ name }, index) => name !== inOrder[index]?.name);
  return {
    name: dataset.name,
    matches: true,
    other_order: otherOrder,
    converted,
    differences: null,
    text: [
      `has the columns of dataset ${dataset.name}`,
      ...(otherOrder ? ['in another order, and the load takes them by name'] : []),
      ...(converted.length > 0
        ? [
            `with other types, which the load converts: ${converted.map(({ name, found, expected }) => `${name} (${found}, not ${expected})`).join(', ')}`,
          ]
        : []),
    ].join(', '),
  };
}
