import { unzipSync } from 'fflate';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const LARGEST_UNPACKED_BYTES = 262_144_000;

/**
 * Unpacks a deployment package, once for each content.
 * @returns absolute path of the folder that serves as the function's `/var/task`.
 * @throws Error if a file would land outside its folder, or if the code is larger than Lambda allows.
 */
export async function unpackCode(zip: Uint8Array, codeDirectory: string): Promise<string> {
  const folder = resolve(codeDirectory, createHash('sha256').update(zip).digest('hex'));
  const task = join(folder, 'task');
  if (existsSync(task)) return task;
  let bytes = 0;
  const unpacked = unzipSync(zip, {
    filter: ({ originalSize }) => {
      bytes += originalSize;
      if (bytes > LARGEST_UNPACKED_BYTES) {
        throw new Error(`Unzipped size must be smaller than ${LARGEST_UNPACKED_BYTES} bytes`);
      }
      return true;
    },
  });
  const files = Object.entries(unpacked).filter(([name]) => !name.endsWith('/'));
  const unfinished = `${folder}.${randomUUID()}`;
  try {
    for (const [name, content] of files) {
      const path = inside(join(unfinished, 'task'), name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, content);
    }
    // In Lambda there is nothing above /var/task. Without this file the project's package.json would decide the module
    // type of the packaged files.
    await writeFile(join(unfinished, 'package.json'), '{}\n');
    await rename(unfinished, folder);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    // Another process was faster. The content is the same, so its folder can be used.
    if (!existsSync(task)) throw error;
  }
  return task;
}

/** @throws Error for `../` and absolute names, which would write outside the folder */
function inside(directory: string, name: string): string {
  const path = resolve(directory, name);
  if (name.includes('\\') || name.includes('\0') || !path.startsWith(directory + sep)) {
    throw new Error(`The deployment package has a file outside its folder: ${JSON.stringify(name)}`);
  }
  return path;
}
