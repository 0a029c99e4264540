import { invalidParameter, topicNotFound } from './errors';
import type { SnsState } from './state';

/** @throws ServiceError `InvalidParameterException` if it is no ARN, `NotFoundException` if there is no such topic */
export function existingTopic({ topics }: SnsState, arn: string): string {
  if (!arn.startsWith('arn:')) throw invalidParameter(`TopicArn Reason: ${arn} does not start with arn`);
  const elements = arn.split(':').length;
  if (elements < 6) {
    throw invalidParameter(`TopicArn Reason: An ARN must have at least 6 elements, not ${elements}`);
  }
  if (!topics.has(arn)) throw topicNotFound();
  return arn;
}
