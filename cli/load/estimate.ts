/** What the load of a partition took. */
export interface Sample {
  readonly rows: number;
  /** The seconds for which its statements ran. */
  readonly seconds: number;
}

/**
 * A function from the rows of a partition to the seconds for which its statements run, by what earlier loads took: the line
 * that fits them best (least squares), which neither falls nor goes below zero.
 * @returns undefined without a sample.
 */
export function estimator(samples: readonly Sample[]): ((rows: number) => number) | undefined {
  if (samples.length === 0) return undefined;
  const mean = (of: (sample: Sample) => number) =>
    samples.reduce((sum, sample) => sum + of(sample), 0) / samples.length;
  const rows = mean((sample) => sample.rows);
  const seconds = mean((sample) => sample.seconds);
  const spread = mean((sample) => (sample.rows - rows) ** 2);
  const slope =
    spread === 0 ? 0 : mean((sample) => (sample.rows - rows) * (sample.seconds - seconds)) / spread;
  const rising = Math.max(0, slope);
  const base = seconds - rising * rows;
  // With a negative base few rows would take less than no time: then the time is in proportion to the rows.
  return base < 0 ? (count) => (count * seconds) / rows : (count) => base + rising * count;
}
