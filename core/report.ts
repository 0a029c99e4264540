import type { Hour } from './hour';
import type { Reason } from './partitions';

/** What became of one partition. Row counts are 0 where the step that counts them was not reached. */
export interface PartitionResult {
  readonly partition: Hour;
  readonly reason: Reason;
  readonly outcome: 'loaded' | 'empty' | 'failed' | 'planned';
  readonly files: number;
  readonly rows_in_files: number;
  readonly staged: number;
  readonly duplicates: number;
  readonly superseded: number;
  readonly deleted: number;
  readonly inserted: number;
  /** Wall-clock time of the partition's steps. */
  readonly seconds: number;
  readonly error: string | null;
  readonly cause: string | null;
  readonly fix: string | null;
}

/** What an execution ends with. */
export interface LoadReport {
  readonly dataset: string | null;
  readonly status: 'SUCCEEDED' | 'FAILED';
  /** Partitions that are due but were not taken by this execution. */
  readonly waiting: number;
  /** The input that loads the waiting ones, where the next scheduled execution does not. */
  readonly next: object | null;
  readonly partitions: readonly PartitionResult[];
  /** The execution's own error, or the first failed partition's. */
  readonly error: string | null;
  /** One line for people. */
  readonly summary: string;
  /** What is published where the execution failed. */
  readonly notification: { readonly subject: string; readonly message: string } | null;
}

/** A partition as the state machine's Map ends it: what was reached, and when. */
export interface PartitionEnd {
  readonly partition: Hour;
  readonly reason: Reason;
  readonly outcome: PartitionResult['outcome'];
  /** Files in the listing. */
  readonly files: number;
  readonly inspection?: { readonly files: number; readonly rows: number; readonly started: string };
  readonly counts?: { readonly staged: number };
  readonly merged?: Pick<PartitionResult, 'staged' | 'duplicates' | 'superseded' | 'deleted' | 'inserted'>;
  readonly diagnosis?: ExecutionFailure;
  /** ISO 8601. */
  readonly finished?: string;
}

export function partitionResult(end: PartitionEnd): PartitionResult {
  const { merged, inspection, diagnosis } = end;
  return {
    partition: end.partition,
    reason: end.reason,
    outcome: end.outcome,
    files: inspection?.files ?? end.files,
    rows_in_files: inspection?.rows ?? 0,
    staged: merged?.staged ?? end.counts?.staged ?? 0,
    duplicates: merged?.duplicates ?? 0,
    superseded: merged?.superseded ?? 0,
    deleted: merged?.deleted ?? 0,
    inserted: merged?.inserted ?? 0,
    seconds:
      inspection && end.finished ? (Date.parse(end.finished) - Date.parse(inspection.started)) / 1_000 : 0,
    error: diagnosis?.error ?? null,
    cause: diagnosis?.cause ?? null,
    fix: diagnosis?.fix ?? null,
  };
}

/** A failure before or beside the partitions: the input, the listing, the warehouse. */
export interface ExecutionFailure {
  readonly error: string;
  readonly cause: string;
  readonly fix: string;
}

/** SNS takes subjects of fewer than 100 characters, printable ASCII. Source: Amazon SNS API Reference, "Publish". */
const SUBJECT_LENGTH = 99;
/** A Fail state's cause is kept up to 32,768 characters; the notification, in one payload with the rest, far below 256 KiB. */
const MESSAGE_LENGTH = 30_000;
/** What each part of a section may take, so that a long cause never pushes the fix out of the message. */
const CAUSE_LENGTH = 8_000;
const FIX_LENGTH = 4_000;
const INPUT_LENGTH = 2_000;

export function reportLoad(
  load: {
    readonly dataset: string | null;
    readonly execution: string;
    readonly input: unknown;
    readonly waiting: number;
    readonly next: object | null;
    readonly several: boolean;
  },
  partitions: readonly PartitionResult[],
  failure: ExecutionFailure | null,
): LoadReport {
  const failed = partitions.filter((each) => each.outcome === 'failed');
  const status = failure || failed.length > 0 ? 'FAILED' : 'SUCCEEDED';
  const summary = failure
    ? `stopped by ${failure.error}`
    : summaryOf(partitions, failed.length, load.waiting);
  const common = { dataset: load.dataset, waiting: load.waiting, next: load.next, partitions, summary };
  if (status === 'SUCCEEDED') return { ...common, status, error: null, notification: null };

  const what = load.dataset ?? 'load';
  const subject = `Sluice: ${what}: ${failure ? failure.error : `${failed.length} of ${partitions.length} partitions failed`}`;
  const sections = failure
    ? [explain(failure, failure.error === 'InvalidInput' ? null : JSON.stringify(load.input))]
    : failed.map((each) =>
        [
          `Partition ${each.partition} (${each.reason}): ${each.error}`,
          explain(
            each,
            JSON.stringify({ ...(load.several ? { dataset: load.dataset } : {}), partition: each.partition }),
          ),
        ].join('\n'),
      );
  return {
    ...common,
    status,
    error: failure?.error ?? failed[0]?.error ?? null,
    notification: {
      subject: subject.replace(/[^\x20-\x7e]/g, '?').slice(0, SUBJECT_LENGTH),
      message: fitted([`Execution ${load.execution} failed: ${summary}.`, ...sections]),
    },
  };
}

function explain(
  failure: { error: string | null; cause: string | null; fix: string | null },
  /** Null where the same input would only fail again. */
  input: string | null,
): string {
  return [
    `What happened: ${shortened(failure.cause ?? '', CAUSE_LENGTH)}`,
    `How to fix it: ${shortened(failure.fix ?? '', FIX_LENGTH)}`,
    ...(input === null ? [] : [`To run it again, start an execution with ${shortened(input, INPUT_LENGTH)}`]),
  ].join('\n');
}

function summaryOf(partitions: readonly PartitionResult[], failed: number, waiting: number): string {
  if (partitions.length === 0) return 'nothing to load';
  const sum = (pick: (each: PartitionResult) => number) =>
    partitions.reduce((total, each) => total + pick(each), 0);
  const planned = partitions.filter((each) => each.outcome === 'planned').length;
  if (planned > 0)
    return `${planned} partitions would be loaded${waiting > 0 ? `, ${waiting} more would wait` : ''}`;
  const loaded = partitions.filter((each) => each.outcome === 'loaded').length;
  return [
    `${loaded} of ${partitions.length} partitions loaded`,
    `${sum((each) => each.inserted)} rows inserted`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(waiting > 0 ? [`${waiting} waiting`] : []),
  ].join(', ');
}

/** Never half of a surrogate pair at the end, which no UTF-8 text can hold. */
function shortened(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length).replace(/\p{Surrogate}$/u, '')}…`;
}

/** As many whole sections as fit, and how many more there are. */
function fitted(sections: readonly string[]): string {
  const kept: string[] = [];
  let length = 0;
  for (const [index, section] of sections.entries()) {
    if (length + section.length > MESSAGE_LENGTH) {
      kept.push(`… and ${sections.length - index} more; the load history names them all.`);
      break;
    }
    kept.push(section);
    length += section.length;
  }
  return kept.join('\n\n');
}
