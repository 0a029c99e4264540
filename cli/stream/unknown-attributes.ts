import type { Dataset } from '../../core/dataset';
import { transformRecord } from '../../core/transform';
import { recordOf } from '../delivery/batches';
import type { ArrivalSource } from '../trips/arrival';

/** An attribute of events that is no column of the dataset, and how often it occurs. */
export interface UnknownAttribute {
  readonly name: string;
  readonly events: number;
}

/** Counts the attributes of passing events that the transform will drop, because no column has their name. */
export class UnknownAttributes {
  private readonly counts = new Map<string, number>();

  constructor(private readonly dataset: Dataset) {}

  async *counted(source: ArrivalSource): ArrivalSource {
    for await (const arrival of source) {
      const data = recordOf(arrival);
      const transformed = data && transformRecord(this.dataset, data);
      if (transformed?.accepted)
        for (const name of transformed.unknown) this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
      yield arrival;
    }
  }

  /** The most frequent one first. */
  list(): readonly UnknownAttribute[] {
    return [...this.counts]
      .map(([name, events]) => ({ name, events }))
      .sort((left, right) => right.events - left.events);
  }
}
