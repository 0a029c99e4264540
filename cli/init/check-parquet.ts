import { compareColumns } from '../../core/columns';
import type { Dataset } from '../../core/dataset';
import { compareWithDataset, hourOfKey } from '../inspect/dataset-of';
import type { CheckDocument } from './check-document';
import { nearLimit } from './near-limit';
import { SampleError } from './sample';
import type { SampleFile } from './sample-file';
import { footerOf } from './sampled-parquet';
import { checkRows, type FoundRows } from './staged-sample';

/**
 * Says how a Parquet file fits a dataset: what a load would do with it.
 * @throws SampleError EmptySample, UnreadableSample
 */
export async function checkParquet(
  dataset: Dataset,
  { name, file }: Extract<SampleFile, { format: 'parquet' }>,
): Promise<CheckDocument> {
  const footer = await footerOf(file, name);
  const { rows, fields } = footer;
  if (rows === 0) throw new SampleError('EmptySample', `${name} has no rows. Take a file that has some.`);
  const compared = compareWithDataset(dataset, file.key, fields);
  const columns = compareColumns(dataset.columns, fields, hourOfKey(dataset.source.prefix, file.key));
  const known = new Set(dataset.columns.map((column) => column.name));
  const lacking = dataset.columns.filter(
    (column) => !fields.some((field) => field.name.toLowerCase() === column.name),
  );
  const found: FoundRows = columns.matches
    ? await checkRows(dataset, name, columns.columns)
    : { refused: rows, reasons: [], empty: new Set(), sizes: new Map() };
  const ofFile = [
    ...(footer.copyProblem === null ? [] : [`COPY does not read the file: ${footer.copyProblem}`]),
    ...(columns.matches ? [] : [`the file ${compared.text}`]),
  ];
  const refused = ofFile.length > 0 ? rows : found.refused;
  return {
    path: name,
    format: 'parquet',
    dataset: dataset.name,
    rows,
    taken: rows - refused,
    refused,
    reasons: [
      ...ofFile.map((reason) => ({ reason, column: null, rows, example: { at: null, text: '' } })),
      ...found.reasons,
    ],
    unknown: fields
      .filter((field) => !known.has(field.name.toLowerCase()))
      .map((field) => ({ name: field.name, rows })),
    empty_columns: dataset.columns
      .filter((column) => lacking.includes(column) || found.empty.has(column.name))
      .map((column) => column.name),
    near_limits: dataset.columns
      .map((column) => nearLimit(column, found.sizes.get(column.name)))
      .filter((near) => near !== undefined),
    notes: [
      ...(compared.matches ? [`The file ${compared.text}.`] : []),
      ...(refused > 0
        ? ['A load refuses the whole file for one such row, and by default the whole hour of the file.']
        : []),
    ],
  };
}
