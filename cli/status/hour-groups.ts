import { addHours, type Hour } from '../../core/hour';
import type { HourState, HourStatus } from '../../core/hour-state';

/** Hours that follow each other and need the same. */
export interface HourGroup {
  readonly from: Hour;
  readonly to: Hour;
  readonly hours: readonly HourStatus[];
  readonly state: HourState;
  readonly error: string | null;
}

/** @param hours in order. @param states those that are grouped; hours in others are left out. */
export function groupsOfHours(hours: readonly HourStatus[], states: readonly HourState[]): HourGroup[] {
  const groups: HourGroup[] = [];
  for (const each of hours.filter(({ state }) => states.includes(state))) {
    const { hour, state, error } = each;
    const last = groups.at(-1);
    if (last && addHours(last.to, 1) === hour && last.state === state && last.error === error)
      groups[groups.length - 1] = { ...last, to: hour, hours: [...last.hours, each] };
    else groups.push({ from: hour, to: hour, hours: [each], state, error });
  }
  return groups;
}

/** `2026-11-23T08`, or `2026-11-23T08 to 2026-11-23T10 (3 hours)`. */
export function groupText({ from, to, hours }: Pick<HourGroup, 'from' | 'to' | 'hours'>): string {
  return from === to ? from : `${from} to ${to} (${hours.length} hours)`;
}
