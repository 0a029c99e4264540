import type { Dataset } from '../../core/dataset';
import { UsageError } from './output';

/** @throws UsageError for a dataset whose files another system writes. */
export function checkHasStream({ name, source }: Dataset): void {
  if (source.stream !== 'external') return;
  throw new UsageError(
    `Dataset ${name} has no stream: another system writes its files (source.stream: external).`,
  );
}

/**
 * The name of a dataset's stream.
 * @param name the deployment's output; undefined or empty if there is none.
 * @throws UsageError if the deployment has no stream for the dataset.
 */
export function streamNamed(dataset: Dataset, name: string | undefined): string {
  if (name !== undefined && name !== '') return name;
  checkHasStream(dataset);
  throw new UsageError(`Dataset ${dataset.name} has no stream in this deployment. Deploy the dataset first.`);
}
