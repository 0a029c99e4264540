import type { Call } from '../local/faults/fault-injector';

/** A call that does not go on before another one is made. */
export interface HeldCall {
  isHeld(call: Call): boolean;
  /** Whether this call lets go what is held. */
  letsGo(call: Call): boolean;
}

/**
 * Holds calls back, as an observer of a twin's calls, for which each call waits: what has to outlast something else does,
 * however fast or slow the machine is.
 */
export class HeldCalls {
  private readonly waiting = new Map<HeldCall, (() => void)[]>();
  private isOver = false;

  constructor(private readonly held: readonly HeldCall[]) {}

  /** @returns once the call may go on */
  async on(call: Call): Promise<void> {
    for (const each of this.held) if (each.letsGo(call)) this.release(each);
    const hold = this.held.find((each) => each.isHeld(call));
    if (!hold || this.isOver) return;
    await new Promise<void>((letGo) => this.waiting.set(hold, [...(this.waiting.get(hold) ?? []), letGo]));
  }

  /** Lets everything go, and holds nothing any more. */
  end(): void {
    this.isOver = true;
    for (const each of this.waiting.keys()) this.release(each);
  }

  private release(hold: HeldCall): void {
    for (const letGo of this.waiting.get(hold) ?? []) letGo();
    this.waiting.delete(hold);
  }
}
