import * as z from 'zod';
import type { KnownPartition } from '../../core/attempts';
import type { Dataset } from '../../core/dataset';
import { parseExecutionInput, type ExecutionInput } from '../../core/execution-input';
import { mostFurtherCopies } from '../../core/execution-limits';
import { filesByHour, type LakeFile } from '../../core/files';
import type { Hour } from '../../core/hour';
import { dayOf, hasScheduledOn } from '../../core/ledger';
import {
  hoursOfPlans,
  hoursToList,
  newestLoaded,
  overdueHours,
  planLoad,
  type LoadPlan,
} from '../../core/partitions';
import { dayPrefixes, errorPrefixes, type PrefixTemplate } from '../../core/prefix';
import type { Listing, Strays } from '../../core/states';
import { unsettledHours } from '../../core/unsettled';
import { findDataset } from '../../service/datasets';
import type { Configuration } from './configuration';
import { inParallel } from './in-parallel';
import { allowed, ledgerOf, listFiles } from './lake';
import type { Ledger, LedgerContent } from './ledger';
import { unfinishedLoads, type UnfinishedLoad } from './unfinished-loads';

/** The event of a step that finds out what is due. */
export const surveyEvent = z.object({
  input: z.unknown(),
  execution: z.string(),
  /** The ARN of the state machine. It names the account in which everything runs. */
  state_machine: z.string(),
});
type SurveyEvent = z.infer<typeof surveyEvent>;

/** Days that are listed at the same time; a range has up to 366. */
const CONCURRENT_LISTINGS = 16;

/** The bytes that the diagnoses of all failed partitions share, out of the 262,144 bytes of a payload between states. */
const DIAGNOSES_BYTES = 100_000;

/** Partitions that are failing or incomplete, as the payload between states names them: some 140 bytes each. */
const MOST_UNSETTLED = 300;

type HourRange = Readonly<Record<'from' | 'to', Hour>>;

/** What S3 and Step Functions say of the hours that an execution looks at. It makes no statement. */
export interface Survey {
  readonly execution: string;
  readonly request: ExecutionInput;
  readonly dataset: Dataset;
  readonly several: boolean;
  readonly now: Date;
  readonly isScheduled: boolean;
  /** The hours that are looked at, and those of which the execution may know. */
  readonly hours: HourRange;
  readonly kept: HourRange;
  readonly ledger: Ledger;
  readonly told: LedgerContent;
  readonly unfinished: readonly UnfinishedLoad[];
  /** What is due, if this is known of earlier loads. @param lost hours of which the ledger tells and the history does not. */
  readonly planned: (known: readonly KnownPartition[], lost: readonly Hour[]) => Promise<LoadPlan>;
}

/** @param look is called with each listing of a day's files, which also has the objects of no hour. */
export async function surveyHours(
  configuration: Configuration,
  { input, execution, state_machine }: SurveyEvent,
  look?: (listing: readonly LakeFile[]) => void,
): Promise<Survey> {
  const request = parseExecutionInput(input);
  const { dataset, several } = findDataset(configuration.packageDirectory, request.dataset);
  const { bucket } = configuration;
  const { source } = dataset;
  const now = new Date();
  const hours = hoursToList(dataset, request, now);
  const kept = hoursOfPlans(dataset, hours, now);
  const isScheduled = request.kind === 'scheduled';
  const ledger = ledgerOf(configuration, dataset);
  const list = (days: (template: PrefixTemplate) => readonly string[], isFirst: boolean) =>
    Promise.all([
      listHours(bucket, [source.prefix], days, isFirst ? look : undefined),
      allowed(() => listHours(bucket, errorPrefixes(source.error_prefix), days), new Map<Hour, LakeFile[]>()),
    ]);
  const [[files, errorFiles], told] = await Promise.all([
    list((template) => dayPrefixes(template, hours.from, hours.to), true),
    // Without it every hour looks due, and the history is asked.
    allowed(() => ledger.read(kept), NOTHING_TOLD, 'the ledger, so the history is asked'),
  ]);
  const unfinished =
    isScheduled && !request.plan ? await unfinishedLoads(ledger, told, { execution, state_machine }) : [];
  const planned = async (known: readonly KnownPartition[], lost: readonly Hour[]) => {
    const overdue = isScheduled ? overdueHours(hours, known, lost) : [];
    // Whole days: the more hours of a day are overdue, the fewer listings are each.
    const days = (template: PrefixTemplate) => [
      ...new Set(overdue.flatMap((hour) => dayPrefixes(template, hour, hour))),
    ];
    const [overdueFiles, overdueErrors] = await list(days, false);
    return planLoad(
      dataset,
      request,
      { ...hours, overdue },
      new Map([...files, ...overdueFiles]),
      new Map([...errorFiles, ...overdueErrors]),
      known,
      now,
    );
  };
  return {
    ...{ execution, request, dataset, several, now, isScheduled, hours, kept, ledger, told, unfinished },
    planned,
  };
}

