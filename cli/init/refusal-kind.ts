import type { TransformedRecord } from '../../core/transform';

type Refused = Extract<TransformedRecord, { accepted: false }>;

/** A reason of the transform without the value, so that equal reasons can be counted: `not a valid integer`. */
export function refusalKind({ reason, column }: Pick<Refused, 'reason' | 'column'>): string {
  const ofEvent = reason.replace(/^event \d+ of \d+ in the record: /, '');
  if (column === undefined) return /^(not JSON|not a JSON object)\b/.exec(ofEvent)?.[0] ?? ofEvent;
  // `column: value is problem`, or `column is missing`. No problem has this word.
  const problem = ofEvent.slice(ofEvent.lastIndexOf(IS) + IS.length);
  return problem.replace(/^\d+ bytes long, (\d+) are allowed$/, 'longer than the $1 bytes that are allowed');
}

const IS = ' is ';
