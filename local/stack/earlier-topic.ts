import { STACK_OUTPUTS } from '../../core/stack-outputs';
import type { Stack } from './plan-stack';

/** Adds the topic that a stack uses without making it: it was there before. */
export function withEarlierTopic(stack: Stack): Stack {
  const arn = stack.outputs[STACK_OUTPUTS.topicArn]?.value;
  if (arn === undefined || stack.topics.some((topic) => topic.arn === arn)) return stack;
  return { ...stack, topics: [...stack.topics, { logicalId: '', name: arn.split(':').at(-1) ?? '', arn }] };
}
