/**
 * When executions start on schedule: all datasets in the same minute, at fixed hours in UTC that begin anew at midnight.
 * So datasets that are due in the same hour share a window of the awake warehouse, which costs at least a minute.
 */

/** The parts of a dataset that decide. */
export interface Scheduled {
  readonly source: { readonly settle_minutes: number };
  readonly load: { readonly every_hours: number };
}

/** Minutes from the end of an hour's settle time to the start of its load, at least. */
const START_MINUTES = 5;
/** The most minutes from the end of an hour's settle time to the minute of its load. */
export const LONGEST_WAIT_MINUTES = START_MINUTES + 59;

/**
 * The schedule of a dataset, in UTC. The hours are a list, because no page says that `0/5` begins anew at midnight.
 * Source: EventBridge Scheduler User Guide, "Schedule types".
 * @param all all datasets of the stage, which share the minute.
 */
export function scheduleExpression({ load }: Scheduled, all: readonly Scheduled[]): string {
  const hours = load.every_hours === 1 ? '*' : startHours(load.every_hours).join(',');
  return `cron(${startMinute(all)} ${hours} * * ? *)`;
}

/** The hours of the start: 0, 5, 10, 15, 20 for 5. */
const startHours = (everyHours: number): number[] =>
  Array.from({ length: Math.ceil(24 / everyHours) }, (_, index) => index * everyHours);

/** The first start of a dataset's schedule at a time or after it. @param all all datasets of the stage. */
export function nextStart({ load }: Pick<Scheduled, 'load'>, all: readonly Scheduled[], after: Date): Date {
  const hours = startHours(load.every_hours);
  const start = new Date(after);
  start.setUTCMinutes(startMinute(all), 0, 0);
  while (start < after || !hours.includes(start.getUTCHours())) start.setUTCHours(start.getUTCHours() + 1);
  return start;
}

/** The hours between two starts, at least: the last time of the day is shorter if `everyHours` does not divide 24. */
export const shortestGap = (everyHours: number): number => 24 % everyHours || everyHours;

/** The minute at which the dataset that waits longest waits least. */
function startMinute(all: readonly Scheduled[]): number {
  const ready = all.map(({ source }) => (source.settle_minutes + START_MINUTES) % 60);
  const longestWait = (minute: number) => Math.max(...ready.map((each) => (minute - each + 60) % 60));
  // At any other minute all of them wait, so all could start earlier.
  return ready.reduce((best, each) => (longestWait(each) < longestWait(best) ? each : best));
}
