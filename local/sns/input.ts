import * as z from 'zod';
import { invalidParameter } from './errors';

/**
 * Checks an operation's input.
 * @throws ServiceError `InvalidParameterException` that names the member; unknown members are refused too
 */
export function parseInput<T>(schema: z.ZodType<T>, input: unknown): T {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys : [];
  const member = [...(issue?.path ?? []), ...unknown].join('.');
  throw invalidParameter(
    `${member} Reason: ${unknown.length > 0 ? 'not supported by the twin' : issue?.message}`,
  );
}
