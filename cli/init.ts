import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { parseDataset, type Dataset } from '../core/dataset';
import { LoadError } from '../core/errors';
import { readDatasets } from '../service/datasets';
import { datasetName } from './init/dataset-name';
import { datasetText } from './init/dataset-text';
import { draftOf, namesGiven } from './init/draft';
import { conflictsOf, initCommand, nextSteps } from './init/next-steps';
import { readReference } from './init/reference';
import type { Sample } from './init/sample';
import { openSample, STANDARD_INPUT } from './init/sample-file';
import { sampleEvents, type SamplingOptions } from './init/sampled-events';
import { sampleParquet } from './init/sampled-parquet';
import { initDocument, summaryText } from './init/summary';
import type { InitOptions } from './init/usage';
import { UsageError, type Output } from './shared/output';
import { SERVICE_DIRECTORY } from './shared/service-directory';
import { startSpinner } from './shared/spinner';

/**
 * Makes a dataset file from a sample. The file goes to stdout or where `out` says, and what people should know to stderr.
 * @param input standard input.
 * @returns the exit code.
 * @throws UsageError, SampleError
 */
export async function runInit(
  output: Output,
  options: InitOptions,
  input: Readable = process.stdin,
): Promise<number> {
  const { file, out, force } = options;
  const given = namesGiven(options);
  const name = datasetName(file, options);
  // Before the sample is read, which may take long.
  if (out !== undefined && !force && existsSync(out)) throw existing(out);
  const times = new Set(given.eventTime === undefined ? [] : [given.eventTime]);
  const sample = await readSample(output, file, input, { times, wanted: given.all });
  const draft = draftOf(sample, name, given, initCommand(options));
  const text = datasetText(draft, readReference());
  const dataset = parseDataset(text, out ?? `${name}.yml`);
  const others = otherDatasets().filter((other) => !(force && other.name === name));

  if (out !== undefined) await write(out, text, force ?? false);
  output.document(initDocument(draft, text, out));
  if (out === undefined && !output.json) output.say(text.trimEnd());
  output.note(summaryText(draft, nextSteps(options, name)));
  for (const conflict of conflictsOf(dataset, others)) output.note(conflict);
  return 0;
}

async function readSample(
  output: Output,
  file: string,
  input: Readable,
  options: SamplingOptions,
): Promise<Sample> {
  if (file === STANDARD_INPUT && 'isTTY' in input && input.isTTY === true)
    output.note('Events are read from standard input. Ctrl-D ends them.');
  const opened = await openSample(file, input);
  const spinner = startSpinner(output, 'Reading the sample');
  const onProgress = (rows: number) =>
    spinner?.show(`Reading the sample: ${rows.toLocaleString('en')} events`);
  try {
    return await (opened.format === 'events'
      ? sampleEvents(opened, { ...options, onProgress })
      : sampleParquet(opened));
  } finally {
    spinner?.stop();
  }
}

/** The dataset files that are there; none if one of them is wrong, which every other command says. */
function otherDatasets(): readonly Dataset[] {
  try {
    return readDatasets(SERVICE_DIRECTORY);
  } catch (error) {
    if (error instanceof LoadError) return [];
    throw error;
  }
}

async function write(path: string, text: string, isForced: boolean): Promise<void> {
  try {
    await writeFile(path, text, { flag: isForced ? 'w' : 'wx' });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw existing(path);
    throw new UsageError(`${path} cannot be written: ${message}`);
  }
}

const existing = (path: string): UsageError =>
  new UsageError(`${path} exists, and nothing is written over it. --force replaces it.`);
