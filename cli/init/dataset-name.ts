import { basename } from 'node:path';
import { datasetSchema } from '../../core/dataset';
import { UsageError } from '../shared/output';
import { STANDARD_INPUT } from './sample-file';

const MOST_CHARACTERS = 30;
const EXTENSIONS = /(?:\.(?:gz|ndjson|jsonl|jsonlines|json|parquet|txt|log|ya?ml))+$/i;

/**
 * The name for a dataset: the given one, or that of the file to write, or that of the sample.
 * @throws UsageError for a given name that no dataset has.
 */
export function datasetName(
  sample: string,
  { name, out }: { readonly name?: string; readonly out?: string },
): string {
  if (name !== undefined) {
    const parsed = datasetSchema.shape.dataset.safeParse(name);
    if (parsed.success) return name;
    throw new UsageError(`--name ${name} is no name of a dataset. Write ${parsed.error.issues[0]?.message}.`);
  }
  return nameIn(out) ?? (sample === STANDARD_INPUT ? undefined : nameIn(sample)) ?? 'events';
}

/** @returns undefined if nothing of the file's name can be one. */
function nameIn(path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  const stem = basename(path)
    .replace(EXTENSIONS, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    // A day or a number of a part belongs to the sample, not to the dataset.
    .replace(/^[^a-z]+|[_\d]+$/g, '')
    .slice(0, MOST_CHARACTERS)
    .replace(/_+$/, '');
  return datasetSchema.shape.dataset.safeParse(stem).success ? stem : undefined;
}
