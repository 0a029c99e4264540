import {
  badFilesError,
  fileNamedIn,
  footerProblem,
  isBadFileError,
  quarantineDiagnosis,
  type BadFile,
} from './bad-files';
import { columnsDigest } from './columns';
import type { Dataset } from './dataset';
import { diagnose, shortenedDiagnosis, type CaughtError } from './diagnosis';
import { isErrorName, linesOf, LoadError } from './errors';
import { filesAmong, filesBeyond, type LakeFile } from './files';
import type { Footer } from './footer';
import { filesToLoad, planPartition, type PartitionFiles } from './inspection';
import { copiesOf, planKey, type PartitionPlan } from './plan';
import type { Inspection, PartitionState } from './states';

/** What an inspection knows before it reads footers. */
export interface InspectionSubject {
  readonly bucket: string;
  readonly dataset: Dataset;
  readonly load: PartitionState;
  /** What S3 holds. */
  readonly found: PartitionFiles;
  /** The plan of the last load, if it still exists. */
  readonly previous?: PartitionPlan | undefined;
  /** If a COPY of this load found a bad file: the previous inspection, its plan and the error of the COPY. */
  readonly failed?:
    | {
        readonly inspection: Inspection;
        readonly plan: Pick<PartitionPlan, 'quarantined' | 'parts'>;
        readonly error: CaughtError;
      }
    | undefined;
}

/** The files of an inspection. */
export interface ChosenFiles {
  /** Files that the target does not hold yet. */
  readonly due: readonly LakeFile[];
  /** Due files whose footers must be read. */
  readonly unread: readonly LakeFile[];
  /** Due files that are known to be bad. */
  readonly known: readonly BadFile[];
  /** Known bad files that an earlier load has already reported. */
  readonly told: readonly BadFile[];
}

/** A file with its footer, or with the reason why the footer cannot be read. */
export interface ReadFile extends LakeFile {
  readonly footer: Footer | string;
}

/**
 * Chooses the files of an inspection.
 * @throws LoadError the error of the COPY if it names no file of the partition; the error of all bad files if too many
 *   COPYs failed
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
 * Decides the result of an inspection after the footers are read: which files are bad, which are left out, which of
 * these must be reported, and what the load does.
 * @param read the `unread` files. @param started when the load of this partition started.
 * @throws LoadError for the bad files if the dataset does not quarantine; TooManyLayouts
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
  const identity = { partition: load.partition, execution: load.execution, plan_key: key };
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
      parts: Math.max(plan.parts.length, failed?.inspection.parts ?? 0),
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

/** Bad files of the last load that have not changed, if the columns have not changed either. They were reported then. */
function stillBad(
  previous: PartitionPlan | undefined,
  dataset: Dataset,
  due: readonly LakeFile[],
): readonly BadFile[] {
  if (previous?.columns_digest !== columnsDigest(dataset.columns)) return [];
  return filesAmong(previous.quarantined, due);
}

/** The bad files that this execution has found so far, with the one that its last COPY found. */
function foundSoFar(
  { bucket, dataset, load }: InspectionSubject,
  { inspection, plan, error: caught }: NonNullable<InspectionSubject['failed']>,
  due: readonly LakeFile[],
): readonly BadFile[] {
  const { error, cause, fix } = diagnose(caught);
  // A retry of this inspection finds the file among those that are already left out.
  const file = fileNamedIn(cause, [...copiesOf(plan).flatMap((copy) => copy.files), ...plan.quarantined]);
  if (!isBadFileError(error) || !file) {
    throw new LoadError(isErrorName(error) ? error : 'StatementFailed', linesOf({ reason: cause }), fix);
  }
  const { key, etag, size } = file;
  const others = plan.quarantined.filter((each) => each.key !== key);
  const bad: BadFile[] = [...others, { key, etag, size, error, reason: cause }];
  if (inspection.failed_copies >= load.most_failed_copies) {
    const remark = `, and there may be more: ${load.most_failed_copies + 1} COPYs in a row found one bad file each, and Sluice tries no more`;
    throw badFilesError(dataset, bucket, bad, due.length, remark);
  }
  // A file that was written again meanwhile counts as another file.
  return filesAmong(bad, due);
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
