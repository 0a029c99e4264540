import { firstBytes, type Diagnosis } from './diagnosis';
import { startedText, timestampText } from './hour';
import type { PartitionPlan } from './plan';

/** Of a cause and of a fix: a row of the Data API has 64 KB at most. */
const TEXT_BYTES = 20_000;
const ERROR_CHARACTERS = 256;

/**
 * Columns that the load history of an earlier version lacks, with their types: added where they are missing. All may be
 * null, since rows from before have nothing in them.
 */
export const ADDED_HISTORY_COLUMNS: Readonly<Record<string, string>> = {
  other_hours: 'BIGINT',
  quarantined: 'BIGINT',
  vanished: 'BIGINT',
  overwritten: 'BIGINT',
  error_objects: 'BIGINT',
  error_records: 'BIGINT',
  rerun: 'VARCHAR(1024)',
  inspected: 'TIMESTAMP',
};

/** The Data API takes neither NULL nor an empty text as a parameter; sql/ makes NULL of these. */
const NO_TEXT = '-';
const NO_COUNT = -1;

type Parameters = Record<string, string | number>;

/**
 * Why an attempt failed, or what it left out, as parameters of a history row.
 * @param rerun the execution input that loads the partition again.
 */
export function diagnosisParameters(diagnosis: Diagnosis | undefined, rerun: object): Parameters {
  return {
    error: diagnosis?.error.slice(0, ERROR_CHARACTERS) ?? NO_TEXT,
    cause: diagnosis ? firstBytes(diagnosis.cause, TEXT_BYTES) : NO_TEXT,
    fix: diagnosis ? firstBytes(diagnosis.fix, TEXT_BYTES) : NO_TEXT,
    rerun: diagnosis ? JSON.stringify(rerun) : NO_TEXT,
  };
}

/** When a load started: in whole seconds, as its end is recorded, and as it is, to tell two of one second apart. */
export function startParameters(started: Date): Parameters {
  return { started: startedText(started), inspected: timestampText(started) };
}

/** What was found beside the files that are loaded, as parameters of a history row. */
export function planParameters(plan: PartitionPlan): Parameters {
  return {
    quarantined: plan.quarantined.length,
    vanished: plan.vanished.length,
    overwritten: plan.overwritten.length,
    error_objects: plan.error_objects,
    error_records: plan.error_records ?? NO_COUNT,
  };
}
