/** The most rows of a sample that are compared with each other, and the most values of them that are held in memory. */
const MOST_ROWS = 200_000;
const MOST_VALUES = 10_000_000;

/** How many rows can be compared if each has so many columns. */
export const rowsToCompare = (columns: number): number =>
  Math.min(MOST_ROWS, Math.floor(MOST_VALUES / Math.max(1, columns)));

/**
 * The values of one column in the first rows of a sample, as numbers: equal values have the same code. They say which
 * columns tell rows apart, in 8 bytes a value.
 */
export class RowValues {
  private codes: Float64Array = new Float64Array(0);
  private times: Float64Array | undefined;

  /** @param time milliseconds since 1970, if the value can be a time. */
  set(row: number, code: number, time?: number): void {
    this.codes = longEnough(this.codes, row);
    this.codes[row] = code;
    if (time === undefined) return;
    this.times = longEnough(this.times ?? new Float64Array(0), row);
    this.times[row] = time;
  }

  /** NaN for a value that is null or missing. */
  code(row: number): number {
    return this.codes[row] ?? NaN;
  }

  /** Milliseconds since 1970; NaN if the value is no time. */
  time(row: number): number {
    return this.times?.[row] ?? NaN;
  }
}

function longEnough(values: Float64Array, row: number): Float64Array {
  if (row < values.length) return values;
  const longer = new Float64Array(Math.max(1_024, 2 * values.length, row + 1)).fill(NaN);
  longer.set(values);
  return longer;
}
