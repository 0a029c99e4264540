import type { Dataset } from './dataset';
import { isDataFile, type LakeFile } from './files';
import { isHour, type Hour } from './hour';
import { oneLine } from './one-line';
import {
  errorPrefixes,
  fittingReader,
  hourReader,
  OWN_PREFIX,
  ownPrefix,
  type PrefixTemplate,
} from './prefix';
import type { Strays } from './states';

/**
 * A stray is an object under a dataset's prefix that belongs to no hour, so that no load ever reads it: a file of a
 * writer with another layout (`month=1` for `month=01`), or one that lies beside the hours. Strays are counted by place:
 * the folder, or the object, at which their keys leave the dataset's prefix.
 */

/** One listing: of all objects under a prefix, or, with a delimiter, of the objects and folders in it. */
export interface Found {
  readonly objects: readonly Pick<LakeFile, 'key' | 'size'>[];
  /** Common prefixes: each ends with "/". */
  readonly folders: readonly string[];
}

/** The places of strays, in the order in which they were found, with a key of each; undefined if only its folder is known. */
export type StrayPlaces = ReadonlyMap<string, string | undefined>;

/** The most strays that an execution names. A key has up to 1,024 bytes. */
export const MOST_NAMED = 5;

/**
 * A function from a listing to the strays of a dataset in it. What belongs to any dataset, to any error prefix or to
 * Sluice itself is no stray, and neither are files that hold no data: see isDataFile in files.ts,
 * and objects of zero bytes, with which some file systems mark folders (`hour=08`).
 * @param datasets all datasets that share the bucket.
 */
export function strayFinder(dataset: Dataset, datasets: readonly Dataset[]): (found: Found) => StrayPlaces {
  const own = ownPrefix(dataset.source.prefix);
  const hourOf = hourReader(dataset.source.prefix);
  const fittingOf = fittingReader(dataset.source.prefix);
  const belongs = datasets
    .flatMap(({ source }) => [source.prefix, ...errorPrefixes(source.error_prefix)])
    .map(belongsTo);
  /** @returns undefined for what is no stray. */
  const placeOf = (name: string): string | undefined => {
    // First, because it is true of nearly all keys.
    if (hourOf(name) !== undefined) return undefined;
    const fitting = fittingOf(name);
    // The root of the bucket belongs to nobody. See ownPrefix.
    if (own === '' ? fitting === '' : !name.startsWith(own)) return undefined;
    if (!isDataFile(name.endsWith('/') ? `${name}file` : name, fitting)) return undefined;
    if (name.startsWith(OWN_PREFIX) || belongs.some((test) => test(name))) return undefined;
    const end = name.indexOf('/', fitting.length);
    return end < 0 ? name : name.slice(0, end + 1);
  };
  return ({ objects, folders }) => {
    const places = new Map<string, string | undefined>();
    for (const folder of folders) {
      const place = placeOf(folder);
      if (place !== undefined) places.set(place, undefined);
    }
    for (const { key, size } of objects) {
      // A key that ends with "/" only marks a folder.
      const place = size === 0 || key.endsWith('/') ? undefined : placeOf(key);
      if (place !== undefined && places.get(place) === undefined) places.set(place, key);
    }
    return places;
  };
}

/** Whether a key is in an hour of the template, or a folder leads to its hours. */
function belongsTo(template: PrefixTemplate): (name: string) => boolean {
  const hourOf = hourReader(template);
  const fittingOf = fittingReader(template);
  return (name) => hourOf(name) !== undefined || fittingOf(name) === name;
}

/**
 * What the report says about strays.
 * @param complete false if there may be more.
 */
export function straysOf(places: StrayPlaces, complete: boolean): Strays {
  const keys = [...places].slice(0, MOST_NAMED).map(([place, key]) => key ?? place);
  return { count: places.size, complete, keys };
}

/** Why an object belongs to no hour of a dataset, after "It". The key is not repeated. */
export function explainStray({ name, source }: Dataset, key: string): string {
  const nearest = nearestTemplate(source.prefix, key);
  const why =
    nearest === undefined
      ? `it is in no folder of an hour (${source.prefix})`
      : nearest.template === source.prefix
        ? `its folders name a time that does not exist (${source.prefix})`
        : `its folders look like ${oneLine(nearest.template)}, and source.prefix of the dataset is ${source.prefix}`;
  return `belongs to no hour of dataset ${name}, so no load reads it: ${why}`;
}

/** A template that would have given a key its folders. */
export interface NearestTemplate {
  /** As a prefix of a dataset file, also with {M}, {d} and {H} for numbers without leading zeros. */
  readonly template: string;
  /** The hour that the key names in its way; undefined if it names only a month or a day. */
  readonly hour: Hour | undefined;
}

const PARTS = [
  { name: 'year', long: '{yyyy}', short: '{yyyy}', from: 1900, to: 2199 },
  { name: 'month', long: '{MM}', short: '{M}', from: 1, to: 12 },
  { name: 'day', long: '{dd}', short: '{d}', from: 1, to: 31 },
  { name: 'hour', long: '{HH}', short: '{H}', from: 0, to: 23 },
] as const;

/**
 * Reads the numbers in a key's folders as year, month, day and hour, in this order, with or without leading zeros or
 * separators.
 * @returns undefined if the folders name no month, or if they are right as far as they go.
 */
export function nearestTemplate(prefix: PrefixTemplate, key: string): NearestTemplate | undefined {
  const own = ownPrefix(prefix);
  const folders = key.slice(0, key.lastIndexOf('/') + 1);
  const values: string[] = [];
  let ended = false;
  const filled = folders
    .slice(own.length)
    .replace(/([a-z]*)(=?)(\d+)/gi, (text, word: string, sign: string, run: string) => {
      const named = PARTS.findIndex(({ name }) => name === word.toLowerCase());
      const parts =
        ended || (named >= 0 && named !== values.length) ? undefined : partsOf(run, values.length);
      // Numbers before the year, such as a version, are no times. After it, the first other number ends the time.
      ended ||= parts === undefined && values.length > 0;
      if (parts === undefined) return text;
      const names = parts.map((part, index) => {
        const { long, short } = PARTS[values.length + index]!;
        return part.length === 1 ? short : long;
      });
      values.push(...parts);
      return `${word}${sign}${names.join('')}`;
    });
  // Folders within those of the time say nothing about it.
  const template = own + filled.slice(0, filled.indexOf('/', filled.lastIndexOf('}')) + 1);
  if (values.length < 2 || (template !== prefix && prefix.startsWith(template))) return undefined;
  const [year = '', month = '', day = '', hour = ''] = values;
  const pad = (text: string) => text.padStart(2, '0');
  const named = `${year}-${pad(month)}-${pad(day)}T${pad(hour)}`;
  return { template, hour: values.length === PARTS.length && isHour(named) ? named : undefined };
}

/** Digits as the next parts of a time, such as 20261123 as three; undefined if they cannot be that. */
function partsOf(run: string, next: number): string[] | undefined {
  const lengths = next === 0 ? [4, 2, 2, 2] : run.length === 1 ? [1] : [2, 2, 2];
  const parts: string[] = [];
  let rest = run;
  for (const length of lengths) {
    const part = PARTS[next + parts.length];
    if (rest === '' || !part) break;
    const digits = rest.slice(0, length);
    if (digits.length < length || Number(digits) < part.from || Number(digits) > part.to) return undefined;
    parts.push(digits);
    rest = rest.slice(length);
  }
  return rest === '' && parts.length > 0 ? parts : undefined;
}
