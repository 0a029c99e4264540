import type { HourState } from '../../core/hour-state';
import { dollarsText, plural } from '../shared/text';
import type { DatasetStatus } from './read-status';
import type { Today } from './today';

/** What a person wants to hear of first. */
const PROBLEMS: readonly (readonly [HourState, string])[] = [
  ['failed', 'failed'],
  ['overdue', 'overdue'],
  ['quarantined', 'loaded without bad files'],
  ['late', 'with late files'],
  ['waiting', 'waiting for the next load'],
  ['missing', 'in which nothing arrived'],
];

/** How well a dataset is: the mark that its verdict has. */
export type Mark = 'well' | 'look' | 'act';

export function markOf({ counts, is_well: isWell, newest }: DatasetStatus): Mark {
  if (!isWell) return 'act';
  const isPerfect =
    newest !== null && (['quarantined', 'late', 'missing'] as const).every((each) => counts[each] === 0);
  return isPerfect ? 'well' : 'look';
}

/** The verdict in a sentence. */
export function verdictText(status: DatasetStatus): string {
  const { counts, newest, from, closed } = status;
  const found = PROBLEMS.filter(([state]) => counts[state] > 0).map(
    ([state, words]) => `${plural(counts[state], 'hour')} ${words}`,
  );
  if (found.length > 0) return `${found.join(', ')}.`;
  if (newest === null) return `nothing has arrived from ${from} to ${closed}.`;
  return counts.loading > 0 ? 'the last hours are being loaded.' : 'every hour is in.';
}

/** The newest hour, and how far it is behind. */
export function lagText({ newest, behind, closed, from }: DatasetStatus): string {
  if (newest === null) return `No hour since ${from} is loaded.`;
  if (behind === null || behind === 0) return `The newest hour is ${newest}: up to date.`;
  return `The newest hour is ${newest}: ${plural(behind, 'hour')} behind ${closed}.`;
}

/** What the warehouse was used for today. */
export function todayText({ wake_ups: wakeUps, dollars }: Today, isExact: boolean): string {
  if (wakeUps === null || dollars === null) return 'What the warehouse was used for today is unknown.';
  if (wakeUps === 0) return 'The warehouse has slept since midnight (UTC).';
  const least = isExact ? '' : 'at least ';
  return `The warehouse woke up ${least}${plural(wakeUps, 'time')} since midnight (UTC): ${least}${dollarsText(dollars)}.`;
}
