import * as z from 'zod';
import { positionOf, tokenOf } from '../page-token';
import { invalidParameter } from './errors';
import { parseInput } from './input';
import type { SnsState } from './state';

const schema = z.strictObject({ NextToken: z.string().optional() });

/** SNS returns at most 100 topics per call [AWS: ListTopics]. */
const PAGE = 100;

/** @returns `{ Topics: [{ TopicArn }], NextToken? }` */
export function listTopics({ topics }: SnsState, input: unknown) {
  const { NextToken: token } = parseInput(schema, input);
  const start = token === undefined ? 0 : positionOf(token);
  if (start === undefined) throw invalidParameter('NextToken Reason: not a token of ListTopics');
  const all = topics.list();
  const page = all.slice(start, start + PAGE).map((arn) => ({ TopicArn: arn }));
  return { Topics: page, ...(start + PAGE < all.length ? { NextToken: tokenOf(start + PAGE) } : {}) };
}
