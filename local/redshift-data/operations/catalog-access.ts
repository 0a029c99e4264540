import type { RequestContext } from '../../http/request-context';
import { Catalog } from '../warehouse/catalog';
import type { ServiceContext } from './context';
import { checkDatabase, checkWorkgroup } from './shapes';

/** Members of a catalogue request that name the connection. */
export interface ConnectionInput {
  readonly WorkgroupName?: string;
  readonly Database: string;
  readonly ConnectedDatabase?: string;
}

/** Checks a request's connection and reads the catalogue. */
export async function withCatalog<T>(
  input: ConnectionInput,
  context: ServiceContext,
  request: RequestContext,
  read: (catalog: Catalog) => Promise<T>,
): Promise<T> {
  checkWorkgroup(input.WorkgroupName, context);
  checkDatabase(input.ConnectedDatabase ?? input.Database, context);
  checkDatabase(input.Database, context);
  const start = new Date();
  const connection = await context.database.connect(request.signal);
  try {
    return await read(new Catalog(connection, context.options.database));
  } finally {
    connection.close();
    // Redshift reads its catalog with queries, which wake the warehouse, too.
    context.options.meter?.statement(start, new Date());
  }
}

/** A LIKE pattern of the Data API: `%` matches any characters, `_` any one character. */
export function likePattern(pattern: string | undefined): RegExp {
  if (pattern === undefined) return /^/;
  const body = pattern
    .replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
    .replaceAll('%', '.*')
    .replaceAll('_', '.');
  return new RegExp(`^${body}$`, 's');
}
