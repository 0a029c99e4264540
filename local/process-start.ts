import { readFileSync } from 'node:fs';

/** The field `starttime` of /proc/<id>/stat, counted after the name. Source: proc_pid_stat(5). */
const START_TIME = 19;

/**
 * When a process started, as a text to compare: on Linux the boot and the clock ticks since. Empty where nobody can say.
 */
export function startOfProcess(id: number): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const stat = readFileSync(`/proc/${id}/stat`, 'utf8');
    // The name is in parentheses and may hold any character.
    const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[START_TIME] ?? '';
    return `${boot} ${ticks}`;
  } catch {
    return '';
  }
}
