import { createRequire } from 'node:module';
import type { Readable } from 'node:stream';
import { chooseDataset, type Dataset } from '../../core/dataset';
import type { Output } from '../shared/output';
import { startSpinner } from '../shared/spinner';
import { checkEvents } from './check-events';
import { checkText } from './check-text';
import { openSample } from './sample-file';
import type { InitOptions } from './usage';

/** See main.ts: events need no DuckDB. */
const load = createRequire(__filename);

/**
 * Says how well a sample fits a dataset.
 * @param input standard input.
 * @returns the exit code: 1 if a row would be refused.
 * @throws UsageError, SampleError, LoadError InvalidInput
 */
export async function runCheck(
  output: Output,
  datasets: readonly Dataset[],
  { file, dataset: name }: Pick<InitOptions, 'file' | 'dataset'>,
  input: Readable = process.stdin,
): Promise<number> {
  const dataset = chooseDataset(datasets, name);
  const opened = await openSample(file, input);
  const spinner = startSpinner(output, 'Checking the sample');
  const onProgress = (rows: number) =>
    spinner?.show(`Checking the sample: ${rows.toLocaleString('en')} events`);
  const checking =
    opened.format === 'events'
      ? checkEvents(dataset, opened, onProgress)
      : (load('./check-parquet') as typeof import('./check-parquet')).checkParquet(dataset, opened);
  const document = await checking.finally(() => spinner?.stop());
  output.document(document);
  if (!output.json) output.say(checkText(document));
  return document.refused > 0 ? 1 : 0;
}
