/**
 * Whether an object holds events that Firehose did not write as Parquet: what its error prefix says for
 * `!{firehose:error-output-type}`. Source: Amazon Data Firehose Developer Guide, "Understand custom prefixes".
 */
export function isRefusedKey(key: string): boolean {
  return /(^|[^a-z])(processing-failed|format-conversion-failed)([^a-z]|$)/.test(key);
}
