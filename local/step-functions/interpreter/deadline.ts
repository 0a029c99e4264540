import type { Clock } from '../clock';
import { throwIfInterrupted } from './failures';

export interface Limit {
  readonly seconds: number;
  /** What the work fails with when it takes longer. */
  failure(): Error;
}

/**
 * Waits for work that may take only so long, and that ends with the thread. The work is told by its signal;
 * what it gives after that is dropped.
 */
export async function withinLimits<T>(
  work: (signal: AbortSignal) => Promise<T>,
  limits: readonly Limit[],
  clock: Clock,
  signal: AbortSignal,
): Promise<T> {
  throwIfInterrupted(signal);
  const ended = new AbortController();
  const callOff: (() => void)[] = [];
  try {
    return await new Promise<T>((resolve, reject) => {
      for (const limit of limits) {
        callOff.push(clock.deadline(limit.seconds * 1000, () => reject(limit.failure())));
      }
      const interrupted = () => reject(signal.reason as Error);
      signal.addEventListener('abort', interrupted, { once: true });
      callOff.push(() => signal.removeEventListener('abort', interrupted));
      work(ended.signal).then(resolve, reject);
    });
  } finally {
    for (const call of callOff) call();
    ended.abort();
  }
}
