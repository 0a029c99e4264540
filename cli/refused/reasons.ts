import type { KeptEvent } from './kept-event';

/** Why an event was refused, without the values of the event: many events have the same reason. */
export interface Reason {
  /** The rule of the dataset file that the event breaks now. If it breaks none, what Firehose says. */
  readonly reason: string;
  /** The column that the rule is about. */
  readonly column: string | null;
  /** Whether the dataset file accepts the event now; null if the dataset is unknown. */
  readonly accepted: boolean | null;
}

/** The events of one reason. */
export interface ReasonCount extends Reason {
  readonly dataset: string | null;
  readonly events: number;
  /** Number of objects that hold such events. */
  readonly objects: number;
  /** Arrival of the first and of the last such event, in ISO 8601; null if Firehose does not say it. */
  readonly first: string | null;
  readonly last: string | null;
  readonly examples: readonly Example[];
}

export interface Example {
  /** The object's path. */
  readonly path: string;
  readonly line: number;
  readonly arrived: string | null;
  /** The reason with the event's values, or Firehose's code and message. */
  readonly why: string;
  /** The beginning of the event, decoded as UTF-8. */
  readonly event: string;
}

/** The most characters of an example. */
const EXAMPLE_LENGTH = 1_000;

/** @param dataset the dataset by which the event was judged; null if it is unknown. */
export function reasonOf({ record, refused }: KeptEvent, dataset: string | null): Reason {
  return {
    reason: refused?.rule ?? record.code ?? record.message ?? 'Firehose gives no reason',
    column: refused?.column ?? null,
    accepted: dataset === null ? null : refused === undefined,
  };
}

/** The reason in full: with the event's values, or with Firehose's message. */
export function whyOf({ record, refused }: KeptEvent): string {
  return refused?.reason ?? [record.code, record.message].filter((part) => part !== null).join(': ');
}

type Counting = { -readonly [Key in keyof Omit<ReasonCount, 'examples'>]: ReasonCount[Key] } & {
  readonly examples: Example[];
  /** The object of the newest event. */
  path: string;
};

/** Adds the reasons of events up. */
export class Reasons {
  private readonly counts = new Map<string, Counting>();

  /** @param examples the most examples of a reason. */
  constructor(private readonly examples: number) {}

  /** @param path of the event's object. The events of an object come one after the other. */
  add(
    event: KeptEvent,
    {
      dataset,
      path,
      line,
    }: { readonly dataset: string | null; readonly path: string; readonly line: number },
  ): Reason {
    const reason = reasonOf(event, dataset);
    const { arrived } = event.record;
    const key = JSON.stringify([dataset, reason.accepted, reason.reason]);
    const count = this.counts.get(key) ?? {
      ...{ ...reason, dataset, events: 0, objects: 0, first: arrived, last: arrived, examples: [], path: '' },
    };
    this.counts.set(key, count);
    count.events += 1;
    if (count.path !== path) count.objects += 1;
    count.path = path;
    if (arrived !== null && arrived < (count.first ?? '~')) count.first = arrived;
    if (arrived !== null && arrived > (count.last ?? '')) count.last = arrived;
    if (count.examples.length < this.examples) {
      const shown = beginning(event.data);
      if (!count.examples.some((each) => each.event === shown))
        count.examples.push({ path, line, arrived, why: whyOf(event), event: shown });
    }
    return reason;
  }

  /** The most frequent reason first. */
  list(): readonly ReasonCount[] {
    return [...this.counts.values()]
      .map(({ path: _, ...count }) => count)
      .sort((left, right) => right.events - left.events);
  }
}

function beginning(data: Buffer): string {
  // A character has up to four bytes.
  const text = data.toString('utf8', 0, 4 * EXAMPLE_LENGTH);
  return text.length > EXAMPLE_LENGTH ? `${text.slice(0, EXAMPLE_LENGTH)}…` : text;
}
