import { addHours, isHour, startOfHour, type Hour } from './hour';

/**
 * The S3 prefix of a dataset's hourly partitions, for example `trips/year={yyyy}/month={MM}/day={dd}/hour={HH}/`
 * or Firehose's own `trips/{yyyy}/{MM}/{dd}/{HH}/`.
 */
export type PrefixTemplate = string;

/** Where Sluice keeps its own files in the lake: plans and manifests. A dataset's prefix must not be under it. */
export const OWN_PREFIX = 'sluice/';
/** The folder there that is no dataset's: the files of `sluice certify`. */
export const CERTIFY_FOLDER = 'certify';

const PARTS = ['yyyy', 'MM', 'dd', 'HH'] as const;

/** @returns the rule that the template breaks; undefined if it is valid. */
export function prefixProblem(template: string): string | undefined {
  const found = [...template.matchAll(/\{([^{}]*)\}/g)].map((match) => match[1]);
  const stray = /[{}]/.test(template.replace(/\{[^{}]*\}/g, ''));
  if (found.join() !== PARTS.join() || stray) {
    return 'holds {yyyy}, {MM}, {dd} and {HH}, once each and in this order, and no other braces';
  }
  if (!template.endsWith('/')) return 'ends with "/", so that hour=1 is not a prefix of hour=10';
  if (/^\w+:\/\//.test(template)) return 'is not a URI: the bucket is set for the whole service';
  if (template.startsWith(OWN_PREFIX))
    return 'does not start with sluice/: Sluice keeps its plans and manifests there';
  if (template.startsWith('/')) return 'does not start with "/", because S3 keys do not';
  if (template.includes('}{')) return 'has a separator between its parts, for example {MM}/{dd}';
  if (!/\}[^{}]*\/[^{}]*\{HH\}/.test(template)) {
    return 'has a "/" between the day and the hour, so that one listing covers a day';
  }
  return undefined;
}

/**
 * Firehose's reasons for not delivering a record. It writes the records of each reason to a folder of its own.
 * Source: Amazon Data Firehose Developer Guide, "Understand custom prefixes for Amazon S3 objects", error-output-type.
 */
export const ERROR_OUTPUT_TYPES = ['processing-failed', 'format-conversion-failed'] as const;
const ERROR_OUTPUT_TYPE = '{type}';

/** @returns the same as {@link prefixProblem}, for the template of Firehose's error prefix. */
export function errorPrefixProblem(template: string): string | undefined {
  const [before, after, ...more] = template.split(ERROR_OUTPUT_TYPE);
  if (before === undefined || after === undefined || more.length > 0) return 'holds {type}, once';
  return prefixProblem(`${before}${ERROR_OUTPUT_TYPES[0]}${after}`);
}

/** The templates of the hours under an error prefix, one for each reason. */
export function errorPrefixes(template: string): PrefixTemplate[] {
  return ERROR_OUTPUT_TYPES.map((type) => template.replace(ERROR_OUTPUT_TYPE, type));
}

function fill(template: string, hour: Hour): string {
  const time = startOfHour(hour).toISOString();
  return template
    .replace('{yyyy}', time.slice(0, 4))
    .replace('{MM}', time.slice(5, 7))
    .replace('{dd}', time.slice(8, 10))
    .replace('{HH}', time.slice(11, 13));
}

/** The prefix that all objects of one hour share. */
export function prefixOfHour(template: PrefixTemplate, hour: Hour): string {
  return fill(template, hour);
}

/** The template of a day: through the last "/" before the hour. */
const dayOf = (template: PrefixTemplate): string =>
  template.slice(0, template.lastIndexOf('/', template.indexOf('{HH}')) + 1);

/** The hours at midnight of the days from `from` to `to`, both included. */
function daysOf(from: Hour, to: Hour): Hour[] {
  const days: Hour[] = [];
  for (let hour = `${from.slice(0, 10)}T00`; hour <= to; hour = addHours(hour, 24)) days.push(hour);
  return days;
}

