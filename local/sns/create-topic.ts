import * as z from 'zod';
import { invalidParameter } from './errors';
import { parseInput } from './input';
import type { SnsState } from './state';

/** `{ Name }`. Tags and attributes (FIFO, a policy, encryption) are refused: the twin would not honour them. */
const schema = z.strictObject({ Name: z.string() });

/** Creates a topic, or finds the existing one of that name. @returns `{ TopicArn }` */
export function createTopic({ topics, region, accountId }: SnsState, input: unknown) {
  const { Name: name } = parseInput(schema, input);
  // A name that ends in .fifo needs FifoTopic, which the twin does not have.
  if (!/^[A-Za-z0-9_-]{1,256}$/.test(name)) throw invalidParameter('Topic Name');
  const arn = `arn:aws:sns:${region}:${accountId}:${name}`;
  topics.add(arn);
  return { TopicArn: arn };
}
