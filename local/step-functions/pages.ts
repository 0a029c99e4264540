import { positionOf, tokenOf } from '../page-token';
import { ServiceError } from '../service-error';

/** AWS's page size without maxResults, or with 0. */
const defaultPageSize = 100;

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextToken?: string;
}

/** Cuts a page out of a list. @throws ServiceError InvalidToken */
export function pageOf<T>(all: readonly T[], maxResults = 0, nextToken?: string): Page<T> {
  const start = nextToken === undefined ? 0 : startOf(nextToken);
  const end = start + (maxResults || defaultPageSize);
  return { items: all.slice(start, end), nextToken: end < all.length ? tokenOf(end) : undefined };
}

function startOf(token: string): number {
  const start = positionOf(token);
  if (start === undefined) throw new ServiceError('InvalidToken', `Invalid Token: '${token}'`);
  return start;
}
