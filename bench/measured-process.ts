import { readFileSync } from 'node:fs';

/** Peak resident memory of this process, in bytes. */
export function peakBytes(): number {
  try {
    const kilobytes = /VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    if (kilobytes !== undefined) return Number(kilobytes) * 1_024;
  } catch {
    // Only Linux has /proc.
  }
  return process.resourceUsage().maxRSS * 1_024;
}
