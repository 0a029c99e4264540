import type { LakeFileSource } from '../inspect/lake-file';
import type { Memory } from './memory';

/** An object whose events are being sent. */
interface Part {
  readonly file: LakeFileSource;
  /** What was sent of it before. */
  readonly before: ReadonlySet<string>;
  readonly accepted: Set<string>;
  /** Events of it whose equals in it or in an earlier object are sent. */
  readonly repeated: Set<string>;
  /** Number of its events that Firehose has not accepted yet. */
  pending: number;
  ended: boolean;
}

/** Remembers what Firehose has accepted, object by object. */
export class Sending {
  /** Objects of which something is not remembered yet, in order. */
  private readonly parts: Part[] = [];
  private readonly sent = new WeakMap<Uint8Array, { readonly part: Part; readonly id: string }>();
  private readonly writing = new Set<Promise<void>>();
  /** Number of events that Firehose has accepted. */
  accepted = 0;

  constructor(private readonly memory: Memory) {}

  begin(file: LakeFileSource, before: ReadonlySet<string>): void {
    this.parts.push({ file, before, accepted: new Set(), repeated: new Set(), pending: 0, ended: false });
  }

  /** An event of the object that has begun last goes to Firehose. */
  send(event: Uint8Array, id: string): void {
    const part = this.parts.at(-1)!;
    part.pending += 1;
    this.sent.set(event, { part, id });
  }

  /** The object that has begun last holds an event whose equal is sent. */
  repeat(id: string): void {
    this.parts.at(-1)!.repeated.add(id);
  }

  /** The object that has begun last has no more events. */
  end(): void {
    this.parts.at(-1)!.ended = true;
    this.rememberWhole();
  }

  onAccepted(events: readonly Uint8Array[]): void {
    for (const event of events) {
      const { part, id } = this.sent.get(event)!;
      part.accepted.add(id);
      part.pending -= 1;
    }
    this.accepted += events.length;
    this.rememberWhole();
  }

  /** Remembers what was accepted of objects that were not sent as a whole. Ends when everything is remembered. */
  async finish(): Promise<void> {
    for (const { file, before, accepted } of this.parts.splice(0)) this.remember(file, before, accepted);
    await Promise.all(this.writing);
  }

  /** In order, because an object may hold equals of events in earlier ones. */
  private rememberWhole(): void {
    while (this.parts[0]?.ended && this.parts[0].pending === 0) {
      const { file, before, accepted, repeated } = this.parts.shift()!;
      this.remember(file, before, accepted, repeated);
    }
  }

  private remember(file: LakeFileSource, before: ReadonlySet<string>, ...sent: ReadonlySet<string>[]): void {
    const events = new Set([...before, ...sent.flatMap((each) => [...each])]);
    if (events.size === before.size) return;
    const writing = this.memory.remember(file, events).finally(() => this.writing.delete(writing));
    this.writing.add(writing);
  }
}
