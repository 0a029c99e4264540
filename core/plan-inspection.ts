import { afterFailure, afterSuccess, triedIn, type BadFileSearch } from './bad-file-search';
import { badFilesError, footerProblem, quarantineDiagnosis, type BadFile } from './bad-files';
import { columnsDigest } from './columns';
import type { Dataset } from './dataset';
import { diagnose, shortenedDiagnosis, type CaughtError, type Diagnosis } from './diagnosis';
import { isErrorName, linesOf, LoadError } from './errors';
import { filesAmong, filesBeyond, type LakeFile } from './files';
import type { Footer } from './footer';
import { filesToLoad, planPartition, statementsOfParts, type PartitionFiles } from './inspection';
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
  /** The COPY before this inspection, if it found a bad file, or was part of the search for one. */
  readonly before?: CopyBefore | undefined;
}

/** A COPY of the same load. */
export interface CopyBefore {
  readonly inspection: Inspection;
  readonly plan: Pick<PartitionPlan, 'quarantined' | 'parts' | 'search'>;
  /** Why it failed, or why the check of its rows did (`of_staging`); undefined if both succeeded. */
  readonly error?: (CaughtError & { readonly of_staging?: boolean | undefined }) | undefined;
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
  /** If only some of the due files are loaded, to find a bad one. */
  readonly search?: BadFileSearch | undefined;
}

/** A file with its footer, or with the reason why the footer cannot be read. */
export interface ReadFile extends LakeFile {
  readonly footer: Footer | string;
}

/**
 * Chooses the files of an inspection.
 * @throws LoadError the error of the COPY if no file can have caused it; the error of the bad files after too many COPYs
 */
export function chooseFiles(subject: InspectionSubject): ChosenFiles {
  const { dataset, load, found, previous } = subject;
  const isAsked = load.reason === 'requested';
  const isWhole = isAsked || load.reason === 'overlapped';
  const due = filesToLoad(found.present, isWhole ? [] : (previous?.loaded ?? []));
  const told = mayQuarantine(dataset) && !isAsked ? stillBad(previous, dataset, due) : [];
  if (!subject.before) return { due, unread: filesBeyond(due, told), known: told, told };
  const { known, search } = foundSoFar(subject, subject.before, due);
  return { due, unread: search ? triedIn(search) : filesBeyond(due, known), known, told, search };
}

/**
 * Decides the result of an inspection after the footers are read: which files are bad, which are left out, which of
 * these must be reported, and what the load does.
 * @param read the `unread` files. @param started when the load of this partition started.
 * @throws LoadError for the bad files if the dataset does not quarantine; TooManyLayouts
 */
export function planInspection(
  { bucket, dataset, load, found, previous, before }: InspectionSubject,
  { due, known, told, search }: ChosenFiles,
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
  const copies = before ? before.inspection.further_copies + 1 : 0;
  const key = planKey(load.dataset, load.partition, load.execution, copies);
  const identity = { partition: load.partition, execution: load.execution, plan_key: key };
  const plan: PartitionPlan = {
    ...planPartition(dataset, identity, found, previous?.loaded ?? [], good, bad),
    ...(diagnosis ? { diagnosis } : {}),
    // A plan of a search says that it loads nothing, so that no mistake could make it count as a load.
    ...(search ? { search, loaded: [], fingerprint: '' } : {}),
  };
  const { statement_timeout_minutes: minutes, max_concurrency: concurrency, on_bad_file } = dataset.load;
  return {
    plan,
    inspection: {
      outcome: good.length === 0 ? 'empty' : 'ready',
      plan_key: key,
      fingerprint: plan.fingerprint,
      parts: Math.max(plan.parts.length, before?.inspection.parts ?? 0),
      files: good.length,
      rows: plan.rows,
      bytes: good.reduce((sum, file) => sum + file.size, 0),
      statements: statementsOfParts(dataset, plan),
      quarantined: plan.quarantined.length,
      vanished: plan.vanished.length,
      overwritten: plan.overwritten.length,
      error_objects: plan.error_objects,
      error_records: plan.error_records,
      on_bad_file,
      further_copies: copies,
      searching: search !== undefined,
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

/** The bad files that this execution has found so far, and the search that goes on. */
function foundSoFar(
  { bucket, dataset, load }: InspectionSubject,
  { inspection, plan, error: caught }: CopyBefore,
  due: readonly LakeFile[],
): Pick<ChosenFiles, 'known' | 'search'> {
  const failure = caught && diagnose(caught);
  const tried = plan.search ? triedIn(plan.search) : copiesOf(plan).flatMap((copy) => copy.files);
  const { bad, search } = failure
    ? afterFailure(failure, tried, caught?.of_staging !== true)
    : plan.search
      ? afterSuccess(plan.search)
      : {};
  if (failure && !bad && !search) throw asCaught(failure);

  const known = bad ? [...plan.quarantined, bad] : plan.quarantined;
  if (inspection.further_copies >= load.most_further_copies) {
    const remark = `${load.most_further_copies + 1} COPYs in a row failed or searched for a bad file, and Sluice tries no more`;
    const [last, ...more] = search?.suspects ?? [];
    // The last suspect of a search is left out although no COPY is left to try it alone: all others have been loaded.
    if (search && last && more.length === 0)
      return { known: filesAmong([...known, blamed(search, last)], due) };
    throw search
      ? unfound(search, known, remark)
      : badFilesError(dataset, bucket, known, due.length, `, and there may be more: ${remark}`);
  }
  // A file that was written again meanwhile counts as another file.
  const suspects = filesAmong(search?.suspects ?? [], due);
  return {
    known: filesAmong(known, due),
    search: search && suspects.length > 0 ? { ...search, suspects } : undefined,
  };
}

function asCaught({ error, cause, fix }: Diagnosis): LoadError {
  return new LoadError(isErrorName(error) ? error : 'StatementFailed', linesOf({ reason: cause }), fix);
}

function blamed({ error, reason }: BadFileSearch, { key, etag, size }: LakeFile): BadFile {
  return { key, etag, size, error, reason };
}

/** The error of a search that took too many COPYs. */
function unfound(
  { error, reason, suspects }: BadFileSearch,
  known: readonly BadFile[],
  remark: string,
): LoadError {
  const names = suspects.slice(0, SUSPECTS_SHOWN).map(({ key }) => key);
  const more = suspects.length > names.length ? ` and ${suspects.length - names.length} more` : '';
  return new LoadError(
    error,
    [
      reason,
      `${remark}. The bad file is one of ${suspects.length}: ${names.join(', ')}${more}`,
      ...known.slice(0, SUSPECTS_SHOWN).map((file) => `Bad, too: ${file.key}: ${file.error}: ${file.reason}`),
    ],
    'Look at these files with sluice inspect, then write the bad one again or move it away, and load the partition again.',
  );
}

const SUSPECTS_SHOWN = 10;

function judgeFile(
  dataset: Dataset,
  { partition }: PartitionState,
  { footer, ...file }: ReadFile,
): (LakeFile & { readonly footer: Footer }) | BadFile {
  if (typeof footer === 'string') {
    return {
      ...file,
      error: 'UnreadableFile',
      reason: `it is not a Parquet file that COPY reads: ${footer}`,
    };
  }
  const problem = footerProblem(dataset, partition, footer);
  return problem ? { ...file, ...problem } : { ...file, footer };
}
