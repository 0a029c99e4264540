import type { Hour } from '../../core/hour';

/** An event and its hour of arrival. Sources yield events hour by hour, oldest first. */
export interface ArrivingEvent {
  readonly arrival: Hour;
  /** The event; it is sent as JSON. */
  readonly event: object;
}

/** A line of a file of events. It is sent unchanged, because the transform decides what is an event. */
export interface ArrivingLine {
  /** Default: the hour in which Firehose receives it. */
  readonly arrival?: Hour;
  /** Line number, from 1. */
  readonly line: number;
  /** Length of the line without its end. */
  readonly bytes: number;
  /** The line without its end; undefined if it is too long for a Firehose record. */
  readonly data?: Uint8Array;
  /** Whether it is a last line without a line break. */
  readonly unended?: boolean;
}

/** An event that arrives when Firehose receives it. */
export interface EventOfNow {
  readonly arrival?: undefined;
  readonly event: object;
}

export type Arrival = ArrivingEvent | EventOfNow | ArrivingLine;

export type ArrivalSource = AsyncIterable<Arrival> | Iterable<Arrival>;
