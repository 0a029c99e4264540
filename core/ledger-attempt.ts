import * as z from 'zod';
import { OUTCOMES } from './attempts';
import type { DeepReadonly } from './deep-readonly';
import { firstBytes } from './diagnosis';
import type { Hour } from './hour';
import { mergeCounts, type PartitionEnd, type Row } from './states';

const count = z.number().int().nonnegative();
const time = z.iso.datetime();

/** An attempt on an hour: what decides, as in {@link Attempt}, and what people read. */
export const ledgerAttempt = z.strictObject({
  execution: z.string(),
  outcome: z.enum(OUTCOMES),
  reason: z.string(),
  fingerprint: z.string().nullable(),
  plan_key: z.string().nullable(),
  quarantined: count,
  merge_number: count,
  built_on: count,
  failures: count,
  files: count,
  rows_in_files: count,
  ...mergeCounts.shape,
  started: time,
  finished: time,
  /** Why it failed, or why files were left out. */
  error: z.string().nullable(),
  cause: z.string().nullable(),
  fix: z.string().nullable(),
});
export type LedgerAttempt = DeepReadonly<z.infer<typeof ledgerAttempt>>;

/** The most bytes of a cause and of a fix. The execution's report and the history have them whole. */
const TEXT_BYTES = 2_000;

/**
 * An attempt of the history: a row that sql/prepare-warehouse.sql selects. It reads whatever there is: one row that somebody
 * wrote by hand must not stop the loads of all hours.
 */
export function historyAttempt(row: Row): readonly [Hour, LedgerAttempt] {
  const text = (name: string) => (row[name] === null || row[name] === undefined ? null : String(row[name]));
  const number = (name: string) => Math.max(0, Math.trunc(Number(row[name] ?? 0)) || 0);
  const instant = (name: string) => {
    const milliseconds = Date.parse(`${String(row[name]).replace(' ', 'T')}Z`);
    return new Date(Number.isNaN(milliseconds) ? 0 : milliseconds).toISOString();
  };
  const outcome = OUTCOMES.find((each) => each === row.outcome) ?? 'failed';
  return [
    String(row.partition).trim(),
    {
      ...{ execution: text('execution') ?? '', outcome, reason: text('reason') ?? '' },
      ...{ fingerprint: text('fingerprint'), plan_key: text('plan_key'), quarantined: number('quarantined') },
      ...{ merge_number: number('merge_number'), built_on: number('built_on'), failures: number('failures') },
      ...{ files: number('files'), rows_in_files: number('rows_in_files') },
      ...{ staged: number('staged'), duplicates: number('duplicates'), superseded: number('superseded') },
      ...{ deleted: number('deleted'), inserted: number('inserted') },
      ...{ started: instant('started'), finished: instant('finished') },
      ...{ error: text('error'), cause: text('cause'), fix: text('fix') },
    },
  ];
}

/**
 * The attempt of a partition that has ended; undefined if nobody knows how, or if nothing was tried: then the next execution
 * asks the history.
 */
export function endedAttempt(
  end: PartitionEnd,
  execution: string,
): readonly [Hour, LedgerAttempt] | undefined {
  const { outcome, inspection, merged, counts, built_on, failures, finished } = end;
  if (outcome === 'unknown' || outcome === 'planned') return undefined;
  if (built_on === undefined || failures === undefined || finished === undefined) return undefined;
  const hasFailed = outcome === 'failed';
  // Without its number and its fingerprint a load says nothing about the hour.
  if (
    !hasFailed &&
    (inspection?.fingerprint === undefined || (outcome === 'loaded' && !merged?.merge_number))
  )
    return undefined;
  const { error = null, cause = null, fix = null } = end.diagnosis ?? inspection?.diagnosis ?? {};
  const shortened = (text: string | null) => text && firstBytes(text, TEXT_BYTES);
  const attempt: LedgerAttempt = {
    ...{ execution, outcome, reason: end.reason },
    fingerprint: (hasFailed ? end.listed : inspection?.fingerprint) ?? null,
    plan_key: hasFailed ? null : (inspection?.plan_key ?? null),
    quarantined: hasFailed ? 0 : (inspection?.quarantined ?? 0),
    built_on,
    failures: failures + (hasFailed ? 1 : 0),
    files: outcome === 'empty' ? 0 : (inspection?.files ?? end.files),
    rows_in_files: outcome === 'empty' ? 0 : (inspection?.rows ?? 0),
    ...(merged ?? {
      ...{ staged: counts?.staged ?? 0, duplicates: 0, superseded: 0, deleted: 0, inserted: 0 },
      merge_number: built_on,
    }),
    started: inspection?.started ?? finished,
    finished,
    ...{ error, cause: shortened(cause), fix: shortened(fix) },
  };
  return [end.partition, ledgerAttempt.strip().parse(attempt)];
}
