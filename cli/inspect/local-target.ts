import { open, readdir, stat } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { isDataFile } from '../../core/files';
import { UsageError } from '../shared/output';
import type { LakeFileSource, Target } from './lake-file';

/** @throws UsageError if there is nothing at the path. */
export async function localTarget(path: string): Promise<Target> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(error.code === 'ENOENT' ? `There is no file or directory ${path}.` : error.message);
  });
  if (found.isFile()) return { kind: 'file', file: localFile(path, found.size) };
  if (!found.isDirectory()) throw new UsageError(`${path} is neither a file nor a directory.`);

  const prefix = path.endsWith(sep) ? path : `${path}${sep}`;
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const visible = paths.filter((each) => isDataFile(each.split(sep).join('/'), `${join(path)}/`)).sort();
  if (visible.length === 0) throw new UsageError(`There is no file in ${path}.`);
  const files = await Promise.all(
    visible.map(async (each) =>
      localFile(`${prefix}${each.slice(join(path, sep).length)}`, (await stat(each)).size),
    ),
  );
  return { kind: 'files', prefix, files, hidden: paths.length - visible.length };
}

function localFile(path: string, size: number): LakeFileSource {
  return {
    name: path,
    key: resolve(path).split(sep).join('/'),
    size,
    async read(start, end) {
      const file = await open(path);
      try {
        const { buffer, bytesRead } = await file.read(Buffer.alloc(end - start), 0, end - start, start);
        return buffer.subarray(0, bytesRead);
      } finally {
        await file.close();
      }
    },
    localCopy: () => Promise.resolve({ path, remove: async () => {} }),
    withLocalCopy: (use) => use(path),
  };
}
