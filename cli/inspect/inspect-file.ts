import type { Json } from '@duckdb/node-api';
import { redshiftType } from '../../core/column-types';
import type { Dataset } from '../../core/dataset';
import { parquetTypeText, redshiftTypeOf, type ParquetField } from '../../core/parquet-types';
import { displayText, renderTable } from '../shared/table';
import { bytesText, createdByText, plural } from '../shared/text';
import { compareWithDataset, type DatasetComparison } from './dataset-of';
import { readFirstRows } from './first-rows';
import type { LakeFileSource } from './lake-file';
import { readParquetFooter, UnreadableFile } from './parquet-file';

/** The document of `--json`: scripts rely on it. Members from the footer are null if the footer cannot be read. */
export interface FileDocument {
  readonly kind: 'file';
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  readonly rows: number | null;
  readonly row_groups: number | null;
  readonly created_by: string | null;
  readonly compression: readonly string[] | null;
  readonly columns: readonly ColumnDocument[] | null;
  readonly dataset: DatasetComparison | null;
  /** Why no load reads the object, because it belongs to no hour of its dataset; null if that is not so. */
  readonly no_hour: string | null;
  /** Why COPY does not read the file although it can be read here; null if that is not so. */
  readonly copy_problem: string | null;
  /** Values in the order of `columns`. */
  readonly first_rows: readonly (readonly Json[])[] | null;
  /** Why the file, or its rows, cannot be read. */
  readonly problem: string | null;
}

interface ColumnDocument {
  readonly name: string;
  readonly parquet_type: string;
  /** Null for a type that fits no Redshift column. */
  readonly redshift_type: string | null;
  readonly nullable: boolean;
}

export async function inspectFile(
  file: LakeFileSource,
  dataset: Dataset | undefined,
  noHour: string | null,
  rows: number,
): Promise<FileDocument> {
  let document: FileDocument = {
    kind: 'file',
    path: file.name,
    size: file.size,
    rows: null,
    row_groups: null,
    created_by: null,
    compression: null,
    columns: null,
    dataset: null,
    no_hour: noHour,
    copy_problem: null,
    first_rows: null,
    problem: null,
  };
  try {
    const footer = await readParquetFooter(file);
    document = {
      ...document,
      rows: footer.rows,
      row_groups: footer.rowGroups,
      created_by: footer.createdBy,
      compression: footer.compression,
      columns: footer.fields.map(columnDocument),
      dataset: dataset ? compareWithDataset(dataset, file.key, footer.fields) : null,
      copy_problem: footer.copyProblem,
    };
    const firstRows = rows === 0 ? [] : await file.withLocalCopy((path) => readFirstRows(path, rows));
    return { ...document, first_rows: firstRows };
  } catch (error) {
    if (error instanceof UnreadableFile) return { ...document, problem: error.message };
    throw error;
  }
}

function columnDocument(field: ParquetField): ColumnDocument {
  const type = redshiftTypeOf(field);
  return {
    name: field.name,
    parquet_type: parquetTypeText(field),
    redshift_type: type ? redshiftType(type) : null,
    nullable: field.repetition_type !== 'REQUIRED',
  };
}

export function fileText(document: FileDocument, width?: number): string {
  const { path, size, rows, columns, problem, dataset, no_hour: noHour, first_rows: firstRows } = document;
  const { copy_problem: copyProblem } = document;
  const lines = [displayText(path, Infinity)];
  if (noHour !== null) lines.push(`It ${displayText(noHour, Infinity)}`);
  if (copyProblem !== null) lines.push(`COPY does not read it: ${displayText(copyProblem, Infinity)}`);
  if (rows !== null && columns) {
    lines.push(
      [
        `${plural(rows, 'row')} in ${plural(document.row_groups ?? 0, 'row group')}`,
        plural(columns.length, 'column'),
        bytesText(size),
        ...(document.compression ?? []),
        ...(document.created_by === null ? [] : [`written by ${createdByText(document.created_by)}`]),
      ].join(', '),
    );
    if (dataset) lines.push(`It ${displayText(dataset.text, Infinity)}.`);
    lines.push(
      '',
      renderTable(
        ['column', 'Parquet type', 'Redshift type', 'nullable'],
        columns.map((each) => [
          each.name,
          each.parquet_type,
          each.redshift_type ?? 'fits no column type',
          each.nullable ? 'yes' : 'no',
        ]),
        { width },
      ),
    );
  }
  if (columns && firstRows && firstRows.length > 0) {
    lines.push('', `First ${plural(firstRows.length, 'row')}`);
    lines.push(
      renderTable(
        columns.map(({ name }) => name),
        firstRows,
        { width, lengths: [40, 16] },
      ),
    );
  }
  if (problem !== null) lines.push(`Not readable: ${displayText(problem, Infinity)}.`);
  return lines.join('\n');
}
