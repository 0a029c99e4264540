import { PLATFORM_FIXES } from './diagnosis-rules';
import { isErrorName } from './errors';

/** Where the runbook is in the repository. A deployment may name an address instead. */
export const RUNBOOK = 'docs/runbook.md';

/** @param alarm the end of its name: `executions-failed`, or `stale` of sluice-dev-trips-stale. */
export const headingOfAlarm = (alarm: string): string => `Alarm ${alarm}`;

/** @param error an error that Sluice does not know is explained with all others of its kind. */
export const headingOfError = (error: string): string =>
  isErrorName(error) || Object.hasOwn(PLATFORM_FIXES, error) ? error : 'UnknownError';

/** The address of a section. @param runbook {@link RUNBOOK}, or an address without an anchor. */
export function sectionOf(runbook: string, heading: string): string {
  return `${runbook}#${anchorOf(heading)}`;
}

/** The anchor that GitHub and GitLab give to a heading. */
export function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{Letter}\p{Number} _-]/gu, '')
    .replaceAll(' ', '-');
}
