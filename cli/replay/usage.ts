import { existsSync } from 'node:fs';
import { chooseDataset, type Dataset } from '../../core/dataset';
import { isHour, type Hour } from '../../core/hour';
import { dayPrefixes, errorPrefixes, hourReader, prefixOfHour } from '../../core/prefix';
import { datasetOfRefused } from '../inspect/dataset-of';
import { isS3Url, parseS3Url } from '../inspect/s3-url';
import type { CommonOptions } from '../run';
import { shellWord } from '../shared/hint';
import { UsageError } from '../shared/output';
import { checkHasStream } from '../shared/stream-name';

export interface ReplayOptions extends Partial<CommonOptions> {
  /** `s3://bucket/key`, `s3://bucket/prefix/`, an hour of arrival or a day. */
  readonly what: string;
  /** Whether to count only, and send nothing. */
  readonly dryRun?: boolean;
  /** A part of the reasons whose events are sent. Default: all reasons. */
  readonly reason?: string;
  /** Whether to send events that the dataset file refuses, too. */
  readonly all?: boolean;
  /** Whether to send events that an earlier replay has sent, too. */
  readonly again?: boolean;
}

/** Where the error objects are. */
export type Place =
  | { readonly kind: 'url'; readonly bucket: string; readonly key: string }
  | {
      /** Hours of a dataset in its own lake. */
      readonly kind: 'hours';
      readonly dataset: Dataset;
      readonly prefixes: readonly string[];
      /** Whether a key under the prefixes belongs to the hours. */
      readonly has: (key: string) => boolean;
    };

/**
 * Checks the usage of `sluice replay` without a connection.
 * @throws UsageError, LoadError InvalidInput
 */
export function checkReplay(datasets: readonly Dataset[], { what, dataset, reason }: ReplayOptions): Place {
  if (reason?.trim() === '') throw new UsageError('--reason needs a part of a reason, as inspect shows it.');
  if (isS3Url(what)) {
    const place = parseS3Url(what);
    const owner = datasetOfRefused(datasets, place.key, dataset);
    if (owner) checkHasStream(owner);
    return { kind: 'url', ...place };
  }
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(what) && isHour(`${what}T00`);
  if (!isDay && !isHour(what)) throw new UsageError(usageText(what));
  const chosen = chooseDataset(datasets, dataset);
  checkHasStream(chosen);
  const templates = errorPrefixes(chosen.source.error_prefix);
  const hoursOf = templates.map(hourReader);
  return {
    kind: 'hours',
    dataset: chosen,
    prefixes: [...new Set(templates.flatMap((template) => prefixesOf(template, what, isDay)))],
    has: (key) => hoursOf.some((hourOf) => hourOf(key)?.startsWith(what)),
  };
}

function prefixesOf(template: string, time: string, isDay: boolean): readonly string[] {
  const midnight: Hour = `${time}T00`;
  return isDay ? dayPrefixes(template, midnight, midnight) : [prefixOfHour(template, time)];
}

function usageText(what: string): string {
  const local = existsSync(what)
    ? ` For error objects on this machine: npx sluice inspect ${shellWord(what)} --events | npx sluice stream -`
    : '';
  return `${what} is no place of refused events. Write s3://bucket/prefix/, s3://bucket/object, an hour (2026-11-23T08) or a day (2026-11-23), in UTC.${local}`;
}
