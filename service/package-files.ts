import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chooseDataset, parseDataset, type Dataset } from '../core/dataset';
import { LoadError } from '../core/errors';
import { parseSqlFile, renderSql, type SqlTemplate } from '../core/sql';
import { datasetPieces } from '../core/warehouse';

/**
 * Every dataset of a package, in the order of their files' names.
 * @param packageDirectory the directory that holds `datasets/`.
 * @throws LoadError DatasetInvalid
 */
export function readDatasets(packageDirectory: string): readonly Dataset[] {
  const directory = join(packageDirectory, 'datasets');
  const datasets = readdirSync(directory)
    .filter((file) => /\.ya?ml$/.test(file) && file !== 'reference.yml')
    .sort()
    .map((file) => ({
      file,
      dataset: parseDataset(readFileSync(join(directory, file), 'utf8'), `datasets/${file}`),
    }));
  if (datasets.length === 0) {
    throw new LoadError(
      'DatasetInvalid',
      'There is no dataset file.',
      'Add one to datasets/, for example a copy of reference.yml.',
    );
  }
  for (const [index, { file, dataset }] of datasets.entries()) {
    const same = datasets.slice(0, index).find((other) => other.dataset.name === dataset.name);
    if (same) {
      throw new LoadError(
        'DatasetInvalid',
        `datasets/${file} and datasets/${same.file} both describe dataset "${dataset.name}".`,
        'Give each dataset a name of its own.',
      );
    }
    const read = datasets.slice(0, index).find((other) => sourceOf(other.dataset) === sourceOf(dataset));
    if (read) {
      throw new LoadError(
        'DatasetInvalid',
        `datasets/${file} and datasets/${read.file} both read the prefix ${sourceOf(dataset)}.`,
        'Give each dataset a prefix of its own: change source.prefix.',
      );
    }
    const refused = datasets.slice(0, index).find((other) => errorsOf(other.dataset) === errorsOf(dataset));
    if (refused) {
      throw new LoadError(
        'DatasetInvalid',
        `datasets/${file} and datasets/${refused.file} both count the records under ${errorsOf(dataset)}.`,
        'Give each dataset an error prefix of its own: change source.error_prefix.',
      );
    }
    // Two mutexes for one table would let two merges insert the same key at once.
    const shared = datasets.slice(0, index).find((other) => tableOf(other.dataset) === tableOf(dataset));
    if (shared) {
      throw new LoadError(
        'DatasetInvalid',
        `datasets/${file} and datasets/${shared.file} both load the table ${tableOf(dataset)}.`,
        'Give each dataset a target of its own: change target.schema or target.table.',
      );
    }
  }
  return datasets.map(({ dataset }) => dataset);
}

const tableOf = ({ target }: Dataset): string => `${target.schema}.${target.table}`;

const sourceOf = ({ source }: Dataset): string => source.prefix;

const errorsOf = ({ source }: Dataset): string => source.error_prefix;

const cache = new Map<string, readonly Dataset[]>();

/** The dataset that is meant; the files are read once an execution environment. */
export function findDataset(
  packageDirectory: string,
  name: string | undefined,
): { dataset: Dataset; several: boolean } {
  const datasets = cache.get(packageDirectory) ?? readDatasets(packageDirectory);
  cache.set(packageDirectory, datasets);
  return { dataset: chooseDataset(datasets, name), several: datasets.length > 1 };
}

/** The statements of `sql/<step>.sql`. */
export function readSql(packageDirectory: string, step: string): readonly SqlTemplate[] {
  const file = `sql/${step}.sql`;
  return parseSqlFile(readFileSync(join(packageDirectory, file), 'utf8'), file);
}

/** Source: Amazon Redshift Management Guide, "Considerations when calling the Amazon Redshift Data API" (100 KB). */
const MAXIMUM_STATEMENT_BYTES = 100_000;
/** What the names of one load take in a statement: staging table, manifest, role. */
const OF_A_LOAD = 'x'.repeat(1_500);

/**
 * Checks at packaging that every statement of a dataset is one that the Data API takes: a file of very many columns
 * would else fail with its first load.
 * @throws LoadError DatasetInvalid
 */
export function checkStatementSizes(packageDirectory: string, dataset: Dataset): void {
  const pieces = datasetPieces(dataset);
  const load = {
    staging: OF_A_LOAD,
    file_columns: pieces.columns ?? '',
    manifest: OF_A_LOAD,
    role: OF_A_LOAD,
    history_column: OF_A_LOAD,
    added_column: OF_A_LOAD,
  };
  const steps = readdirSync(join(packageDirectory, 'sql')).map((file) => file.replace(/\.sql$/, ''));
  for (const step of steps) {
    for (const template of readSql(packageDirectory, step)) {
      const bytes = Buffer.byteLength(renderSql(template, { ...pieces, ...load }));
      if (bytes <= MAXIMUM_STATEMENT_BYTES) continue;
      throw new LoadError(
        'DatasetInvalid',
        `Dataset ${dataset.name}: with its ${dataset.columns.length} columns statement ${template.name} of sql/${step}.sql has ${bytes} bytes, and the Redshift Data API takes ${MAXIMUM_STATEMENT_BYTES}.`,
        'Leave columns out or shorten their names.',
      );
    }
  }
}
