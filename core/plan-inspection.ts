import {
  BAD_FILE_ERRORS,
  badFilesError,
  fileNamedIn,
  footerProblem,
  quarantineDiagnosis,
  type BadFile,
  type BadFileError,
} from './bad-files';
import { columnsDigest } from './columns';
import type { Dataset } from './dataset';
import { diagnose, shortenedDiagnosis, type CaughtError } from './diagnosis';
import { isErrorName, LoadError } from './errors';
import { filesAmong, filesBeyond, type LakeFile } from './files';
import type { Footer } from './footer';
import { filesToLoad, planPartition, type PartitionFiles } from './inspection';
import { planKey, type PartitionPlan } from './plan';
import type { Inspection, PartitionState } from './states';
import { stagingTable } from './warehouse';

/** All that an inspection looks at before it reads a footer. */
export interface InspectionSubject {
  readonly bucket: string;
  readonly dataset: Dataset;
  readonly load: PartitionState;
  /** What S3 holds. */
  readonly found: PartitionFiles;
  /** The plan of the last load, where there was one and it is still there. */
  readonly previous?: PartitionPlan | undefined;
  /** This load's own inspection before, with its plan and the error of its COPY, where the COPY met a bad file. */
  readonly failed?:
    | {
        readonly inspection: Inspection;
        readonly plan: Pick<PartitionPlan, 'quarantined' | 'copies'>;
        readonly error: CaughtError;
      }
    | undefined;
}

/** Which files an inspection is about. */
export interface ChosenFiles {
  /** Those that the target does not hold yet. */
  readonly due: readonly LakeFile[];
  /** Those of them whose footers are to be read. */
  readonly unread: readonly LakeFile[];
  /** Those of them that are known to be bad. */
  readonly known: readonly BadFile[];
  /** Those of the known ones that somebody has been told of by an earlier load. */
  readonly told: readonly BadFile[];
}

/** A file with what its footer says, or why that cannot be read. */
export interface ReadFile extends LakeFile {
  readonly footer: Footer | string;
}

/**
 * Chooses the files of an inspection.
 * @throws LoadError the COPY's own, where it names no file of the partition; that of all bad files, where there is no end
 *   of them
 */
export function chooseFiles(subject: InspectionSubject): ChosenFiles {
  const { dataset, load, found, previous } = subject;
  const isAsked = load.reason === 'requested';
  const due = filesToLoad(found.present, isAsked ? [] : (previous?.loaded ?? []));
  const told = mayQuarantine(dataset) && !isAsked ? stillBad(previous, dataset, due) : [];
  const known = subject.failed ? foundSoFar(subject, subject.failed, due) : told;
  return { due, unread: filesBeyond(due, known), known, told };
}

/**
 * Decides what an inspection comes to, once the footers are read: which files are bad, which are left out and which of
 * these are news, and what the load does.
 * @param read the `unread` files. @param started when the load of this partition started.
 * @throws LoadError of the bad files, where the dataset does not quarantine; TooManyColumnOrders
 */
export function planInspection(
  { bucket, dataset, load, found, previous, failed }: InspectionSubject,
  { due, known, told }: ChosenFiles,
  read: readonly ReadFile[],
  started: Date,
): { readonly plan: PartitionPlan; readonly inspection: Inspection } {
  const judged = read.map((file) => judgeFile(dataset, load, file));
  const bad = [...known, ...judged.filter((file) => 'error' in file)];
  if (bad.length > 0 && !mayQuarantine(dataset)) throw badFilesError(dataset, bucket, bad, due.length);

  const good = judged.filter((file) => 'footer' in file);
  const news = filesBeyond(bad, told);
  const diagnosis =
    news.length > 0 ? quarantineDiagnosis(dataset, bucket, news, due.length, good.length) : undefined;
  const key = planKey(load.dataset, load.partition, load.execution);
  const identity = { partition: load.partition, execution: load.execution, keys: { plan: key } };
  const plan: PartitionPlan = {
    ...planPartition(dataset, identity, found, previous?.loaded ?? [], good, bad),
    ...(diagnosis ? { diagnosis } : {}),
  };
  const { statement_timeout_minutes: minutes, max_concurrency: concurrency, on_bad_file } = dataset.load;
  return {
    plan,
    inspection: {
      outcome: good.length === 0 ? 'empty' : 'ready',
      plan_key: key,
      staging: stagingTable(load.dataset, load.partition, load.execution),
      files: good.length,
      rows: plan.rows,
      bytes: good.reduce((sum, file) => sum + file.size, 0),
      quarantined: plan.quarantined.length,
      vanished: plan.vanished.length,
      overwritten: plan.overwritten.length,
      error_objects: plan.error_objects,
      error_records: plan.error_records,
      on_bad_file,
      failed_copies: (failed?.inspection.failed_copies ?? -1) + 1,
      started: started.toISOString(),
      statement_timeout_minutes: minutes,
      merge_timeout_minutes: minutes * concurrency,
      ...(diagnosis ? { diagnosis: shortenedDiagnosis(diagnosis, load.diagnosis_bytes) } : {}),
    },
  };
}

const mayQuarantine = ({ load }: Dataset): boolean => load.on_bad_file === 'quarantine';

/** Bad files of the last load that are as they were, judged by the same columns: somebody has been told of them. */
function stillBad(
  previous: PartitionPlan | undefined,
  dataset: Dataset,
  due: readonly LakeFile[],
): readonly BadFile[] {
  if (previous?.columns_digest !== columnsDigest(dataset.columns)) return [];
  return filesAmong(previous.quarantined, due);
}

/** The bad files that this execution has found so far, with the one that its COPY has just met. */
function foundSoFar(
  { bucket, dataset, load }: InspectionSubject,
  { inspection, plan, error: caught }: NonNullable<InspectionSubject['failed']>,
  due: readonly LakeFile[],
): readonly BadFile[] {
  const { error, cause, fix } = diagnose(caught);
  // Among those left out already where this is another try of the same inspection.
  const file = fileNamedIn(cause, [...plan.copies.flatMap((copy) => copy.files), ...plan.quarantined]);
  if (!isBadFileError(error) || !file) {
    throw new LoadError(isErrorName(error) ? error : 'StatementFailed', cause, fix);
  }
  const { key, etag, size } = file;
  const others = plan.quarantined.filter((each) => each.key !== key);
  const bad: BadFile[] = [...others, { key, etag, size, error, reason: cause }];
  if (inspection.failed_copies >= load.most_failed_copies) {
    const remark = `, and there may be more: ${load.most_failed_copies + 1} COPYs in a row met one each, and no more are tried`;
    throw badFilesError(dataset, bucket, bad, due.length, remark);
  }
  // One that was written again meanwhile is another file.
  return filesAmong(bad, due);
}

function isBadFileError(error: string): error is BadFileError {
  return BAD_FILE_ERRORS.some((each) => each === error);
}

function judgeFile(
  dataset: Dataset,
  { partition }: PartitionState,
  { footer, ...file }: ReadFile,
): (LakeFile & { readonly footer: Footer }) | BadFile {
  if (typeof footer === 'string') {
    return { ...file, error: 'UnreadableFile', reason: `it is not a readable Parquet file: ${footer}` };
  }
  const problem = footerProblem(dataset, partition, footer);
  return problem ? { ...file, ...problem } : { ...file, footer };
}
