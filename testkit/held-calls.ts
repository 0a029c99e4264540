import type { Call } from '../local/faults/fault-injector';

/** A kind of call that waits for another call. */
export interface HeldCall {
  isHeld(call: Call): boolean;
  /** True if this call releases the held calls. */
  letsGo(call: Call): boolean;
}

/** Observes a twin's calls, and holds some of them until other calls are made. The order never depends on the machine. */
export class HeldCalls {
  private readonly waiting = new Map<HeldCall, (() => void)[]>();
  private isOver = false;

  constructor(private readonly held: readonly HeldCall[]) {}

  /** Resolves when the call may continue. */
  async on(call: Call): Promise<void> {
    for (const each of this.held) if (each.letsGo(call)) this.release(each);
    const hold = this.held.find((each) => each.isHeld(call));
    if (!hold || this.isOver) return;
    await new Promise<void>((letGo) => this.waiting.set(hold, [...(this.waiting.get(hold) ?? []), letGo]));
  }

  /** Releases all calls and holds no more. */
  end(): void {
    this.isOver = true;
    for (const each of this.waiting.keys()) this.release(each);
  }

  private release(hold: HeldCall): void {
    for (const letGo of this.waiting.get(hold) ?? []) letGo();
    this.waiting.delete(hold);
  }
}
