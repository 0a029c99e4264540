import type { Clock } from '../../clock';
import { throwIfInterrupted } from './failures';

export interface Limit {
  readonly seconds: number;
  /** The error of work that takes longer. */
  failure(): Error;
}

/**
 * Waits for work until a limit expires or the thread ends. Its signal is aborted then, and a later result is dropped.
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
