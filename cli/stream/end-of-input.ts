import type { Dataset } from '../../core/dataset';
import { transformRecord } from '../../core/transform';
import type { ArrivalSource } from '../trips/arrival';

/** Looks whether an input ends within an event, as it does if what writes it stops early. */
export class EndOfInput {
  /** The number of the last line, if it is no whole event. */
  cutLine: number | undefined;

  constructor(private readonly dataset: Dataset) {}

  async *watched(source: ArrivalSource): ArrivalSource {
    for await (const arrival of source) {
      if ('line' in arrival && arrival.unended && arrival.data) {
        const transformed = transformRecord(this.dataset, arrival.data);
        if (!transformed.accepted && transformed.rule === 'not JSON') this.cutLine = arrival.line;
      }
      yield arrival;
    }
  }
}
