import type { Thread } from './execution';
import { errorNames, Interrupted, StateFailure, throwIfInterrupted } from './failures';
import { Variables } from './variables';

/** The concurrent threads of a Parallel or Map state. The first failure ends the others. */
export class ThreadGroup {
  private readonly abort = new AbortController();
  /** Aborted when the group must end. */
  readonly signal: AbortSignal;
  private failed: { error: unknown; thread: Thread } | undefined;

  constructor(private readonly parent: Thread) {
    this.signal = AbortSignal.any([parent.signal, this.abort.signal]);
  }

  get aborted(): boolean {
    return this.signal.aborted;
  }

  thread(lastEventId: number, mapItem = this.parent.mapItem): Thread {
    return { lastEventId, mapItem, signal: this.signal, variables: new Variables(this.parent.variables) };
  }

  /** Records a thread's failure. The first failure ends the other threads. */
  fail(error: unknown, thread: Thread): void {
    if (this.failed) return;
    this.failed = { error, thread };
    const endsExecution = error instanceof StateFailure && error.error === errorNames.runtime;
    this.abort.abort(
      new Interrupted({ kind: 'sibling-failed', lastEventId: thread.lastEventId, endsExecution }),
    );
  }

  /** Throws the first failure, if there is one. The parent's events continue after the failed thread's. */
  throwFailure(): void {
    // An interruption from outside belongs to the parent.
    throwIfInterrupted(this.parent.signal);
    if (!this.failed) return;
    this.parent.lastEventId = this.failed.thread.lastEventId;
    throw this.failed.error;
  }
}

/** The thread of a whole execution, or of a child of a distributed Map. */
export function rootThread(signal: AbortSignal, variables = new Variables()): Thread {
  return { lastEventId: 0, signal, variables };
}
