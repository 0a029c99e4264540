import type { SqlError } from '../sql/errors';
import { foreignRole, invalidRole, unauthorizedRole } from './errors';

const ROLE_ARN = /^arn:aws(?:-[a-z]+)*:iam::(\d{12}):role\/[\w+=,.@/-]+$/;

/**
 * Why the namespace may not use a role; undefined if it may.
 * A chain of roles (`arn,arn`) is no ARN and is refused.
 */
export function roleError(
  role: string,
  accountId: string,
  attached: readonly string[],
): SqlError | undefined {
  if (role === 'default') return attached.length > 0 ? undefined : unauthorizedRole('default');
  const match = ROLE_ARN.exec(role);
  if (match === null) return invalidRole(role);
  if (match[1] !== accountId) return foreignRole(role);
  return attached.includes(role) ? undefined : unauthorizedRole(role);
}
