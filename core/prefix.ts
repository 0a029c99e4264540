import { addHours, hourOf, startOfHour, type Hour } from './hour';

/**
 * The S3 prefix of a dataset's hourly partitions, for example `trips/year={yyyy}/month={MM}/day={dd}/hour={HH}/`
 * or Firehose's own `trips/{yyyy}/{MM}/{dd}/{HH}/`.
 */
export type PrefixTemplate = string;

/** Where Sluice keeps its own files in the lake: plans and manifests. A dataset's prefix must not be under it. */
export const OWN_PREFIX = 'sluice/';

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

/** The prefixes that cover `from` to `to` (both included), one for each day, so that one listing covers all its hours. */
export function dayPrefixes(template: PrefixTemplate, from: Hour, to: Hour): string[] {
  const day = template.slice(0, template.lastIndexOf('/', template.indexOf('{HH}')) + 1);
  const prefixes: string[] = [];
  for (let hour = `${from.slice(0, 10)}T00`; hour <= to; hour = addHours(hour, 24))
    prefixes.push(fill(day, hour));
  return prefixes;
}

/** A function from an object's key to its hour. It returns undefined for a key that belongs to no hour. */
export function hourReader(template: PrefixTemplate): (key: string) => Hour | undefined {
  const escaped = template.replace(/[.*+?^$()|[\]\\]/g, '\\$&');
  const pattern = new RegExp(
    `^${escaped
      .replace('{yyyy}', '(?<year>\\d{4})')
      .replace('{MM}', '(?<month>\\d{2})')
      .replace('{dd}', '(?<day>\\d{2})')
      .replace('{HH}', '(?<hour>\\d{2})')}`,
    'u',
  );
  return (key) => {
    const groups = pattern.exec(key)?.groups;
    if (!groups) return undefined;
    const hour = `${groups.year}-${groups.month}-${groups.day}T${groups.hour}`;
    const time = Date.parse(`${hour}:00:00Z`);
    return !Number.isNaN(time) && hourOf(new Date(time)) === hour ? hour : undefined;
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
