import { plural } from '../shared/text';
import { isIdentifier, wordsOf } from './name-words';
import {
  alsoPossible,
  isAlwaysThere,
  isInteger,
  isTime,
  listed,
  MOST_NAMED,
  namesOf,
  nullAdvice,
  shownName,
  type Role,
  type RoleContext,
} from './role';
import type { SampledColumn } from './sample';
import { isVersionByName } from './version';

export interface FoundKey {
  readonly columns: readonly SampledColumn[];
  /** Other columns that could be the key. */
  readonly others: readonly SampledColumn[];
}

const ORDINALS = new Set('number no nr num seq sequence index line offset position item'.split(' '));
const OWN_IDS = new Set([
  'id',
  'uuid',
  'guid',
  'ulid',
  'key',
  'event id',
  'event uuid',
  'eventid',
  'message id',
]);

/** How much a column looks as if it identified something: 3 the event itself, 2 something, 1 a part of something. */
function idScore({ dataset }: RoleContext, { written, looksUnique }: SampledColumn): number {
  const words = wordsOf(written);
  const name = words.join(' ');
  const own = wordsOf(dataset).join(' ').replace(/s$/, '');
  if (OWN_IDS.has(name) || name === `${own} id` || name === `${own}id`) return 3;
  if (looksUnique || isIdentifier(written)) return 2;
  return ORDINALS.has(words.at(-1) ?? '') ? 1 : 0;
}

/** Columns whose equal values are surely the same value, and which Redshift tells apart. */
function couldBeKey(context: RoleContext, column: SampledColumn): boolean {
  const { type } = column;
  const isExact =
    isInteger(column) || type.kind === 'varchar' || (type.kind === 'decimal' && type.scale === 0);
  return isExact && isAlwaysThere(context, column) && !column.endsWithBlank;
}

/** The most columns of which combinations are tried. */
const MOST_COMBINED = 8;

/**
 * Finds the columns that identify an event: one that differs in all rows, or whose rows are versions of one event, or a
 * combination. Only a column that looks like an identifier counts, because a wrong key loses rows.
 */
export function findKey(context: RoleContext): FoundKey | undefined {
  const { sample, rows } = context;
  const score = (column: SampledColumn) => idScore(context, column);
  const ids = sample.columns
    .filter((column) => couldBeKey(context, column) && score(column) > 0)
    .sort((left, right) => score(right) - score(left));

  const unique = ids.filter((column) => rows.areUnique([column]));
  const versioned = ids.filter((column) => !unique.includes(column) && hasVersions(context, column));
  const [first, ...others] = [...unique, ...versioned];
  if (first) return { columns: [first], others };

  const members = ids.slice(0, MOST_COMBINED);
  const times = sample.columns.filter((column) => isTime(column) && isAlwaysThere(context, column));
  const columns = [
    ...combinations(members),
    ...combinationsWith(times.slice(0, MOST_COMBINED), members),
  ].find((each) => each.some((column) => score(column) > 1) && rows.areUnique(each));
  return columns && { columns, others: [] };
}

type Columns = readonly SampledColumn[];

/** Pairs, then triples. */
const combinations = (members: Columns): readonly Columns[] => [
  ...pairsOf(members),
  ...members.flatMap((member, index) => pairsOf(members.slice(index + 1)).map((pair) => [member, ...pair])),
];

/** A member and a time, then two members and a time. */
const combinationsWith = (times: Columns, members: Columns): readonly Columns[] =>
  [...members.map((member) => [member]), ...pairsOf(members)].flatMap((each) =>
    times.map((time) => [...each, time]),
  );

const pairsOf = (members: Columns): SampledColumn[][] =>
  members.flatMap((member, index) => members.slice(index + 1).map((other) => [member, other]));

/** Whether the rows of a key are versions of one event: a column that says so by its name tells them apart. */
function hasVersions(context: RoleContext, key: SampledColumn): boolean {
  return context.sample.columns.some(
    (column) =>
      column !== key &&
      isVersionByName(column) &&
      (isTime(column) || isInteger(column)) &&
      isAlwaysThere(context, column) &&
      context.rows.areUnique([key, column]),
  );
}

/** @param isNamed whether a person has named the columns. */
export function keyRole(context: RoleContext, { columns, others }: FoundKey, isNamed: boolean): Role {
  const { rows, noun, sample } = context;
  const what = columns.length === 1 ? 'different value' : 'different combination';
  const among =
    rows.count < sample.rows
      ? `the first ${rows.count.toLocaleString('en')} of ${plural(sample.rows, noun)}`
      : plural(rows.count, noun);
  const never = columns.every((column) => isAlwaysThere(context, column)) ? ', never null' : '';
  const [twice, further] = [rows.count - rows.different, rows.different - rows.distinct(columns)];
  return {
    columns: namesOf(columns),
    reasons: [
      `${listed(columns)}: ${plural(rows.distinct(columns), what)} in ${among}${never}.`,
      ...(twice > 0 ? [`Sent again, the same in every column: ${plural(twice, noun)}.`] : []),
      ...(further > 0 ? [`Further versions of a key: ${plural(further, noun)}.`] : []),
    ],
    decide: [
      ...nullAdvice(context, columns),
      ...blankAdvice(columns),
      ...(isNamed ? [] : timeAdvice(columns)),
      ...alsoPossible(others, 'key', '--key'),
    ],
  };
}

const blankAdvice = (columns: Columns): string[] =>
  columns
    .filter(({ endsWithBlank }) => endsWithBlank)
    .map(
      (column) =>
        `${shownName(column)} ends with a blank in some rows, which Redshift ignores in a key: they are refused.`,
    );

const timeAdvice = (columns: Columns): string[] =>
  columns
    .filter(isTime)
    .map(
      (column) =>
        `A guess: two events with one ${listed(columns.filter((each) => each !== column))} and one ${shownName(column)} would be one row.`,
    );

/** Why there is no key, and what to do. */
export function keyProblem(context: RoleContext): string {
  const { sample, rows, noun, command } = context;
  const usable = sample.columns.filter((column) => couldBeKey(context, column));
  const unique = usable.filter((column) => rows.areUnique([column]));
  const ids = usable.filter((column) => idScore(context, column) > 0);
  const counts = ids
    .slice(0, MOST_NAMED)
    .map((column) => `${shownName(column)} has ${plural(rows.distinct([column]), 'different value')}`);
  const why =
    unique.length > 0
      ? `Different in each ${noun}, although nothing says that it identifies one: ${listed(unique)}.`
      : `No column that looks like an identifier, and no combination, tells ${plural(rows.different, noun)} apart${counts.length > 0 ? ` (${counts.join(', ')})` : ''}.`;
  const [example] = [...unique, ...ids].map(shownName);
  return [
    `Nothing in ${sample.name} surely identifies an event, and a wrong key loses rows. ${why}`,
    `Name the columns that identify an event, for example: ${command} --key ${example ?? 'order_id,line_number'}`,
  ].join('\n');
}
