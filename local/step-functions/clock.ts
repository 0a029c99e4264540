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
}

/**
 * A clock whose sleeps take a fraction of their time. Afterwards it shows the time as if they had taken all of it.
 * Concurrent sleeps end in their order.
 */
export function compressedClock({ start, sleeping, deadlines = 1 }: CompressedTime): Clock {
  let skipped = start ? start.getTime() - Date.now() : 0;
  const now = () => Date.now() + skipped;
  return {
    now: () => new Date(now()),
    async sleep(milliseconds, signal) {
      const end = now() + milliseconds;
      await sleepFor(milliseconds * sleeping, signal);
      skipped += Math.max(0, end - now());
    },
    deadline: (milliseconds, expired) => systemClock.deadline(milliseconds * deadlines, expired),
  };
}
