import * as z from 'zod';
import { positionOf, tokenOf } from '../../page-token';
import { ServiceError } from '../../service-error';
import type { ServiceContext } from './context';

/**
 * Shapes of the Data API's members with the service's limits:
 * https://docs.aws.amazon.com/redshift-data/latest/APIReference/Welcome.html
 */
export const statementId = z.string().regex(/^[a-z0-9]{8}(-[a-z0-9]{4}){3}-[a-z0-9]{12}(:\d+)?$/);
export const LONGEST_WAIT_SECONDS = 30;
export const waitTimeSeconds = z.number().int().min(1).max(LONGEST_WAIT_SECONDS).optional();
export const nextToken = z.string().optional();
export const pageSize = z.number().int().min(0).max(1000).optional();
export const workgroupName = z.string().min(3).max(2048).optional();
export const secretArn = z.string().optional();

/** Values must not be empty, and the Data API cannot pass NULL. */
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

/** Members of the catalogue operations. */
export const connection = {
  WorkgroupName: workgroupName,
  Database: z.string(),
  ConnectedDatabase: z.string().optional(),
  SecretArn: secretArn,
  NextToken: nextToken,
  MaxResults: pageSize,
};

/** @throws ServiceError ValidationException unless it is the name or ARN of the twin's workgroup */
export function checkWorkgroup(name: string | undefined, { options }: ServiceContext): string {
  if (name === undefined) {
    throw new ServiceError(
      'ValidationException',
      'Either ClusterIdentifier or WorkgroupName must be provided.',
    );
  }
  const prefix = `arn:aws:redshift-serverless:${options.region}:${options.accountId}:workgroup/`;
  // A workgroup's ARN ends in its UUID. The twin accepts the name there, too.
  if (name === options.workgroup || (name.startsWith(prefix) && name.endsWith(`/${options.workgroup}`)))
    return name;
  throw new ServiceError('ValidationException', "Redshift endpoint doesn't exist in this region.");
}

/** @throws ServiceError DatabaseConnectionException, as the catalogue operations answer it */
export function checkDatabase(name: string, { options }: ServiceContext): void {
  if (name === options.database) return;
  throw new ServiceError('DatabaseConnectionException', `FATAL: database "${name}" does not exist`, 500);
}

/** Cuts a page out of a list. */
export function paginate<T>(
  items: readonly T[],
  size: number | undefined,
  token: string | undefined,
): { page: readonly T[]; next?: string } {
  const start = startOf(token, items.length);
  const end = start + (size === undefined || size === 0 ? 1000 : size);
  return { page: items.slice(start, end), next: end < items.length ? tokenOf(end) : undefined };
}

/** The start of a token's page. @throws ServiceError ValidationException for an invalid token */
export function startOf(token: string | undefined, length: number): number {
  if (token === undefined || token === '') return 0;
  const start = positionOf(token);
  if (start === undefined || start > length) {
    throw new ServiceError('ValidationException', 'Invalid NextToken.');
  }
  return start;
}
