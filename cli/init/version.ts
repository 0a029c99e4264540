import { plural } from '../shared/text';
import { wordsOf } from './name-words';
import {
  alsoPossible,
  isAlwaysThere,
  isInteger,
  isTime,
  namesOf,
  nullAdvice,
  shownName,
  type Role,
  type RoleContext,
} from './role';
import type { SampledColumn } from './sample';

const OF_VERSIONS = new Set('updated modified changed edited version revision rev lsn'.split(' '));

/** Whether a name says that the value changes with each version. */
export const isVersionByName = ({ written }: SampledColumn): boolean =>
  wordsOf(written).some((word) => OF_VERSIONS.has(word));

/**
 * Chooses the column that orders the versions of an event: one that tells the rows of a key apart, or else one that is
 * called so. Without one, the event time orders them.
 * @param named what a person has named.
 */
export function versionRole(
  context: RoleContext,
  key: readonly SampledColumn[],
  eventTime: SampledColumn,
  named: SampledColumn | undefined,
): Role {
  const { sample, rows } = context;
  if (named) return chosen(context, key, eventTime, named, []);
  const candidates = sample.columns.filter(
    (column) =>
      (isTime(column) || (isInteger(column) && isVersionByName(column))) &&
      isAlwaysThere(context, column) &&
      column !== eventTime &&
      !key.includes(column),
  );
  const byName = timesFirst(candidates.filter(isVersionByName));
  const hasVersions = rows.distinct(key) < rows.different;
  const telling = (columns: readonly SampledColumn[]) =>
    columns.filter((column) => rows.areUnique([...key, column]));
  const fitting = hasVersions ? [...new Set([...telling(byName), ...telling(candidates)])] : byName;
  const [column, ...others] = fitting.length > 0 ? fitting : byName;
  return column ? chosen(context, key, eventTime, column, others) : none(context, key, eventTime);
}

const timesFirst = (columns: readonly SampledColumn[]): readonly SampledColumn[] => [
  ...columns.filter(isTime),
  ...columns.filter((column) => !isTime(column)),
];

function chosen(
  context: RoleContext,
  key: readonly SampledColumn[],
  eventTime: SampledColumn,
  column: SampledColumn,
  others: readonly SampledColumn[],
): Role {
  return {
    columns: namesOf([column]),
    reasons: [reason(context, key, eventTime, column)],
    decide: [...nullAdvice(context, [column]), ...alsoPossible(others, 'version', '--version-column')],
  };
}

function reason(
  { rows }: RoleContext,
  key: readonly SampledColumn[],
  eventTime: SampledColumn,
  column: SampledColumn,
): string {
  const what = isTime(column) ? 'a time' : isInteger(column) ? 'a number' : 'a value';
  if (rows.distinct(key) < rows.different) {
    return rows.areUnique([...key, column])
      ? `${shownName(column)}: ${what} that differs between the rows of a key.`
      : `${shownName(column)}: ${what} that differs between some rows of a key. Of those with the same one, the row that arrived last wins.`;
  }
  const isLater = isTime(column) && column !== eventTime && rows.isNeverBefore(column, eventTime);
  const why = isVersionByName(column) ? ' that changes with each version, by its name' : '';
  const later = isLater ? `, never before ${shownName(eventTime)}` : '';
  return `${shownName(column)}: ${what}${why}${later}. No key of the sample has several versions.`;
}

function none(context: RoleContext, key: readonly SampledColumn[], eventTime: SampledColumn): Role {
  const { rows, noun } = context;
  const further = rows.different - rows.distinct(key);
  const isTold = further > 0 && rows.areUnique([...key, eventTime]);
  const why =
    further === 0
      ? ' No key of the sample has several versions.'
      : isTold
        ? ' It differs between the rows of a key.'
        : '';
  return {
    columns: [],
    reasons: [`None is named, so the event time is the version.${why}`],
    decide:
      further === 0 || isTold
        ? []
        : [
            `No column tells which of the versions is newer (${plural(further, noun)}). If there is one, name it (--version-column). Without it, the row that arrived last wins.`,
          ],
  };
}
