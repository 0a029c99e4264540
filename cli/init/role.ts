import { displayText } from '../shared/table';
import { plural } from '../shared/text';
import type { ComparedRows } from './compared-rows';
import type { Sample, SampledColumn } from './sample';

/** What a column, or several, are in the target, and why. */
export interface Role {
  /** Names of columns; none if nothing was chosen. */
  readonly columns: readonly string[];
  /** Sentences. */
  readonly reasons: readonly string[];
  /** What a person should decide, in sentences. */
  readonly decide: readonly string[];
}

/** What roles are chosen by. */
export interface RoleContext {
  readonly sample: Sample;
  readonly rows: ComparedRows;
  /** `event` or `row`. */
  readonly noun: string;
  /** The name of the dataset. */
  readonly dataset: string;
  /** What a person runs again, with other options. */
  readonly command: string;
}

export const namesOf = (columns: readonly SampledColumn[]): readonly string[] =>
  columns.map(({ name }) => name);
export const shownName = ({ name }: SampledColumn): string => displayText(name, 60);
export const isTime = ({ type }: SampledColumn): boolean => type.kind === 'timestamp';
const INTEGERS: readonly string[] = ['smallint', 'integer', 'bigint'];
export const isInteger = ({ type }: SampledColumn): boolean => INTEGERS.includes(type.kind);
export const isAlwaysThere = ({ sample }: RoleContext, { present }: SampledColumn): boolean =>
  present === sample.rows;

/** The most columns that a sentence names. */
export const MOST_NAMED = 5;

export const listed = (columns: readonly SampledColumn[]): string =>
  `${columns.slice(0, MOST_NAMED).map(shownName).join(', ')}${columns.length > MOST_NAMED ? ` and ${columns.length - MOST_NAMED} more` : ''}`;

/** What to decide about columns that somebody named, although not every row has them. */
export function nullAdvice(
  { sample, noun }: RoleContext,
  columns: readonly SampledColumn[],
): readonly string[] {
  return columns
    .filter(({ present }) => present < sample.rows)
    .map(
      (column) =>
        `${shownName(column)} is null or missing in ${plural(sample.rows - column.present, noun)} of the sample, which would be refused.`,
    );
}

/** What to decide if other columns could have a role, too. */
export const alsoPossible = (
  others: readonly SampledColumn[],
  role: string,
  option: string,
): readonly string[] =>
  others.length === 0 ? [] : [`Also possible as ${role}: ${listed(others)} (${option}).`];
