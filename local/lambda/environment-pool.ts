import type { ExecutionEnvironment } from './execution-environment';

interface Waiter {
  readonly take: (environment: ExecutionEnvironment) => void;
  readonly fail: (reason: Error) => void;
}

/** The execution environments of one function. Warm ones are reused, and more are started up to a bound. */
export class EnvironmentPool {
  private readonly idle: ExecutionEnvironment[] = [];
  private readonly busy = new Set<ExecutionEnvironment>();
  private readonly waiting: Waiter[] = [];
  private closed = false;

  /** @param bound most environments at a time. Further invocations wait: the bound protects this machine, AWS has none. */
  constructor(
    private readonly start: () => ExecutionEnvironment,
    private readonly bound: number,
  ) {}

  /** Number of running and waiting invocations. */
  get invocations(): number {
    return this.busy.size + this.waiting.length;
  }

  /** @throws the signal's reason if it is aborted while waiting */
  async acquire(signal?: AbortSignal): Promise<ExecutionEnvironment> {
    const warm = this.takeIdle();
    if (warm !== undefined) return this.lend(warm);
    if (this.busy.size < this.bound) return this.lend(this.start());
    return new Promise((take, fail) => {
      const waiter: Waiter = { take, fail };
      this.waiting.push(waiter);
      signal?.addEventListener(
        'abort',
        () => {
          const place = this.waiting.indexOf(waiter);
          if (place < 0) return;
          this.waiting.splice(place, 1);
          fail(signal.reason as Error);
        },
        { once: true },
      );
    });
  }

  /** Takes an environment back and lends it, or a new one if it has ended, to the next waiter. */
  release(environment: ExecutionEnvironment): void {
    this.busy.delete(environment);
    if (this.closed) {
      void environment.end();
      return;
    }
    const next = this.waiting.shift();
    if (next !== undefined) next.take(this.lend(environment.ended ? this.start() : environment));
    else if (!environment.ended) this.idle.push(environment);
  }

  /** Ends idle environments. Busy ones end when they are released. */
  retire(): void {
    this.closed = true;
    for (const environment of this.idle.splice(0)) void environment.end();
  }

  /** Ends all environments, including busy ones. */
  async close(reason: Error): Promise<void> {
    this.closed = true;
    for (const waiter of this.waiting.splice(0)) waiter.fail(reason);
    await Promise.all([...this.idle.splice(0), ...this.busy].map((environment) => environment.end()));
  }

  /** Skips idle environments that have ended, for example because a leftover timer threw. */
  private takeIdle(): ExecutionEnvironment | undefined {
    let environment = this.idle.pop();
    while (environment?.ended) environment = this.idle.pop();
    return environment;
  }

  private lend(environment: ExecutionEnvironment): ExecutionEnvironment {
    this.busy.add(environment);
    return environment;
  }
}
