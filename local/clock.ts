import { setTimeout as delay } from 'node:timers/promises';

/** The interpreter's time. Sleeping and deadlines are separate, so that tests can skip waits and keep real timeouts. */
export interface Clock {
  now(): Date;
  /** Waits, for a Wait state or between retries. Rejects with the signal's reason when it aborts. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
  /** Calls back when the time is over. @returns a function that cancels the deadline. */
  deadline(milliseconds: number, expired: () => void): () => void;
}

/** setTimeout takes at most 2³¹ - 1 milliseconds. A longer timer would fire at once. */
const longestTimer = 2_147_483_647;

async function sleepFor(milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    for (let left = milliseconds; ; left -= longestTimer) {
      await delay(Math.min(left, longestTimer), undefined, { signal });
      if (left <= longestTimer) return;
    }
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  }
}

export const systemClock: Clock = {
  now: () => new Date(),
  sleep: sleepFor,
  deadline(milliseconds, expired) {
    const timer = setTimeout(expired, Math.min(milliseconds, longestTimer));
    return () => clearTimeout(timer);
  },
};

export interface CompressedTime {
  /** The time at the start. Default: the system's time. */
  readonly start?: Date;
  /** Real seconds per second of sleep: 0.001 makes an hour 3.6 s. */
  readonly sleeping: number;
  /** Real seconds per second of a deadline. Default 1. */
  readonly deadlines?: number;
  /** Called with the milliseconds that the clock has gone ahead. */
  readonly onSkip?: ((milliseconds: number) => void) | undefined;
}

/** A clock that leaves out most of each sleep. */
export interface CompressedClock extends Clock {
  /** While the work goes on, sleeps take all of their time: nobody knows how much of it the work needs. */
  during<Result>(work: () => Promise<Result>): Promise<Result>;
}

/**
 * A clock whose sleeps take a fraction of their time. Afterwards it shows the time as if they had taken all of it, to all
 * who sleep. Concurrent sleeps end in their order.
 */
export function compressedClock({ start, sleeping, deadlines = 1, onSkip }: CompressedTime): CompressedClock {
  let skipped = start ? start.getTime() - Date.now() : 0;
  let working = 0;
  const now = () => Date.now() + skipped;
  /** Each sets the timer of a sleep again. */
  const sleepers = new Set<() => void>();
  const setAgain = () => {
    for (const each of sleepers) each();
  };
  const skip = (milliseconds: number) => {
    if (milliseconds <= 0) return;
    skipped += milliseconds;
    onSkip?.(milliseconds);
    setAgain();
  };
  return {
    now: () => new Date(now()),
    sleep: (milliseconds, signal) =>
      new Promise((resolve, reject) => {
        const end = now() + milliseconds;
        let timer: NodeJS.Timeout | undefined;
        const leave = () => {
          clearTimeout(timer);
          sleepers.delete(set);
          signal.removeEventListener('abort', abort);
        };
        const abort = () => {
          leave();
          reject(signal.reason as Error);
        };
        const wake = () => {
          leave();
          skip(end - now());
          resolve();
        };
        const set = () => {
          clearTimeout(timer);
          const real = Math.max(0, end - now()) * (working > 0 ? 1 : sleeping);
          timer = setTimeout(real > longestTimer ? set : wake, Math.min(real, longestTimer));
        };
        if (signal.aborted) {
          abort();
          return;
        }
        signal.addEventListener('abort', abort);
        sleepers.add(set);
        set();
      }),
    deadline: (milliseconds, expired) => systemClock.deadline(milliseconds * deadlines, expired),
    async during(work) {
      working += 1;
      if (working === 1) setAgain();
      try {
        return await work();
      } finally {
        working -= 1;
        if (working === 0) setAgain();
      }
    },
  };
}
