import type { KeptEvent } from '../refused/kept-event';
import { reasonOf, whyOf, type Reason } from '../refused/reasons';
import { identityOf } from './memory';
import type { ReplayOptions } from './usage';

/**
 * What a replay does with an event: sends it; leaves it, because the dataset file refuses it or its reason is not asked for;
 * knows that an earlier replay has sent it; or has met an equal one before.
 */
export type Verdict = 'send' | 'refused' | 'other reason' | 'sent before' | 'repeated';

/** The events of one reason. `events` is the sum of the other counts. */
export interface ReplayCount extends Reason {
  readonly events: number;
  /** Events that are sent, or with `--dry-run` would be. */
  readonly chosen: number;
  /** Events that the dataset file still refuses. */
  readonly still_refused: number;
  /** Events that `--reason` leaves out. */
  readonly of_other_reasons: number;
  readonly sent_before: number;
  /** Events whose bytes are those of another event that was met before. */
  readonly repeated: number;
}

const COUNT_OF = {
  send: 'chosen',
  refused: 'still_refused',
  'other reason': 'of_other_reasons',
  'sent before': 'sent_before',
  repeated: 'repeated',
} as const satisfies Record<Verdict, keyof ReplayCount>;

/** Decides which events are sent, each once, and counts all of them by reason. */
export class Selection {
  private readonly chosen = new Set<string>();
  private readonly left = new Set<string>();
  private readonly counts = new Map<string, { -readonly [Key in keyof ReplayCount]: ReplayCount[Key] }>();

  constructor(
    private readonly dataset: string,
    private readonly options: Pick<ReplayOptions, 'all' | 'again' | 'reason'>,
  ) {}

  /**
   * @param before what an earlier replay has sent of the event's object.
   * @returns `isChosen` also for a repeated event whose equal is sent.
   */
  judge(
    event: KeptEvent,
    before: ReadonlySet<string>,
  ): { readonly verdict: Verdict; readonly id: string; readonly isChosen: boolean } {
    const id = identityOf(event.data);
    const reason = reasonOf(event, this.dataset);
    const verdict = this.verdictOf(event, id, reason, before);
    const key = JSON.stringify([reason.accepted, reason.reason]);
    const count = this.counts.get(key) ?? {
      ...{ ...reason, events: 0, chosen: 0, still_refused: 0, of_other_reasons: 0 },
      ...{ sent_before: 0, repeated: 0 },
    };
    this.counts.set(key, count);
    count.events += 1;
    count[COUNT_OF[verdict]] += 1;
    return { verdict, id, isChosen: this.chosen.has(id) };
  }

  /** The most frequent reason first. */
  list(): readonly ReplayCount[] {
    return [...this.counts.values()].sort((left, right) => right.events - left.events);
  }

  /** What was sent before says nothing of an equal event elsewhere: that one may be the same, refused again since. */
  private verdictOf(event: KeptEvent, id: string, reason: Reason, before: ReadonlySet<string>): Verdict {
    if (!this.options.again && before.has(id)) return 'sent before';
    if (this.chosen.has(id) || this.left.has(id)) return 'repeated';
    const isOther = !this.isAskedFor(event, reason);
    if (isOther || (event.refused && !this.options.all)) {
      this.left.add(id);
      return isOther ? 'other reason' : 'refused';
    }
    this.chosen.add(id);
    return 'send';
  }

  private isAskedFor(event: KeptEvent, { reason }: Reason): boolean {
    const part = this.options.reason?.toLowerCase();
    const { code, message } = event.record;
    return (
      part === undefined ||
      [reason, whyOf(event), code ?? '', message ?? ''].some((text) => text.toLowerCase().includes(part))
    );
  }
}
