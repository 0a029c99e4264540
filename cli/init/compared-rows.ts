import type { Sample, SampledColumn } from './sample';

/** The first rows of a sample, and which columns tell them apart. */
export class ComparedRows {
  readonly count: number;
  private readonly counts = new Map<string, number>();

  constructor(private readonly sample: Pick<Sample, 'columns' | 'compared'>) {
    this.count = sample.compared;
  }

  /** The number of rows that differ in some column: the same event may have been sent twice. */
  get different(): number {
    return this.distinct(this.sample.columns);
  }

  /** The number of different values, or combinations of values. */
  distinct(columns: readonly SampledColumn[]): number {
    const name = JSON.stringify(columns.map((column) => column.name));
    const known = this.counts.get(name) ?? this.distinctIn(columns, this.count);
    this.counts.set(name, known);
    return known;
  }

  /** Whether the columns differ between any two rows that are not the same. */
  areUnique(columns: readonly SampledColumn[]): boolean {
    // Most columns repeat early.
    const few = Math.min(this.count, FEW_ROWS);
    if (few < this.count && this.distinctIn(columns, few) < this.distinctIn(this.sample.columns, few))
      return false;
    return this.distinct(columns) === this.different;
  }

  /** Whether a column has one value in all rows of a key. */
  isSame(column: SampledColumn, key: readonly SampledColumn[]): boolean {
    return this.distinct([...key, column]) === this.distinct(key);
  }

  /** Whether one time is never before another one. */
  isNeverBefore(later: SampledColumn, earlier: SampledColumn): boolean {
    for (let row = 0; row < this.count; row += 1) {
      if (later.values.time(row) < earlier.values.time(row)) return false;
    }
    return true;
  }

  private distinctIn(columns: readonly SampledColumn[], rows: number): number {
    const [first, second] = columns;
    if (!first) return Math.min(1, rows);
    const found = new Set<number>();
    for (let row = 0; row < rows; row += 1)
      found.add(second ? combined(columns, row) : first.values.code(row));
    return found.size;
  }
}

const FEW_ROWS = 2_000;
const HALF = 2 ** 32;

/** A code for the values of several columns in a row, as {@link valueHash} makes it of a text. */
function combined(columns: readonly SampledColumn[], row: number): number {
  let [high, low] = [0xdeadbeef, 0x41c6ce57];
  for (const { values } of columns) {
    const code = values.code(row);
    const known = Number.isNaN(code) ? -1 : code;
    high = Math.imul(high ^ (known % HALF), 2_654_435_761) ^ (low >>> 15);
    low = Math.imul(low ^ Math.floor(known / HALF), 1_597_334_677) ^ (high >>> 13);
  }
  return HALF * (2_097_151 & low) + (high >>> 0);
}
