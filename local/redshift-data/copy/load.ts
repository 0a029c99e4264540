import { link, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ObjectStore, StoredObject } from '../../s3/object-store';
import { SqlError } from '../sql/errors';
import { quoteIdentifier } from '../sql/identifiers';
import type { Relation } from '../sql/scope';
import type { CatalogColumn } from '../warehouse/catalog';
import { Cancelled, type Connection } from '../warehouse/connection';
import { isOfDisk, messageOf } from '../warehouse/engine-errors';
import type { CopyCommand } from './command';
import { displayType } from './compatibility';
import {
  corruptFile,
  multibyteInFile,
  notUtf8InFile,
  outOfRangeInFile,
  tooLongInFile,
  unauthorizedRole,
} from './errors';
import { filesOf } from './files';
import { readFooter } from './footer';
import { checkColumns, checkForms, fileSource, refusedBy, renderLoad, targetColumns } from './plan';
import { roleError } from './role';
import { badSequence, type BadSequence } from './utf8';

/** The warehouse's facts that COPY needs. */
export interface CopyEnvironment {
  readonly store: ObjectStore;
  readonly region: string;
  readonly accountId: string;
  readonly iamRoles: readonly string[];
  /** Whether Redshift may assume a role. Default: yes. */
  readonly mayAssume?: (role: string) => boolean;
  /** Whether a role may read an object. Default: yes. */
  readonly mayRead?: (role: string, bucket: string, key: string) => boolean;
  /** Fails if the user may not COPY with a role. Default: the user may. */
  readonly mayUse?: (role: string) => Promise<void>;
  /** A folder for links to files whose paths the engine would read as patterns. */
  readonly directory: string;
}

/** Runs a COPY in the connection's transaction. @returns the number of rows loaded. @throws SqlError */
export async function load(
  copy: CopyCommand,
  target: Relation,
  table: readonly CatalogColumn[],
  connection: Connection,
  environment: CopyEnvironment,
): Promise<number> {
  const { store, region, accountId, iamRoles } = environment;
  const targets = targetColumns(copy, table, target.name);
  const refused = roleError(copy.role, accountId, iamRoles);
  if (refused !== undefined) throw refused;
  const role = copy.role === 'default' ? (iamRoles[0] ?? '') : copy.role;
  await environment.mayUse?.(role);
  if (environment.mayAssume?.(role) === false) throw unauthorizedRole(role);
  const mayRead = (bucket: string, key: string) => environment.mayRead?.(role, bucket, key) ?? true;
  const files = await filesOf(copy, store, region, mayRead);
  let rows = 0;
  for (const file of files) {
    const { columns } = checkForms(await readFooter(file, region), file, region);
    const footer = checkColumns(columns, targets, copy, file, region);
    rows += await withPlainPath(file.path, environment.directory, async (path) => {
      try {
        return await connection.change(renderLoad(target.sql, targets, footer, path));
      } catch (error) {
        const given = targets.slice(0, footer.length);
        throw (
          (await findTooLong(error, given, path, file, connection, region)) ??
          (await findBadText(error, given, path, file, connection, region)) ??
          refusedValue(error, given, file, region) ??
          (isOfFile(error) ? corruptFile(file, region) : error)
        );
      }
    });
  }
  return rows;
}

/** The engine reads `*`, `?` and `[` in a path as a pattern. */
async function withPlainPath<T>(
  path: string,
  directory: string,
  use: (path: string) => Promise<T>,
): Promise<T> {
  if (!/[*?[\]]/.test(path)) return use(path);
  const folder = await mkdtemp(join(directory, 'copy-'));
  try {
    const plain = join(folder, 'file.parquet');
    await link(path, plain);
    return await use(plain);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** A single byte that Redshift does not take in a text. The number of the reason is unproven. */
const NUL: BadSequence = { hex: '00', code: 3 };

/** The error for a value that a check of {@link renderLoad} refused, with its column and file. */
function refusedValue(
  error: unknown,
  targets: readonly CatalogColumn[],
  file: StoredObject,
  region: string,
): Error | undefined {
  const refused = refusedBy(messageOf(error));
  const target = refused && targets[refused.index];
  if (!refused || !target) return undefined;
  switch (refused.check) {
    case 'multibyte':
      return multibyteInFile(target.name, file, region);
    case 'nul':
      return notUtf8InFile(target.name, NUL, file, region);
    case 'range':
      return outOfRangeInFile(target.name, displayType(target.type), file, region);
  }
}

/**
 * Whether the engine failed because of the file's content. The statement itself cannot fail: the twin generates it, and
 * the footer was compared with the target before.
 */
function isOfFile(error: unknown): boolean {
  if (error instanceof SqlError || error instanceof Cancelled || isOfDisk(error)) return false;
  return !/^(?:(?:Constraint|Conversion|Out of Range|Transaction|TransactionContext|Interrupt|Catalog|Dependency|Out of Memory|FATAL)\b)/is.test(
    messageOf(error),
  );
}

/** Finds the column and the lengths of a value that is too long: the engine names only the failed check. */
async function findTooLong(
  error: unknown,
  targets: readonly CatalogColumn[],
  path: string,
  file: StoredObject,
  connection: Connection,
  region: string,
): Promise<Error | undefined> {
  const message = messageOf(error);
  if (!message.startsWith('Constraint Error: CHECK ')) return undefined;
  const index = targets.findIndex(({ name, type }) =>
    [name, quoteIdentifier(name)].some((sql) =>
      message.endsWith(` with expression CHECK((strlen(${sql}) <= ${type.length}))`),
    ),
  );
  const target = targets[index];
  if (target?.type.length === undefined) return undefined;
  const longest = await longestText(targets, index, path, connection);
  return tooLongInFile(target.name, target.type.length, longest, file, region);
}

/** Finds the column of a text that is not UTF-8: the engine names only the text. */
async function findBadText(
  error: unknown,
  targets: readonly CatalogColumn[],
  path: string,
  file: StoredObject,
  connection: Connection,
  region: string,
): Promise<Error | undefined> {
  if (!BAD_TEXT.test(messageOf(error))) return undefined;
  for (const [index, { name, type }] of targets.entries()) {
    if (type.family !== 'varchar' && type.family !== 'bpchar') continue;
    try {
      await longestText(targets, index, path, connection);
    } catch (thrown) {
      const [, text] = BAD_TEXT.exec(messageOf(thrown)) ?? [];
      const sequence = text === undefined ? undefined : badSequence(bytesOf(text));
      if (!sequence) continue;
      return type.family === 'bpchar'
        ? multibyteInFile(name, file, region)
        : notUtf8InFile(name, sequence, file, region);
    }
  }
  return undefined;
}

const BAD_TEXT =
  /^Invalid Input Error: Invalid string encoding found in Parquet file ".*": value "(.*)" is not valid UTF8!$/s;

/** The engine writes bytes that are not printable ASCII as `\xA4`. */
function bytesOf(text: string): Uint8Array {
  return Buffer.concat(
    text
      .split(/(\\x[0-9A-F]{2})/)
      .map((part, index) => (index % 2 === 1 ? Buffer.from(part.slice(2), 'hex') : Buffer.from(part))),
  );
}

/** Reads all texts of a column. @returns the greatest number of bytes. */
async function longestText(
  targets: readonly CatalogColumn[],
  index: number,
  path: string,
  connection: Connection,
): Promise<number> {
  const aliases = targets.map((_, position) => `f${position}`).join(', ');
  const [row] = await connection.outside(
    `SELECT max(strlen(f${index})) FROM ${fileSource(path)} AS file(${aliases})`,
  );
  return Number(row![0]);
}
