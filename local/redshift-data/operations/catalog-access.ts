import type { RequestContext } from '../../http/request-context';
import { Catalog } from '../warehouse/catalog';
import type { ServiceContext } from './context';
import { checkDatabase, checkWorkgroup } from './shapes';

/** Members by which a request on the catalogue says where to connect. */
export interface ConnectionInput {
  readonly WorkgroupName?: string;
  readonly Database: string;
  readonly ConnectedDatabase?: string;
}

/** Checks where a request wants to connect to, and reads the catalogue there. */
export async function withCatalog<T>(
  input: ConnectionInput,
  context: ServiceContext,
  request: RequestContext,
  read: (catalog: Catalog) => Promise<T>,
): Promise<T> {
  checkWorkgroup(input.WorkgroupName, context);
  checkDatabase(input.ConnectedDatabase ?? input.Database, context);
  checkDatabase(input.Database, context);
  const connection = await context.database.connect(request.signal);
  try {
    return await read(new Catalog(connection, context.options.database));
  } finally {
    connection.close();
  }
}

/** A LIKE pattern of the Data API: `%` any characters, `_` any one. */
export function likePattern(pattern: string | undefined): RegExp {
  if (pattern === undefined) return /^/;
  const body = pattern
    .replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
    .replaceAll('%', '.*')
    .replaceAll('_', '.');
  return new RegExp(`^${body}$`, 's');
}
