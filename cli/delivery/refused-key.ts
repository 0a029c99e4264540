/**
 * Whether an object holds events that Firehose could not write as Parquet. Its key contains a value of
 * `!{firehose:error-output-type}`. Source: Amazon Data Firehose Developer Guide, "Understand custom prefixes".
 */
export function isRefusedKey(key: string): boolean {
  return /(^|[^a-z])(processing-failed|format-conversion-failed)([^a-z]|$)/.test(key);
}
