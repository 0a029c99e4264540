/** What a file system answers that is full, read-only or broken. */
const CODES: readonly (string | undefined)[] = [
  'ENOSPC',
  'EDQUOT',
  'EFBIG',
  'EROFS',
  'EACCES',
  'EPERM',
  'EIO',
];

/** How long until a write that the disk refused is tried again, in milliseconds. */
export const DISK_RETRY_MS = 500;

export function isDiskError(error: unknown): boolean {
  return CODES.includes((error as NodeJS.ErrnoException | undefined)?.code);
}

/** Between two reports, in milliseconds: with a full disk every request fails. */
const REPORT_EVERY_MS = 10_000;
let reported = -Infinity;

/** Says on the terminal what the disk refuses, or why else something could not be written. */
export function reportDisk(error: unknown): void {
  if (performance.now() - reported < REPORT_EVERY_MS) return;
  reported = performance.now();
  console.error(
    `The disk refuses what the twin writes: ${(error as Error).message}.\nFix: Make room, or make the state directory writable. The twin goes on, and works again then.`,
  );
}
