import * as z from 'zod';
import { chooseDataset } from '../core/dataset';
import { readDatasets } from '../service/datasets';
import { logger } from './shared/handler';
import { recordMetrics } from './shared/metrics';
import { transformBatch, type AnsweredBatch, type AnsweredRecord } from './shared/transform-batch';

const event = z.object({
  invocationId: z.string(),
  deliveryStreamArn: z.string(),
  records: z.array(z.object({ recordId: z.string(), data: z.string() })),
});

const datasets = readDatasets(process.env.LAMBDA_TASK_ROOT ?? '.');

/**
 * Transforms the events of a stream. The stream's name ends with `-<dataset>`, and its ARN ends with its name.
 * Source: Firehose Developer Guide, "Transform source data".
 */
export const handler = (input: unknown): Promise<{ records: readonly AnsweredRecord[] }> => {
  const { deliveryStreamArn, records } = event.parse(input);
  const name = datasets.map((each) => each.name).filter((each) => deliveryStreamArn.endsWith(`-${each}`));
  const dataset = chooseDataset(datasets, name.sort((left, right) => right.length - left.length)[0]);

  const answered = transformBatch(dataset, records);
  reportRefused(dataset.name, records.length, answered);
  reportUnknown(dataset.name, answered);
  return Promise.resolve({ records: answered.records });
};

/** Firehose's error object has the events and their record's id but not the reason, so the log has id and reason. */
function reportRefused(dataset: string, records: number, { refused }: AnsweredBatch): void {
  if (refused.length === 0) return;
  recordMetrics(dataset, { EventsRefused: refused.reduce((sum, { events }) => sum + events, 0) });
  for (let from = 0; from < refused.length; from += 100) {
    logger.warn('Events were refused', { dataset, records, refused: refused.slice(from, from + 100) });
  }
}

/** The most names in one line of the log, and the most characters of each. */
const NAMES = 100;
const NAME_LENGTH = 128;

function reportUnknown(dataset: string, { unknown }: AnsweredBatch): void {
  if (unknown.size === 0) return;
  const counts = [...unknown].sort(([, left], [, right]) => right - left);
  recordMetrics(dataset, { AttributesUnknown: counts.reduce((sum, [, count]) => sum + count, 0) });
  logger.warn('Attributes without a column were dropped', {
    dataset,
    attributes: counts.slice(0, NAMES).map(([name, count]) => ({ name: name.slice(0, NAME_LENGTH), count })),
    other_names: Math.max(counts.length - NAMES, 0),
  });
}
