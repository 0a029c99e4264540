import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

/** Something that was made, or that may have been made: its making may have lost its answer. */
export interface Made {
  readonly what: string;
  /** How a person removes it. */
  readonly how: string;
  /** Removes it, also if it is not there. @param signal ends the removal: it has taken too long. */
  remove(signal: AbortSignal): Promise<void>;
}

/** What could not be removed. */
export interface Left extends Pick<Made, 'what' | 'how'> {
  readonly why: string;
}

const ATTEMPTS = 3;
const PAUSE_MILLISECONDS = 1_000;
/** A removal waits for other users' locks at most. */
const LONGEST_SECONDS = 150;
const CANCEL_SECONDS = 15;

/** Remembers what was made, and removes it in the opposite order. */
export class Cleaning {
  /** Each thing with the number of its makings that may have made it. */
  private readonly made = new Map<Made, number>();

  /**
   * @param seconds how long the removal of one thing may take.
   * @param grace seconds in which a removal that has taken too long is cancelled.
   */
  constructor(
    private readonly seconds = LONGEST_SECONDS,
    private readonly grace = CANCEL_SECONDS,
  ) {}

  /**
   * Makes a thing, or a part of one, which is removed in the end. What was refused is forgotten: nobody has to remove it.
   * @throws what `make` throws
   */
  async make<Result>(made: Made, make: () => Promise<Result>): Promise<Result> {
    this.count(made, 1);
    try {
      return await make();
    } catch (error) {
      if (isRefusal(error)) this.count(made, -1);
      throw error;
    }
  }

  /** What is not removed yet, the newest first. */
  get remaining(): readonly Pick<Made, 'what' | 'how'>[] {
    return [...this.made.keys()].reverse();
  }

  /** Removes everything. One thing that stays keeps no other. @returns what is left. */
  async run(): Promise<readonly Left[]> {
    const left: Left[] = [];
    for (const made of [...this.made.keys()].reverse()) {
      const why = await this.failureOf(made);
      if (why === undefined) this.made.delete(made);
      else left.push({ what: made.what, how: made.how, why });
    }
    return left;
  }

  private count(made: Made, change: 1 | -1): void {
    const count = (this.made.get(made) ?? 0) + change;
    if (count > 0) this.made.set(made, count);
    else this.made.delete(made);
  }

  private async failureOf(made: Made): Promise<string | undefined> {
    const signal = AbortSignal.timeout(this.seconds * 1_000);
    // A service that does not answer at all must not keep the other things.
    const over = once(signal, 'abort').then(async () => {
      await sleep(this.grace * 1_000, undefined, { ref: false });
      throw new Error('no answer');
    });
    over.catch(() => {});
    let why = '';
    for (let attempt = 0; attempt < ATTEMPTS && !signal.aborted; attempt += 1) {
      try {
        if (attempt > 0) await sleep(PAUSE_MILLISECONDS);
        await Promise.race([made.remove(signal), over]);
        return undefined;
      } catch (error) {
        if (!signal.aborted) why = `${(error as Error).name}: ${(error as Error).message}`;
      }
    }
    if (!signal.aborted) return why;
    return `it was not removed within ${this.seconds} s${why === '' ? '' : ` (before: ${why})`}`;
  }
}

/** The service has answered that it does not do it, or the statement was undone: so nothing was made. */
export class Refused extends Error {
  override readonly name = 'Refused';
}

/**
 * Without an answer, or with one that tells of a fault of the service, a thing may have been made; also if an earlier attempt
 * of the client got no answer.
 */
function isRefusal(error: unknown): boolean {
  const { $metadata: { httpStatusCode = 0, attempts = 1 } = {} } = error as {
    readonly $metadata?: { readonly httpStatusCode?: number; readonly attempts?: number };
  };
  return error instanceof Refused || (httpStatusCode >= 400 && httpStatusCode < 500 && attempts === 1);
}
