import { chooseDataset, type Dataset } from '../../core/dataset';
import { ownPrefix, errorPrefixes } from '../../core/prefix';
import { isRefusedKey } from '../delivery/refused-key';
import { datasetOfRefused, leadsToRefused, ownerOfRefused } from '../inspect/dataset-of';
import type { LakeFileSource } from '../inspect/lake-file';
import { listObjects, s3Target } from '../inspect/s3-target';
import type { Connection } from '../shared/connection';
import { UsageError } from '../shared/output';
import { plural } from '../shared/text';
import type { Place, ReplayOptions } from './usage';

/** The error objects of one dataset. */
export interface FoundObjects {
  readonly dataset: Dataset;
  readonly bucket: string;
  /** The start that all keys have. */
  readonly prefix: string;
  readonly files: readonly LakeFileSource[];
  /** Number of other objects there, which are left alone. */
  readonly others: number;
}

/**
 * Finds the error objects at a place, and the dataset whose events they hold.
 * @throws UsageError if there is none where a dataset keeps none, or if they belong to several datasets.
 */
export async function findObjects(
  connection: Connection,
  place: Place,
  { what, dataset: named }: ReplayOptions,
): Promise<FoundObjects> {
  if (place.kind === 'hours') return objectsOfHours(connection, place);
  const { datasets } = connection;
  const target = await s3Target(connection.s3, what);
  const found = target.kind === 'file' ? [target.file] : target.files;
  const refused = found.filter(({ key }) => isRefusedKey(key));
  const where = errorPlaces(connection);
  if (found.length === 0 && !leadsToRefused(datasets, place.key))
    throw new UsageError(`There is no object at ${what}, and no key starts with it. ${where}`);
  if (found.length > 0 && refused.length === 0)
    throw new UsageError(`There is no error object of Firehose at ${what}. ${where}`);

  const files = refused.filter(({ key }) => isOf(datasets, key, named));
  if (refused.length > 0 && files.length === 0)
    throw new UsageError(
      `The refused events at ${what} belong to dataset ${ownerOfRefused(datasets, refused[0]!.key)?.name}, not to ${named}.`,
    );
  const dataset = datasetOf(datasets, files.length > 0 ? files.map(({ key }) => key) : [place.key], named);
  return {
    dataset,
    ...{ bucket: place.bucket, prefix: place.key, files, others: found.length - files.length },
  };
}

async function objectsOfHours(
  { s3, bucket }: Connection,
  { dataset, prefixes, has }: Extract<Place, { kind: 'hours' }>,
): Promise<FoundObjects> {
  const files: LakeFileSource[] = [];
  for (const prefix of prefixes) files.push(...(await listObjects(s3, bucket, prefix)).files);
  const own = files.filter(({ key }) => has(key));
  return { dataset, bucket, prefix: commonStart(prefixes), files: own, others: 0 };
}

function commonStart(texts: readonly string[]): string {
  const [first = '', ...others] = texts;
  let length = first.length;
  for (const text of others) while (!text.startsWith(first.slice(0, length))) length -= 1;
  return first.slice(0, length);
}

/** Whether the events of an object may be sent to the named dataset: they are not another one's. */
function isOf(datasets: readonly Dataset[], key: string, named: string | undefined): boolean {
  const owner = named === undefined ? undefined : ownerOfRefused(datasets, key);
  return owner === undefined || owner.name === named;
}

/** @throws UsageError if keys belong to no dataset that is known, or to several. */
function datasetOf(
  datasets: readonly Dataset[],
  keys: readonly string[],
  named: string | undefined,
): Dataset {
  if (named !== undefined) return chooseDataset(datasets, named);
  const names = new Set(keys.map((key) => datasetOfRefused(datasets, key, named)?.name));
  const [name, ...more] = names;
  if (more.length > 0)
    throw new UsageError(
      `There are refused events of ${plural(names.size, 'dataset')} (${[...names].map((each) => each ?? 'an unknown one').join(', ')}): name one with --dataset.`,
    );
  // Throws unless there is one dataset only.
  return chooseDataset(datasets, name);
}

/** Where refused events are. */
function errorPlaces({ bucket, datasets }: Connection): string {
  const places = datasets.map(({ name, source }) => {
    const [first = ''] = errorPrefixes(source.error_prefix);
    const own = ownPrefix(first);
    return `${name}: s3://${bucket}/${own.slice(0, own.search(/processing-failed/))}`;
  });
  return `Refused events of ${places.join(', of ')}`;
}
