import { readFileSync } from 'node:fs';
import { bareDuckdb } from './bare-duckdb';
import type { SideAnswer, SideOrder } from './side';
import { stateMachine } from './state-machine';

/** Peak resident memory of this process, in bytes. */
function peakBytes(): number {
  try {
    const kilobytes = /VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    if (kilobytes !== undefined) return Number(kilobytes) * 1_024;
  } catch {
    // Only Linux has /proc.
  }
  return process.resourceUsage().maxRSS * 1_024;
}

/** Runs one side in its own process, so that each side's memory is measured separately. */
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

void serve(JSON.parse(process.argv[2]!) as SideOrder);
