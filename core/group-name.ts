import type { Hour } from './hour';

/**
 * The name of a group in the names of its statements: its hour, or its first hour and how many more it has. The name of one
 * group is never the beginning of another's, since a blank follows it there.
 */
export function groupName(partitions: readonly { readonly partition: Hour }[]): string {
  const first = partitions[0]?.partition ?? '';
  return partitions.length > 1 ? `${first}+${partitions.length - 1}` : first;
}
