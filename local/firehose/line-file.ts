import { randomUUID } from 'node:crypto';
import { open, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

const FLUSH_CHARACTERS = 1024 ** 2;

/** A temporary file that is written line by line. */
export class LineFile {
  readonly path: string;
  /** Lines so far. */
  count = 0;
  private handle: FileHandle | undefined;
  private pending: string[] = [];
  private pendingCharacters = 0;

  constructor(directory: string, extension: string) {
    this.path = join(directory, `${randomUUID()}${extension}`);
  }

  async append(line: string): Promise<void> {
    this.pending.push(line);
    this.pendingCharacters += line.length;
    this.count += 1;
    if (this.pendingCharacters > FLUSH_CHARACTERS) await this.flush();
  }

  async close(): Promise<void> {
    await this.flush();
    await this.handle?.close();
    this.handle = undefined;
  }

  async remove(): Promise<void> {
    this.pending = [];
    await this.handle?.close();
    this.handle = undefined;
    await rm(this.path, { force: true });
  }

  private async flush(): Promise<void> {
    if (this.pending.length === 0) return;
    const lines = `${this.pending.join('\n')}\n`;
    this.pending = [];
    this.pendingCharacters = 0;
    this.handle ??= await open(this.path, 'a');
    await this.handle.appendFile(lines);
  }
}
