import { z } from 'zod';
import { positionOf, tokenOf } from '../../page-token';
import { ServiceError } from '../../service-error';
import type { ServiceContext } from './context';

/**
 * Shapes of the Data API's members, with the limits of the service's model:
 * https://docs.aws.amazon.com/redshift-data/latest/APIReference/Welcome.html
 */
export const statementId = z.string().regex(/^[a-z0-9]{8}(-[a-z0-9]{4}){3}-[a-z0-9]{12}(:\d+)?$/);
export const waitTimeSeconds = z.number().int().min(1).max(30).optional();
export const nextToken = z.string().optional();
export const pageSize = z.number().int().min(0).max(1000).optional();
export const workgroupName = z.string().min(3).max(2048).optional();
export const secretArn = z.string().optional();

/** Values must not be empty: the model says so, and the Data API cannot pass NULL. */
export const parameters = z
  .array(z.strictObject({ name: z.string().regex(/^[0-9a-zA-Z_]+$/), value: z.string().min(1) }))
  .min(1)
  .optional();

/** Members that ExecuteStatement and BatchExecuteStatement share. */
export const submission = {
  WorkgroupName: workgroupName,
  Database: z.string().optional(),
  SecretArn: secretArn,
  Parameters: parameters,
  StatementName: z.string().max(500).optional(),
  ClientToken: z.string().min(1).max(64).optional(),
  ResultFormat: z.literal('JSON').optional(),
  WithEvent: z.literal(false).optional(),
  WaitTimeSeconds: waitTimeSeconds,
};

/** Members of the operations on the catalogue. */
export const connection = {
  WorkgroupName: workgroupName,
  Database: z.string(),
  ConnectedDatabase: z.string().optional(),
  SecretArn: secretArn,
  NextToken: nextToken,
  MaxResults: pageSize,
};

/** @throws ServiceError ValidationException unless the workgroup is the twin's, by name or ARN. */
export function checkWorkgroup(name: string | undefined, { options }: ServiceContext): string {
  if (name === undefined) {
    throw new ServiceError(
      'ValidationException',
      'Either ClusterIdentifier or WorkgroupName must be provided.',
    );
  }
  const prefix = `arn:aws:redshift-serverless:${options.region}:${options.accountId}:workgroup/`;
  // The ARN of a workgroup ends in its UUID, which the twin takes as its name too.
  if (name === options.workgroup || (name.startsWith(prefix) && name.endsWith(`/${options.workgroup}`)))
    return name;
  throw new ServiceError('ValidationException', "Redshift endpoint doesn't exist in this region.");
}

/** @throws ServiceError DatabaseConnectionException as the catalogue's operations answer it. */
export function checkDatabase(name: string, { options }: ServiceContext): void {
  if (name === options.database) return;
  throw new ServiceError('DatabaseConnectionException', `FATAL: database "${name}" does not exist`, 500);
}

/** Cuts a page out of a list; the token is the place of the next item. */
export function paginate<T>(
  items: readonly T[],
  size: number | undefined,
  token: string | undefined,
): { page: readonly T[]; next?: string } {
  const start = startOf(token, items.length);
  const end = start + (size === undefined || size === 0 ? 1000 : size);
  return { page: items.slice(start, end), next: end < items.length ? tokenOf(end) : undefined };
}

/** @throws ServiceError ValidationException for a token that the twin has not given. */
export function startOf(token: string | undefined, length: number): number {
  if (token === undefined || token === '') return 0;
  const start = positionOf(token);
  if (start === undefined || start > length) {
    throw new ServiceError('ValidationException', 'Invalid NextToken.');
  }
  return start;
}
