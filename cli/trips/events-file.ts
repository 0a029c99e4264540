import { createReadStream } from 'node:fs';
import type { Hour } from '../../core/hour';
import type { ArrivingLine } from './arrival';

/** A UTF-8 file may begin with this mark. It belongs to the file and not to the first event; JSON does not allow it. */
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);
const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;

interface ReadOptions {
  readonly arrival?: Hour;
  /** Bytes. A longer line yields only its number and length, and is not held in memory. */
  readonly longest: number;
}

/** Reads the lines of a file of events: see {@link readEvents}. */
export function readEventsFile(path: string, options: ReadOptions): AsyncGenerator<ArrivingLine> {
  return readEvents(createReadStream(path), options);
}

/**
 * Reads lines, one event per line, whatever they contain: the transform refuses lines that are no event, and keeps them.
 * Skips blank lines.
 */
export async function* readEvents(
  chunks: AsyncIterable<Buffer>,
  options: ReadOptions,
): AsyncGenerator<ArrivingLine> {
  let line = new Line(1);
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      line.append(chunk.subarray(start, end), options.longest);
      if (!line.blank) yield line.arriving(options);
      line = new Line(line.number + 1);
      start = end + 1;
    }
    line.append(chunk.subarray(start), options.longest);
  }
  if (!line.blank) yield { ...line.arriving(options), unended: true };
}

/** A line that is read chunk by chunk. */
class Line {
  private bytes = 0;
  private parts: Buffer[] = [];
  blank = true;

  constructor(readonly number: number) {}

  append(part: Buffer, longest: number): void {
    if (part.length === 0) return;
    this.bytes += part.length;
    this.blank &&= isBlank(part);
    // Allows for the line's end and the file's mark, which do not count.
    if (this.bytes <= longest + BYTE_ORDER_MARK.length + 1) this.parts.push(part);
    else this.parts = [];
  }

  arriving({ arrival, longest }: { arrival?: Hour; longest: number }): ArrivingLine {
    const whole = Buffer.concat(this.parts);
    if (whole.length < this.bytes) return { arrival, line: this.number, bytes: this.bytes };
    const start = this.number === 1 && startsWithMark(whole) ? BYTE_ORDER_MARK.length : 0;
    const end = whole.at(-1) === CARRIAGE_RETURN ? whole.length - 1 : whole.length;
    const data = whole.subarray(start, end);
    return { arrival, line: this.number, bytes: data.length, ...(data.length <= longest ? { data } : {}) };
  }
}

function startsWithMark(bytes: Buffer): boolean {
  return bytes.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK);
}

/** Tests for JSON's white space. */
function isBlank(part: Buffer): boolean {
  return part.every((byte) => byte === 0x20 || byte === 0x09 || byte === CARRIAGE_RETURN);
}
