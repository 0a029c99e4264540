import { renderTable } from '../shared/table';
import { plural } from '../shared/text';
import type { ReasonCount } from './reasons';

/** Reasons beyond this number are left out of a table. */
const REASONS_SHOWN = 20;

/** A table of reasons for people. @param width characters in a line. Default: the terminal's width. */
export function reasonsTable(reasons: readonly ReasonCount[], width?: number): string {
  const shown = reasons.slice(0, REASONS_SHOWN);
  const several = new Set(reasons.map(({ dataset }) => dataset)).size > 1;
  const table = renderTable(
    ['reason', 'events', 'objects', 'now', ...(several ? ['dataset'] : [])],
    shown.map(({ reason, events, objects, accepted, dataset }) => [
      reason,
      events.toLocaleString('en'),
      objects.toLocaleString('en'),
      accepted === null ? '?' : accepted ? 'accepted' : 'refused',
      ...(several ? [dataset ?? '?'] : []),
    ]),
    { width, lengths: [100, 45, 34, 24], numeric: new Set([1, 2]) },
  );
  const more = reasons.length - shown.length;
  return [
    table,
    ...(more > 0 ? [`… and ${plural(more, 'more reason')}; --json has all`] : []),
    ...(reasons.some(({ accepted }) => accepted !== null)
      ? ['now: what the dataset file of this checkout says of the events by themselves']
      : []),
  ].join('\n');
}