/** The prefixes that cover `from` to `to` (both included), one for each day, so that one listing covers all its hours. */
export function dayPrefixes(template: PrefixTemplate, from: Hour, to: Hour): string[] {
  return daysOf(from, to).map((day) => fill(dayOf(template), day));
}

/**
 * The folders on the way from {@link ownPrefix} to the days from `from` to `to` (both included): of the dataset, of each
 * year, of each month. Their entries are folders of further times, so listings with the delimiter "/" stay short.
 */
export function prefixesAboveDays(template: PrefixTemplate, from: Hour, to: Hour): string[] {
  const own = ownPrefix(template);
  const day = dayOf(template);
  const levels = [...day.matchAll(/\//g)]
    .map(({ index }) => day.slice(0, index + 1))
    .filter((level) => level.length > own.length && level !== day);
  const filled = daysOf(from, to).flatMap((hour) => levels.map((level) => fill(level, hour)));
  return [...new Set(own === '' ? filled : [own, ...filled])];
}

/**
 * The start of the keys that nobody but the dataset should use. This is the folder of the first part of the time
 * (`trips/` of `trips/year={yyyy}/…`), or, if the part has a text of its own, the start that the text makes
 * (`lake/trips-` of `lake/trips-{yyyy}/…`). It is empty if the time begins at the root of the bucket.
 */
export function ownPrefix(template: PrefixTemplate): string {
  const fixed = fixedPart(template);
  const folder = fixed.slice(0, fixed.lastIndexOf('/') + 1);
  return folder !== '' && fixed.endsWith('=') ? folder : fixed;
}

/** A pattern of the start of keys. */
function patternOf(template: string): RegExp {
  const escaped = template.replace(/[.*+?^$()|[\]\\]/g, '\\$&');
  return new RegExp(
    `^${escaped
      .replace('{yyyy}', '(?<year>\\d{4})')
      .replace('{MM}', '(?<month>\\d{2})')
      .replace('{dd}', '(?<day>\\d{2})')
      .replace('{HH}', '(?<hour>\\d{2})')}`,
    'u',
  );
}

/** The first hour of the time that a key names; undefined if there is no such time. */
function hourNamed({ year = '2000', month = '01', day = '01', hour = '00' }: Groups = {}): Hour | undefined {
  const named = `${year}-${month}-${day}T${hour}`;
  return isHour(named) ? named : undefined;
}
type Groups = Readonly<Partial<Record<string, string>>>;

/** A function from an object's key to its hour. It returns undefined for a key that belongs to no hour. */
export function hourReader(template: PrefixTemplate): (key: string) => Hour | undefined {
  const pattern = patternOf(template);
  return (key) => {
    const match = pattern.exec(key);
    return match ? hourNamed(match.groups) : undefined;
  };
}

/**
 * A function from a key, or from a folder of keys, to its longest start that leads to an hour, in whole folders:
 * from `trips/year=2026/month=1/day=23/x` to `trips/year=2026/`.
 */
export function fittingReader(template: PrefixTemplate): (key: string) => string {
  const levels = [...template.matchAll(/\//g)].map(({ index }) => patternOf(template.slice(0, index + 1)));
  return (key) => {
    let fitting = '';
    for (const level of levels) {
      const match = level.exec(key);
      if (!match || hourNamed(match.groups) === undefined) break;
      [fitting] = match;
    }
    return fitting;
  };
}

/** The text before the first part of the time: `trips/year=`. The keys of all hours begin with it. */
export function fixedPart(template: PrefixTemplate): string {
  return template.slice(0, template.indexOf('{'));
}

/** A prefix or an error prefix in Firehose's notation: `trips/year=!{timestamp:yyyy}/…`. */
export function firehosePrefix(template: PrefixTemplate): string {
  return template
    .replace(ERROR_OUTPUT_TYPE, '!{firehose:error-output-type}')
    .replace(/\{(yyyy|MM|dd|HH)\}/g, '!{timestamp:$1}');
}
