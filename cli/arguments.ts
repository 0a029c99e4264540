import { InvalidArgumentError } from 'commander';
import { isHour } from '../core/hour';
import { ACCEPTED_TIMES, hoursNamed, type HourRange } from './shared/when';

// Parsers of arguments. Each throws InvalidArgumentError, which ends the command as wrong usage.

export function integer(least: number, greatest: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < least || value > greatest) {
      throw new InvalidArgumentError(`Write a whole number from ${least} to ${greatest}.`);
    }
    return value;
  };
}

export function stageName(text: string): string {
  if (!/^[a-z][a-z0-9-]*$/.test(text)) throw new InvalidArgumentError('Name a stage, for example dev.');
  return text;
}

export function directory(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('Name a directory.');
  return text;
}

export function hour(text: string): string {
  if (!isHour(text)) throw new InvalidArgumentError('Write an hour in UTC, for example 2026-11-23T08.');
  return text;
}

/** The first hour of a time that is named. */
export const firstHour = (text: string): string => namedHours(text).from;

/** The last hour of a time that is named. */
export const lastHour = (text: string): string => namedHours(text).to;

export function namedHours(text: string): HourRange {
  const range = hoursNamed(text, new Date());
  if (range === undefined) throw new InvalidArgumentError(`Write ${ACCEPTED_TIMES}.`);
  return range;
}

/** A time in UTC, to the day, the hour, the minute or the second. */
export function time(text: string): Date {
  const [, day, hour = 'T00', minute = ':00', second = ':00'] =
    /^(\d{4}-\d\d-\d\d)(?:(T\d\d)(?:(:\d\d)(:\d\d)?)?Z?)?$/.exec(text) ?? [];
  const found = new Date(`${day}${hour}${minute}${second}Z`);
  // Date takes 2026-02-30 for March 2.
  if (Number.isNaN(found.getTime()) || !found.toISOString().startsWith(`${day}${hour}`)) {
    throw new InvalidArgumentError('Write a time in UTC, for example 2026-11-23T08:30.');
  }
  return found;
}

export const hours = (text: string): number | 'all' => (text === 'all' ? 'all' : integer(1, 24 * 366)(text));
