import { chooseDataset, type Dataset } from '../core/dataset';
import { readDatasets } from './read-datasets';

export { readDatasets };

const cache = new Map<string, readonly Dataset[]>();

/**
 * Finds a dataset by its name, see {@link chooseDataset}. Reads the files once in each execution environment.
 * @returns also all datasets, and whether there are several.
 */
export function findDataset(
  packageDirectory: string,
  name: string | undefined,
): { dataset: Dataset; datasets: readonly Dataset[]; several: boolean } {
  const datasets = cache.get(packageDirectory) ?? readDatasets(packageDirectory);
  cache.set(packageDirectory, datasets);
  return { dataset: chooseDataset(datasets, name), datasets, several: datasets.length > 1 };
}
