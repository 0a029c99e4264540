import { open, rm, truncate, type FileHandle } from 'node:fs/promises';

/** An accepted record, as it is in the journal and in the transform function's event. */
export interface AcceptedRecord {
  readonly recordId: string;
  /** Milliseconds since the epoch. */
  readonly approximateArrivalTimestamp: number;
  /** Base64. */
  readonly data: string;
}

/**
 * The records of one buffer in a file, one JSON text per line. A record is in the page cache before it is acknowledged,
 * so it survives the end of the process. The reader skips a last line that a kill cut off: it was never acknowledged.
 */
export class Journal {
  private handle: FileHandle | undefined;
  private writes: Promise<unknown> = Promise.resolve();
  private size = 0;

  constructor(readonly path: string) {}

  /** Appends records, all of them or none. */
  append(records: readonly AcceptedRecord[]): Promise<void> {
    const write = this.writes.then(async () => {
      const lines = Buffer.from(records.map(line).join(''));
      const handle = (this.handle ??= await open(this.path, 'a'));
      try {
        await handle.appendFile(lines);
        this.size += lines.length;
      } catch (error) {
        await truncate(this.path, this.size);
        throw error;
      }
    });
    this.writes = write.catch(() => undefined);
    return write;
  }

  /** Waits for the appends and closes the file. */
  async close(): Promise<void> {
    await this.writes;
    await this.handle?.close();
    this.handle = undefined;
  }

  async remove(): Promise<void> {
    await rm(this.path, { force: true });
  }
}

/** Needs no escapes: ids are digits and the data is base64. */
function line({ recordId, approximateArrivalTimestamp, data }: AcceptedRecord): string {
  return `{"recordId":"${recordId}","approximateArrivalTimestamp":${approximateArrivalTimestamp},"data":"${data}"}\n`;
}

/** Streams the journal's records in the order in which they were accepted. */
export async function* readJournal(path: string): AsyncGenerator<AcceptedRecord> {
  const file = await open(path);
  let rest = '';
  for await (const chunk of file.createReadStream({ encoding: 'utf8', highWaterMark: 1024 ** 2 })) {
    const lines = (rest + (chunk as string)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield JSON.parse(line) as AcceptedRecord;
  }
}
