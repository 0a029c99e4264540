import { setTimeout as delay } from 'node:timers/promises';

/** Time as the interpreter sees it. Waiting and limiting are apart, so that tests can skip waits but keep timeouts true. */
export interface Clock {
  now(): Date;
  /** Passes the time of a Wait state or between retries. Rejects with the signal's reason when it aborts. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
  /** Calls back when work has taken too long. Gives the function that calls it off. */
  deadline(milliseconds: number, expired: () => void): () => void;
}

/** setTimeout holds at most 2³¹ - 1 milliseconds; longer ones would fire at once. */
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
  /** What the clock shows at first. Default: the system's time. */
  readonly start?: Date;
  /** Real time per time slept, for example 0.001: an hour in 3.6 s. */
  readonly sleeping: number;
  /** Real time per time until a deadline. Default 1. */
  readonly deadlines?: number;
}

/**
 * A clock whose sleeps take a fraction of their time, and which then shows the time as if they had taken all of it.
 * Concurrent sleeps still end in their order.
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
