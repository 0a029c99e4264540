/** 2000-01-01 and 2100-01-01 in seconds since 1970. A number outside is more likely something else than a time. */
const [FIRST_SECOND, LAST_SECOND] = [946_684_800, 4_102_444_800];

const UNITS = { seconds: 1, milliseconds: 1e3, microseconds: 1e6, nanoseconds: 1e9 } as const;
export type EpochUnit = keyof typeof UNITS;

/** The unit in which all numbers from the least to the greatest are times of our days; undefined if there is none. */
export function epochUnit(least: number, greatest: number): EpochUnit | undefined {
  const units = Object.keys(UNITS) as EpochUnit[];
  return units.find((unit) => least >= FIRST_SECOND * UNITS[unit] && greatest < LAST_SECOND * UNITS[unit]);
}

/** Whether a number may be a time that the transform takes: in seconds or milliseconds since 1970. */
export function isEpoch(value: number): boolean {
  const unit = epochUnit(value, value);
  return unit === 'seconds' || unit === 'milliseconds';
}
