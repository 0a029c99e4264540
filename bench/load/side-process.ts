import { peakBytes } from '../measured-process';
import { bareDuckdb } from './bare-duckdb';
import type { SideAnswer, SideOrder } from './side';
import { stateMachine } from './state-machine';

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
