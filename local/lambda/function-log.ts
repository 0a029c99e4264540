import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs';
import { dirname } from 'node:path';
import { finished } from 'node:stream/promises';
import { reportDisk } from '../disk';

/** The log file of a function, which replaces its log group in CloudWatch Logs. */
export class FunctionLog {
  private stream: WriteStream | undefined;

  constructor(private readonly path: string) {
    mkdirSync(dirname(path), { recursive: true });
    this.stream = this.open();
  }

  /** Appends whole lines. A log loses those that the disk refuses, and has the next ones again. */
  append(lines: string): void {
    this.stream ??= this.open();
    this.stream.write(lines);
  }

  /** Resolves when all lines are in the file. */
  async close(): Promise<void> {
    this.stream?.end();
    if (this.stream) await finished(this.stream).catch(() => {});
  }

  private open(): WriteStream {
    const stream = createWriteStream(this.path, { flags: 'a' });
    stream.on('error', (error) => {
      reportDisk(error);
      if (this.stream === stream) this.stream = undefined;
    });
    return stream;
  }
}

/** An invocation's figures for its REPORT line. */
export interface Report {
  readonly requestId: string;
  readonly durationMs: number;
  readonly memorySizeMB: number;
  /** Undefined if the environment ended before it could report. */
  readonly memoryUsedMB: number | undefined;
  /** Only for the first invocation of an environment. */
  readonly initDurationMs: number | undefined;
  /** `errorType` of a failure of the environment itself; undefined for an error that the handler threw. */
  readonly failure: string | undefined;
}

/** The last line of an invocation's log: fields separated by tabs. */
export function reportLine(report: Report): string {
  const { requestId, durationMs, memorySizeMB, memoryUsedMB, initDurationMs, failure } = report;
  const fields = [
    `REPORT RequestId: ${requestId}`,
    `Duration: ${durationMs.toFixed(2)} ms`,
    `Billed Duration: ${Math.ceil(durationMs + (initDurationMs ?? 0))} ms`,
    `Memory Size: ${memorySizeMB} MB`,
  ];
  if (memoryUsedMB !== undefined) fields.push(`Max Memory Used: ${memoryUsedMB} MB`);
  if (initDurationMs !== undefined) fields.push(`Init Duration: ${initDurationMs.toFixed(2)} ms`);
  if (failure === 'Sandbox.Timedout') fields.push('Status: timeout');
  else if (failure !== undefined) fields.push('Status: error', `Error Type: ${failure}`);
  return `${fields.join('\t')}\n`;
}
