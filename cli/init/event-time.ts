import { plural } from '../shared/text';
import { wordsOf } from './name-words';
import {
  alsoPossible,
  isAlwaysThere,
  isTime,
  namesOf,
  nullAdvice,
  shownName,
  type Role,
  type RoleContext,
} from './role';
import type { SampledColumn } from './sample';

export interface FoundTime {
  readonly column: SampledColumn;
  /** Other columns that could be the event time. */
  readonly others: readonly SampledColumn[];
}

const OF_EVENTS = new Set('event occurred happened time timestamp ts'.split(' '));
const OF_BEGINNINGS = new Set(
  'started start begin began pickup created viewed ordered placed measured observed recorded clicked at'.split(
    ' ',
  ),
);
const OF_LATER = new Set(
  'updated modified changed edited end ended finished completed closed dropoff expires expired expiry until ingested received processed loaded inserted synced deleted sent delivered due'.split(
    ' ',
  ),
);

/** Finds the time in every row that is the same in all versions of an event, and that is called so. */
export function findEventTime(
  context: RoleContext,
  key: readonly SampledColumn[] | undefined,
): FoundTime | undefined {
  const { sample, rows } = context;
  const hasVersions = key !== undefined && rows.distinct(key) < rows.different;
  const score = (column: SampledColumn): number => {
    const words = wordsOf(column.written);
    const has = (some: ReadonlySet<string>) => words.some((word) => some.has(word));
    const stays = hasVersions && rows.isSame(column, key);
    return (
      (stays ? 8 : 0) - (has(OF_LATER) ? 4 : 0) + (has(OF_EVENTS) ? 2 : 0) + (has(OF_BEGINNINGS) ? 1 : 0)
    );
  };
  const times = sample.columns.filter((column) => isTime(column) && isAlwaysThere(context, column));
  const [column, ...others] = times.sort((left, right) => score(right) - score(left));
  return column && { column, others: others.filter((other) => score(other) >= score(column) - CLOSE) };
}

/** Scores that differ so much leave a doubt. */
const CLOSE = 2;

export function eventTimeRole(context: RoleContext, key: readonly SampledColumn[], found: FoundTime): Role {
  const { sample, rows, noun } = context;
  const { column, others } = found;
  const times = sample.columns.filter((each) => isTime(each) && isAlwaysThere(context, each));
  const only = times.length === 1 ? 'the only time' : 'a time';
  const inEvery = isAlwaysThere(context, column) ? `${only} in every ${noun}` : 'a time';
  const stays = rows.distinct(key) < rows.different && rows.isSame(column, key);
  return {
    columns: namesOf([column]),
    reasons: [`${shownName(column)}: ${inEvery}${stays ? ', the same in all rows of a key' : ''}.`],
    decide: [...nullAdvice(context, [column]), ...alsoPossible(others, 'event time', '--event-time')],
  };
}

/** What the sample says about the promise that the event time of a key never changes. */
export function promiseText(
  { rows }: RoleContext,
  key: readonly SampledColumn[],
  { column }: FoundTime,
): string {
  if (rows.distinct(key) === rows.different)
    return 'The sample does not show it: no key has several versions.';
  return rows.isSame(column, key)
    ? 'In the sample it never does. If that is a promise, write true: the merge then reads less.'
    : 'In the sample it does change.';
}

/** Why there is no event time, and what to do. */
export function eventTimeProblem({ sample, noun, command }: RoleContext): string {
  const times = sample.columns.filter(({ canBeTime }) => canBeTime);
  const why = [
    ...times
      .filter(({ present }) => present < sample.rows)
      .map(
        (column) =>
          `${shownName(column)} is null or missing in ${plural(sample.rows - column.present, noun)}.`,
      ),
    ...times
      .filter((column) => !isTime(column))
      .map((column) => `The numbers in ${shownName(column)} may be seconds or milliseconds since 1970.`),
    ...sample.columns
      .filter(({ type }) => type.kind === 'date')
      .map((column) => `${shownName(column)} has days without a time of day.`),
  ];
  const what = sample.format === 'events' ? 'attribute' : 'column';
  const [example] = times;
  return [
    [`No ${what} of ${sample.name} is a time in every ${noun}, and a dataset needs one.`, ...why].join(' '),
    example
      ? `Name it, if it is the event time: ${command} --event-time ${shownName(example)}`
      : 'Send one with each event: ISO 8601 (2026-11-23T08:15:00Z), or seconds or milliseconds since 1970.',
  ].join('\n');
}
