import type { FaultRule } from '../../local/faults/fault-rule';
import { ANSWER_LOST, CONFLICT, CRASH, SDK_ATTEMPTS, THROTTLED } from '../../testkit/faults';

/** A fault that a load of one hour meets, and whether the load recovers. */
interface LoadFault {
  readonly recovers: boolean;
  /** How hours may fail if it hits a group of them. */
  readonly mayFail?: { readonly error: string; readonly most?: number };
  rule(dataset: string): FaultRule;
}

/** Text that occurs only in the statements of this dataset's step. */
const staging = (dataset: string) => `"staging_${dataset}_\\d{10}_`;
const merging = (dataset: string) => `^LOCK [^]*${staging(dataset)}`;
const copying = (dataset: string) => `${staging(dataset)}[^]*FORMAT AS PARQUET`;
const ofDataset = (dataset: string) => `"dataset":"${dataset}"`;

/** More failures than the state machine has attempts for a step. */
const EVERY_ATTEMPT = 7;

export const FAULTS = {
  'Lambda throttles copy-to-staging': {
    recovers: true,
    rule: (dataset) => ({
      service: 'lambda',
      operation: 'sluice-local-copy-to-staging',
      match: ofDataset(dataset),
      times: 2,
      fault: THROTTLED,
    }),
  },
  'merge-into-target crashes': {
    recovers: true,
    rule: (dataset) => ({
      service: 'lambda',
      operation: 'sluice-local-merge-into-target',
      match: ofDataset(dataset),
      fault: CRASH,
    }),
  },
  'the answer to the copy is lost': {
    recovers: true,
    rule: (dataset) => ({
      service: 'redshift-data',
      operation: 'BatchExecuteStatement',
      match: copying(dataset),
      times: SDK_ATTEMPTS,
      fault: ANSWER_LOST,
    }),
  },
  'the answer to the merge is lost': {
    recovers: true,
    rule: (dataset) => ({
      service: 'redshift-data',
      operation: 'BatchExecuteStatement',
      match: merging(dataset),
      times: SDK_ATTEMPTS,
      fault: ANSWER_LOST,
    }),
  },
  'the merge meets a conflict (1023)': {
    recovers: true,
    rule: (dataset) => ({
      service: 'redshift-data',
      operation: 'statement',
      match: merging(dataset),
      fault: { type: 'statement', status: 'FAILED', error: CONFLICT },
    }),
  },
  'the merge meets conflicts (1023) for longer than the retries last': {
    recovers: false,
    mayFail: { error: 'SerializationConflict' },
    rule: (dataset) => ({
      service: 'redshift-data',
      operation: 'statement',
      match: merging(dataset),
      times: EVERY_ATTEMPT,
      fault: { type: 'statement', status: 'FAILED', error: CONFLICT },
    }),
  },
  'the copy fails for good': {
    recovers: false,
    // It hits one COPY. If that is of a group, each of its hours is then loaded alone.
    mayFail: { error: 'StatementFailed', most: 1 },
    rule: (dataset) => ({
      service: 'redshift-data',
      operation: 'statement',
      match: copying(dataset),
      fault: { type: 'statement', status: 'FAILED', error: 'ERROR: unheard of' },
    }),
  },
} as const satisfies Readonly<Record<string, LoadFault>>;

export type FaultName = keyof typeof FAULTS;

/** SYS_LOAD_ERROR_DETAIL cannot be read, whoever asks. */
export const NO_DETAIL: FaultRule = {
  service: 'redshift-data',
  operation: 'statement',
  match: 'sys_load_error_detail',
  times: Number.MAX_SAFE_INTEGER,
  fault: {
    type: 'statement',
    status: 'FAILED',
    error: 'ERROR: permission denied for relation sys_load_error_detail',
  },
};
