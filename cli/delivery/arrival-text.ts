import type { Dataset } from '../../core/dataset';
import { hourOf } from '../../core/hour';
import type { Connection } from '../shared/connection';

/** What becomes of events that were sent to a stage now, and how to load them at once. */
export function arrivalText(
  { stage, region, datasets }: Pick<Connection, 'stage' | 'region' | 'datasets'>,
  { name, source }: Dataset,
): string {
  const dataset = datasets.length > 1 ? ` --dataset ${name}` : '';
  return [
    `Firehose writes them within ${source.settle_minutes} minutes, under the hour of arrival.`,
    `The schedule loads the hour at its first start after the hour has ended and settled. To load it earlier: npx sluice load ${hourOf(new Date())}${dataset} --stage ${stage} --region ${region}`,
  ].join('\n');
}
