import { InvalidArgumentError } from 'commander';
import { isHour } from '../core/hour';

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

export const hours = (text: string): number | 'all' => (text === 'all' ? 'all' : integer(1, 24 * 366)(text));
