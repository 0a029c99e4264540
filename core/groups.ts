import type { Dataset } from './dataset';
import { addHours, type Hour } from './hour';
import { bytesForParts } from './inspection';
import type { Group, PreparedPartition } from './states';

/**
 * Partitions that are loaded together: one COPY batch, one check, one merge. A group of hours costs as many statements as a
 * single hour. If something is wrong with one of them, each is loaded alone.
 */

/** A merge reads the range from its first event time to its last one, so hours that lie far apart are not merged together. */
const MOST_SPAN_HOURS = 24;
/** Beyond this the data takes most of the time, and a failure loses more of it. */
const MOST_BYTES = 4 * 1024 ** 3;

/** What the partitions of a group add to its batches. Each bound leaves room for the statements that belong to no part. */
const MOST_COPY_STATEMENTS = 38;
const MOST_CHECK_STATEMENTS = 36;

/** The group of a partition that is loaded alone. */
export function groupOfOne(partition: PreparedPartition): Group {
  const { inspection } = partition;
  return {
    partitions: [partition],
    outcome: inspection?.outcome ?? 'not-inspected',
    searching: inspection?.searching ?? false,
    on_bad_file: inspection?.on_bad_file ?? 'fail',
  };
}

/** @param partitions oldest first. */
export function groupsOf(dataset: Dataset, partitions: readonly PreparedPartition[]): readonly Group[] {
  const groups: Group[] = [];
  let open: PreparedPartition[] = [];
  const close = () => {
    const [only, ...more] = open;
    if (only)
      groups.push({
        ...groupOfOne(only),
        ...(more.length > 0 ? { partitions: open, on_bad_file: 'fail' } : {}),
      });
    open = [];
  };
  for (const partition of partitions) {
    if (!mayBeGrouped(partition)) {
      groups.push(groupOfOne(partition));
      continue;
    }
    if (!fits(dataset, [...open, partition])) close();
    open.push(partition);
  }
  close();
  // A partition that is loaded alone may lie between those of a group. The oldest come first.
  return groups.toSorted((left, right) => (firstOf(left) < firstOf(right) ? -1 : 1));
}

const firstOf = ({ partitions }: Group): Hour => partitions[0]?.partition ?? '';

/** A partition of which files were left out has a row of the history with texts of its own. */
function mayBeGrouped({ inspection }: PreparedPartition): boolean {
  return inspection?.outcome === 'ready' && inspection.diagnosis === undefined;
}

function fits(dataset: Dataset, partitions: readonly PreparedPartition[]): boolean {
  if (partitions.length > dataset.load.hours_per_merge) return false;
  const [first, last] = [partitions[0]?.partition ?? '', partitions.at(-1)?.partition ?? ''];
  if (partitions.length > 1 && last >= addHours(first, MOST_SPAN_HOURS)) return false;
  const sum = (value: (partition: PreparedPartition) => number) =>
    partitions.reduce((total, each) => total + value(each), 0);
  return (
    partitions.length === 1 ||
    (sum(({ inspection }) => inspection?.bytes ?? 0) <= MOST_BYTES &&
      sum(({ inspection }) => inspection?.statements.copy ?? 0) <= MOST_COPY_STATEMENTS &&
      sum(({ inspection }) => inspection?.statements.check ?? 0) <= MOST_CHECK_STATEMENTS &&
      sum(({ inspection }) => inspection?.statements.bytes ?? 0) <= bytesForParts(dataset))
  );
}
