import { resolve } from 'node:path';
import { startTwin } from '../local/twin';
import type { Memory } from './many-requests';

/** A twin in a process of its own, which tells its memory when it is asked. */
async function serve(stateDirectory: string): Promise<void> {
  const twin = await startTwin({ serviceDirectory: resolve(__dirname, '..'), stateDirectory });
  process.on('message', () => {
    globalThis.gc?.();
    const { heapUsed: heap, rss: resident } = process.memoryUsage();
    process.send?.({ heap, resident } satisfies Memory);
  });
  process.once('disconnect', () => void twin.close());
  process.send?.(twin.description);
}

void serve(process.argv[2]!);
