import { Readable } from 'node:stream';
import { datasetText, type DatasetDraft } from '../../../cli/init/dataset-text';
import { draftOf, namesGiven } from '../../../cli/init/draft';
import { readReference } from '../../../cli/init/reference';
import type { Sample } from '../../../cli/init/sample';
import { openSample } from '../../../cli/init/sample-file';
import { sampleEvents } from '../../../cli/init/sampled-events';
import type { InitOptions } from '../../../cli/init/usage';
import { parseDataset, type Dataset } from '../../../core/dataset';

type Given = Partial<Pick<InitOptions, 'key' | 'versionColumn' | 'eventTime' | 'name'>>;

/** Reads a text of events as the command reads standard input. */
export async function sampleOf(text: string | Buffer, given: Given = {}): Promise<Sample> {
  const opened = await openSample('-', Readable.from([Buffer.from(text)]));
  if (opened.format !== 'events') throw new Error('not a sample of events');
  const { eventTime, all } = namesGiven({ file: '-', ...given });
  return sampleEvents(opened, { times: new Set(eventTime === undefined ? [] : [eventTime]), wanted: all });
}

export interface Made {
  readonly draft: DatasetDraft;
  readonly text: string;
  readonly dataset: Dataset;
}

/** The dataset that `sluice init` makes of events. */
export async function datasetOf(text: string | Buffer, given: Given = {}): Promise<Made> {
  const sample = await sampleOf(text, given);
  const draft = draftOf(
    sample,
    given.name ?? 'events',
    namesGiven({ file: '-', ...given }),
    'npx sluice init -',
  );
  const made = datasetText(draft, readReference());
  return { draft, text: made, dataset: parseDataset(made, 'events.yml') };
}
