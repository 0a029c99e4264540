/** Every way in for bad input, with its share of the cases. Cheap cases get a greater share. */
export const TARGET_WEIGHTS = {
  'execution-input': 5,
  'dataset-file': 5,
  'object-key': 1,
  'column-name': 2,
  'parquet-bytes': 4,
  'firehose-record': 4,
} as const;

export type TargetName = keyof typeof TARGET_WEIGHTS;

export const TARGET_NAMES = Object.keys(TARGET_WEIGHTS) as TargetName[];

/** The number of cases for each target, at least one. The numbers add up to all cases. */
export function sharesOf(cases: number, targets: readonly TargetName[]): ReadonlyMap<TargetName, number> {
  const whole = targets.reduce((sum, name) => sum + TARGET_WEIGHTS[name], 0);
  let [left, weightLeft] = [cases, whole];
  return new Map(
    targets.map((name) => {
      const share = Math.round((left * TARGET_WEIGHTS[name]) / weightLeft);
      left -= share;
      weightLeft -= TARGET_WEIGHTS[name];
      return [name, Math.max(1, share)];
    }),
  );
}
