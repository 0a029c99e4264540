import { readFileSync } from 'node:fs';
import { bareDuckdb } from './bare-duckdb';
import { stateMachine } from './state-machine';

/** What both sides of a measurement are: one round loads the hour once, whole. */
export interface Side {
  round(): Promise<Counts>;
  end(): Promise<void>;
}

export interface Counts {
  readonly staged: number;
  readonly duplicates: number;
  readonly deleted: number;
  readonly inserted: number;
}

/** What a side's process is started with. */
export interface SideOrder {
  readonly side: 'state machine' | 'bare DuckDB';
  readonly files: readonly string[];
  readonly hour: string;
  readonly directory: string;
}

export type SideAnswer =
  | { readonly ready: true }
  | { readonly seconds: number; readonly counts: Counts; readonly peakBytes: number };

/** Greatest resident memory that this process ever had, in bytes. */
function peakBytes(): number {
  try {
    const kilobytes = /VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    if (kilobytes !== undefined) return Number(kilobytes) * 1_024;
  } catch {
    // No /proc: not Linux.
  }
  return process.resourceUsage().maxRSS * 1_024;
}

/** The body of a side's own process, so that the memory of one is not the other's. */
async function serve(order: SideOrder): Promise<void> {
  const start = order.side === 'state machine' ? stateMachine : bareDuckdb;
  const side = await start(order.files, order.hour, order.directory);
  const answer = (message: SideAnswer) => process.send?.(message);
  process.on('message', (message) => {
    void (async () => {
      if (message === 'end') {
        await side.end();
        process.disconnect();
        return;
      }
      const started = performance.now();
      const counts = await side.round();
      answer({ seconds: (performance.now() - started) / 1_000, counts, peakBytes: peakBytes() });
    })();
  });
  answer({ ready: true });
}

if (process.argv[2]) void serve(JSON.parse(process.argv[2]) as SideOrder);
