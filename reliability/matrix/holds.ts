import type { Call } from '../../local/faults/fault-injector';
import { isOf, type Task } from './tasks';

/** A statement that does not run before another state asks for it: so that it is awaited, however fast the machine is. */
export interface Hold {
  /** The task that submits it. */
  readonly by: Task;
  /** A regular expression on its text; left out: each of the task's statements. */
  readonly match?: string;
  /** The tasks of which a call lets it go. */
  readonly until: readonly Task[];
}

/** Holds statements back, as an observer of the twin's calls: a call waits for its observer. */
export class Holds {
  private readonly held = new Map<Hold, (() => void)[]>();
  private isOver = false;

  constructor(private readonly holds: readonly Hold[]) {}

  /** @returns once the call may go on */
  async on(call: Call): Promise<void> {
    for (const hold of this.holds) if (hold.until.some((task) => isOf(task, call))) this.release(hold);
    const hold = this.holds.find(({ by, match }) => {
      if (call.operation !== 'statement' || !isOf(by, call)) return false;
      return match === undefined || new RegExp(match).test(call.subject);
    });
    if (!hold || this.isOver) return;
    await new Promise<void>((letGo) => this.held.set(hold, [...(this.held.get(hold) ?? []), letGo]));
  }

  /** Lets everything go, and holds nothing any more. */
  end(): void {
    this.isOver = true;
    for (const hold of this.held.keys()) this.release(hold);
  }

  private release(hold: Hold): void {
    for (const letGo of this.held.get(hold) ?? []) letGo();
    this.held.delete(hold);
  }
}
