import type { KnownPartition } from './attempts';
import { hasFailed } from './report';
import type { ExecutionEnd, UnsettledHour } from './states';

/** The partitions that are failing, and those of which files were left out. Oldest first. */
export function unsettledHours(known: readonly KnownPartition[]): UnsettledHour[] {
  return known
    .flatMap(({ partition, failure, holdings }): UnsettledHour[] => {
      if (failure)
        return [
          {
            partition,
            error: failure.error?.slice(0, 64) ?? 'UnknownError',
            fingerprint: failure.fingerprint,
          },
        ];
      // Any of the holdings is true. The last one tells best what was reported.
      const { quarantined = 0 } = holdings.at(-1) ?? {};
      return quarantined > 0 ? [{ partition, error: 'FilesQuarantined', fingerprint: null }] : [];
    })
    .sort((left, right) => (left.partition < right.partition ? -1 : 1));
}

/** The partitions that are failing or incomplete after an execution. */
export interface Unsettled {
  /** Those that it tried. */
  readonly own: readonly UnsettledHour[];
  /** Others that were so before. */
  readonly others: readonly UnsettledHour[];
  /** How many others its payload does not name. */
  readonly more: number;
}

export function unsettledAfter(load: ExecutionEnd): Unsettled {
  const { partitions, unsettled = [], unsettled_count = 0 } = load;
  const tried = new Set(partitions.map(({ partition }) => partition));
  const own = partitions.flatMap((end): UnsettledHour[] => {
    const { partition, inspection, diagnosis, listed = null } = end;
    if (hasFailed(end))
      return [{ partition, error: diagnosis?.error ?? 'UnknownError', fingerprint: listed }];
    return inspection && inspection.quarantined > 0
      ? [
          {
            partition,
            error: 'FilesQuarantined',
            // A bad file is named once.
            fingerprint: inspection.diagnosis ? inspection.fingerprint : null,
          },
        ]
      : [];
  });
  const others = unsettled.filter(({ partition }) => !tried.has(partition));
  return { own, others, more: unsettled_count - unsettled.length };
}
