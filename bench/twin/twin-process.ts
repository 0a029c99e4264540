import { startTwin } from '../../local/twin';
import { PACKAGES_DIRECTORY } from '../../testkit/packages';
import { ROOT } from '../../testkit/root';

export interface TwinOrder {
  readonly stateDirectory: string;
}

export interface Memory {
  /** Bytes in use after a collection. */
  readonly heap: number;
  /** Bytes of the whole process. */
  readonly resident: number;
}

/** A twin in a process of its own, which tells its memory when it is asked. */
async function serve({ stateDirectory }: TwinOrder): Promise<void> {
  const places = { serviceDirectory: ROOT, packagesDirectory: PACKAGES_DIRECTORY, stateDirectory };
  const twin = await startTwin({ ...places, announce: false });
  process.on('message', () => {
    globalThis.gc?.();
    const { heapUsed: heap, rss: resident } = process.memoryUsage();
    process.send?.({ heap, resident } satisfies Memory);
  });
  process.once('disconnect', () => void twin.close());
  process.send?.(twin.description);
}

void serve(JSON.parse(process.argv[2]!) as TwinOrder);