const NOTHING_TOLD: LedgerContent = { hours: new Map(), running: [], firstDay: undefined, isWhole: false };

/**
 * What the states get to know.
 * @param known earlier loads, as the ledger or the load history tells of them. @param plan what is due by them.
 * @param found `isCertain`: the load history was asked. `staging`: the staging tables that it has.
 */
export function listingOf(
  survey: Survey,
  known: readonly KnownPartition[],
  plan: LoadPlan,
  strays: Strays,
  { isCertain, staging }: { readonly isCertain: boolean; readonly staging: readonly string[] },
): Listing {
  const { execution, request, dataset, several, now, isScheduled, hours, told, unfinished } = survey;
  const { partitions, waiting, next } = plan;
  const complete = new Set(plan.complete);
  const taken = new Set(partitions.map(({ partition }) => partition));
  const unsettled = unsettledHours(known.filter(({ partition }) => !complete.has(partition)));
  // Those of this execution come first, so that it knows how many are left.
  const named = [
    ...unsettled.filter(({ partition }) => taken.has(partition)),
    ...unsettled.filter(({ partition }) => !taken.has(partition)),
  ];
  const asks = partitions.length > 0 || unfinished.some(({ isTold }) => !isTold);
  return {
    dataset: dataset.name,
    several,
    plan: request.plan,
    loads: asks && !request.plan,
    partitions: partitions.map((each) => ({
      ...each,
      dataset: dataset.name,
      execution,
      diagnosis_bytes: Math.floor(DIAGNOSES_BYTES / partitions.length),
      most_further_copies: mostFurtherCopies(partitions.length),
    })),
    waiting,
    scheduled: isScheduled && !request.plan,
    sweep:
      isScheduled &&
      partitions.length > 0 &&
      (staging.length > 0 || !hasScheduledOn(told.hours, dayOf(now.toISOString()))),
    unsettled: named.slice(0, MOST_UNSETTLED),
    unsettled_count: unsettled.length,
    unsettled_known: told.isWhole || isCertain,
    staging: [...staging],
    strays,
    newest_loaded: newestLoaded(known, hours.from),
    next: next ?? null,
    max_concurrency: dataset.load.max_concurrency,
  };
}

/**
 * The data files of the templates by hour. Only the given prefixes of each template are listed.
 * @param look is called with each listing.
 */
async function listHours(
  bucket: string,
  templates: readonly PrefixTemplate[],
  prefixesOf: (template: PrefixTemplate) => readonly string[],
  look?: (listing: readonly LakeFile[]) => void,
): Promise<Map<Hour, LakeFile[]>> {
  const prefixes = templates.flatMap((template) =>
    prefixesOf(template).map((prefix) => ({ template, prefix })),
  );
  const listings = await inParallel(prefixes, CONCURRENT_LISTINGS, async ({ template, prefix }) => {
    const listing = await listFiles(bucket, prefix);
    look?.(listing);
    return filesByHour(template, listing);
  });
  const hours = new Map<Hour, LakeFile[]>();
  for (const [hour, files] of listings.flatMap((listing) => [...listing])) {
    hours.set(hour, [...(hours.get(hour) ?? []), ...files]);
  }
  return hours;
}
