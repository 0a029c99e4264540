import * as z from 'zod';
import { chooseDataset } from '../core/dataset';
import { transformRecord } from '../core/transform';
import { readDatasets } from '../service/datasets';
import { logger } from './shared/handler';
import { recordMetrics } from './shared/metrics';

const event = z.object({
  invocationId: z.string(),
  deliveryStreamArn: z.string(),
  records: z.array(z.object({ recordId: z.string(), data: z.string() })),
});

interface TransformedRecord {
  readonly recordId: string;
  readonly result: 'Ok' | 'ProcessingFailed';
  /** base64. A refused record goes back unchanged, and Firehose keeps it under its error prefix. */
  readonly data: string;
}

const datasets = readDatasets(process.env.LAMBDA_TASK_ROOT ?? '.');

/**
 * Transforms the events of a stream. The stream's name ends with `-<dataset>`, and its ARN ends with its name.
 * Source: Firehose Developer Guide, "Transform source data".
 */
export const handler = (input: unknown): Promise<{ records: TransformedRecord[] }> => {
  const { deliveryStreamArn, records } = event.parse(input);
  const name = datasets.map((each) => each.name).filter((each) => deliveryStreamArn.endsWith(`-${each}`));
  const dataset = chooseDataset(datasets, name.sort((left, right) => right.length - left.length)[0]);

  const refused: { recordId: string; reason: string }[] = [];
  const transformed = records.map(({ recordId, data }): TransformedRecord => {
    const result = transformRecord(dataset, Buffer.from(data, 'base64'));
    if (!result.accepted) {
      refused.push({ recordId, reason: result.reason });
      return { recordId, result: 'ProcessingFailed', data };
    }
    return {
      recordId,
      result: 'Ok',
      data: Buffer.from(`${JSON.stringify(result.event)}\n`).toString('base64'),
    };
  });
  if (refused.length > 0) {
    recordMetrics(dataset.name, { EventsRefused: refused.length });
    // Firehose's error object has the event and its record id but not the reason, so the log has id and reason.
    for (let from = 0; from < refused.length; from += 100) {
      logger.warn('Events were refused', {
        dataset: dataset.name,
        records: records.length,
        refused: refused.slice(from, from + 100),
      });
    }
  }
  return Promise.resolve({ records: transformed });
};
