import type { Call } from '../local/faults/fault-injector';

/** A call that waits until another call is made. */
export interface HeldCall {
  isHeld(call: Call): boolean;
  /** True if this call releases the held calls. */
  letsGo(call: Call): boolean;
}

/**
 * Observes a twin's calls and delays some of them. One thing then reliably outlasts another, however fast or slow the
 * machine is.
 */
export class HeldCalls {
  private readonly waiting = new Map<HeldCall, (() => void)[]>();
  private isOver = false;

  constructor(private readonly held: readonly HeldCall[]) {}

  /** @returns when the call may continue */
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
