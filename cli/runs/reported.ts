import type { LoadReport } from '../../core/report';
import { jsonOf } from './input-words';

/** The report that an execution ended with; undefined: it failed before, or another version wrote it. */
export function reportOf(output: string | undefined): LoadReport | undefined {
  const report = jsonOf(output ?? 'null') as Partial<LoadReport> | null | undefined;
  return Array.isArray(report?.partitions) ? (report as LoadReport) : undefined;
}
