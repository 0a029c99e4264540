import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDataset, type Dataset } from '../core/dataset';
import { LoadError } from '../core/errors';

/**
 * Reads every dataset of a package, in the order of the file names.
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
      'There is no dataset file in datasets/.',
      'Add one: npx sluice init makes it from a sample of events, and datasets/reference.yml shows every option.',
    );
  }
  refuseShared(datasets);
  return datasets.map(({ dataset }) => dataset);
}

/** What two datasets must not share. */
const UNSHARED: readonly {
  readonly of: (dataset: Dataset) => string;
  /** A verb for the message: what both files do with it. */
  readonly both: string;
  readonly fix: string;
}[] = [
  {
    of: ({ name }) => `"${name}"`,
    both: 'describe dataset',
    fix: 'Give each dataset a name of its own.',
  },
  {
    of: ({ source }) => source.prefix,
    both: 'read the prefix',
    fix: 'Give each dataset a prefix of its own: change source.prefix.',
  },
  {
    of: ({ source }) => source.error_prefix,
    both: 'count the records under',
    fix: 'Give each dataset an error prefix of its own: change source.error_prefix.',
  },
  {
    // With two mutexes for one table, two merges could insert the same key at the same time.
    of: ({ target }) => `${target.schema}.${target.table}`,
    both: 'load the table',
    fix: 'Give each dataset a target of its own: change target.schema or target.table.',
  },
];

/** What two datasets share although they must not, as a clause after "both", and how to fix it; undefined if nothing. */
export function sharedBy(
  one: Dataset,
  other: Dataset,
): { readonly both: string; readonly fix: string } | undefined {
  const found = UNSHARED.find(({ of }) => of(one) === of(other));
  return found && { both: `${found.both} ${found.of(one)}`, fix: found.fix };
}

function refuseShared(datasets: readonly { readonly file: string; readonly dataset: Dataset }[]): void {
  for (const [index, { file, dataset }] of datasets.entries()) {
    for (const other of datasets.slice(0, index)) {
      const shared = sharedBy(dataset, other.dataset);
      if (!shared) continue;
      throw new LoadError(
        'DatasetInvalid',
        `datasets/${file} and datasets/${other.file} both ${shared.both}.`,
        shared.fix,
      );
    }
  }
}
