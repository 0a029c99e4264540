import type { Hour } from '../../core/hour';

/** An event and the hour in which it arrives. Sources yield arrivals hour by hour, oldest first. */
export interface ArrivingEvent {
  readonly arrival: Hour;
  /** Sent as JSON. */
  readonly event: object;
}

/** A line of a file of events: sent byte for byte, since it is the transform that judges it. */
export interface ArrivingLine {
  /** Left out: when Firehose gets it. */
  readonly arrival?: Hour;
  /** Counts from 1. */
  readonly line: number;
  /** Length of the line, its end left out. */
  readonly bytes: number;
  /** The line without its end; undefined where it is longer than any Firehose record can be. */
  readonly data?: Uint8Array;
}

/** An event that arrives when Firehose gets it. */
export interface EventOfNow {
  readonly arrival?: undefined;
  readonly event: object;
}

export type Arrival = ArrivingEvent | EventOfNow | ArrivingLine;

export type ArrivalSource = AsyncIterable<Arrival> | Iterable<Arrival>;
