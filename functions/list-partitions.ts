import * as z from 'zod';
import { accountOf } from '../core/arn';
import { knownPartitions, type KnownPartition } from '../core/attempts';
import { LoadError } from '../core/errors';
import { parseExecutionInput } from '../core/execution-input';
import { mostFurtherCopies } from '../core/execution-limits';
import { filesByHour, type LakeFile } from '../core/files';
import type { Hour } from '../core/hour';
import { attemptsOf, dayOf, hasScheduledOn, lostHours, type LedgerHours } from '../core/ledger';
import { hoursOfPlans, hoursToList, newestLoaded, overdueHours, planLoad } from '../core/partitions';
import { dayPrefixes, errorPrefixes, prefixesAboveDays, type PrefixTemplate } from '../core/prefix';
import type { Listing } from '../core/states';
import { strayFinder, straysOf } from '../core/strays';
import { unsettledHours } from '../core/unsettled';
import { findDataset } from '../service/datasets';
import { statementsOf } from '../service/statements';
import { readConfiguration, type Configuration } from './shared/configuration';
import { findStrays } from './shared/find-strays';
import { logger, stepHandler } from './shared/handler';
import { readHistory, type History } from './shared/history';
import { inParallel } from './shared/in-parallel';
import { allowed, bucketRegion, ledgerOf, listerOf, listFiles } from './shared/lake';
import type { Ledger, LedgerContent } from './shared/ledger';
import { recordStep } from './shared/metrics';
import { settle, unfinishedLoads } from './shared/unfinished-loads';

const event = z.object({
  input: z.unknown(),
  execution: z.string(),
  /** The ARN of the state machine. It names the account in which everything runs. */
  state_machine: z.string(),
});

/** Days that are listed at the same time; a range has up to 366. */
const CONCURRENT_LISTINGS = 16;

/** The bytes that the diagnoses of all failed partitions share, out of the 262,144 bytes of a payload between states. */
const DIAGNOSES_BYTES = 100_000;

/** Partitions that are failing or incomplete, as the payload between states names them: some 140 bytes each. */
const MOST_UNSETTLED = 300;

/** Finds the partitions that this execution loads. */
export const handler = stepHandler(
  'ListPartitions',
  event,
  async ({ input, execution, state_machine }): Promise<Listing> => {
    const called = Date.now();
    const configuration = readConfiguration();
    const request = parseExecutionInput(input);
    const { dataset, datasets, several } = findDataset(configuration.packageDirectory, request.dataset);
    const now = new Date();
    const hours = hoursToList(dataset, request, now);

    assertSameAccount(configuration, state_machine);
    await assertSameRegion(configuration);
    const { bucket } = configuration;
    const { source } = dataset;
    const days = (template: PrefixTemplate) => dayPrefixes(template, hours.from, hours.to);
    const find = strayFinder(dataset, datasets);
    const inDays = new Map<string, string | undefined>();
    // A requested execution looks only at the requested hours.
    const isScheduled = request.kind === 'scheduled';
    const kept = hoursOfPlans(dataset, hours, now);
    const ledger = ledgerOf(configuration, dataset);
    const [files, errorFiles, told] = await Promise.all([
      listHours(bucket, [source.prefix], days, (listing) => {
        for (const [place, key] of find({ objects: listing, folders: [] })) inDays.set(place, key);
      }),
      allowed(() => listHours(bucket, errorPrefixes(source.error_prefix), days), new Map<Hour, LakeFile[]>()),
      // Without it every hour looks due, and the history is asked.
      allowed(() => ledger.read(kept), NOTHING_TOLD, 'the ledger, so the history is asked'),
    ]);
    // A request is about its hours, so it looks only at their days.
    const above = isScheduled ? prefixesAboveDays(source.prefix, hours.from, hours.to) : [];
    const strays = await allowed(
      () => findStrays(listerOf(bucket), find, above, inDays),
      straysOf(inDays, false),
      'the folders above the days, where files of no hour may be',
    );
    /** @param lost hours of which the ledger tells and the history does not. */
    const planned = async (known: readonly KnownPartition[], lost: readonly Hour[]) => {
      const overdue = isScheduled ? overdueHours(hours, known, lost) : [];
      // Whole days: the more hours of a day are overdue, the fewer listings are each.
      const each = (template: PrefixTemplate) => [
        ...new Set(overdue.flatMap((hour) => dayPrefixes(template, hour, hour))),
      ];
      const [overdueFiles, overdueErrors] = await Promise.all([
        listHours(bucket, [source.prefix], each),
        allowed(
          () => listHours(bucket, errorPrefixes(source.error_prefix), each),
          new Map<Hour, LakeFile[]>(),
        ),
      ]);
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
    const lost = lostHours(told.hours);
    let known: readonly KnownPartition[] = knownPartitions(attemptsOf(told.hours));
    let plan = await planned(known, lost);
    let staging: readonly string[] = [];
    const unfinished =
      isScheduled && !request.plan
        ? await unfinishedLoads(ledger, told, { configuration, dataset, execution, state_machine })
        : [];
    // Nothing is due, or somebody only looks: then nobody wakes the warehouse.
    const asks = !request.plan && (plan.partitions.length > 0 || unfinished.length > 0);
    if (asks) {
      // An hour that only the ledger finds due is asked for, too, or it would be due for ever.
      const doubted = [
        ...plan.partitions.map(({ partition }) => partition),
        ...unfinished.flatMap((each) => each.hours),
      ];
      const from = [hours.from, ...doubted].sort()[0] ?? hours.from;
      const history = await readHistory(configuration, dataset, told.hours, {
        ...{ kept, from, to: hours.to, execution },
        statements: statementsOf(configuration.packageDirectory, 'list-partitions', dataset),
      });
      const { changed } = history;
      ({ staging } = history);
      known = knownPartitions(attemptsOf(history.hours));
      plan = await planned(known, [...lost, ...changed.keys()]);
      await repair(ledger, told.hours, history);
      await settle(ledger, unfinished, now);
    }
    const { partitions, waiting, next } = plan;
    const complete = new Set(plan.complete);
    const taken = new Set(plan.partitions.map(({ partition }) => partition));
    const unsettled = unsettledHours(known.filter(({ partition }) => !complete.has(partition)));
    // Those of this execution come first, so that it knows how many are left.
    const named = [
      ...unsettled.filter(({ partition }) => taken.has(partition)),
      ...unsettled.filter(({ partition }) => !taken.has(partition)),
    ];
    const loads = !request.plan && partitions.length > 0;
    if (loads) await begin(ledger, execution, partitions);
    recordStep(dataset.name, 'ListPartitions', called);
    return {
      dataset: dataset.name,
      several,
      plan: request.plan,
      loads,
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
        isScheduled && loads && (staging.length > 0 || !hasScheduledOn(told.hours, dayOf(now.toISOString()))),
      unsettled: named.slice(0, MOST_UNSETTLED),
      unsettled_count: unsettled.length,
      unsettled_known: told.isWhole || asks,
      staging,
      strays,
      newest_loaded: newestLoaded(known, hours.from),
      next: next ?? null,
      max_concurrency: dataset.load.max_concurrency,
    };
  },
);

/** Redshift assumes only roles of its own account. In a chain of roles only the first must belong to that account. */
function assertSameAccount({ copyRole }: Configuration, stateMachine: string): void {
  const account = accountOf(stateMachine);
  if (accountOf(copyRole) === account) return;
  throw new LoadError(
    'RoleNotAssumable',
    `The COPY role ${copyRole} belongs to account ${accountOf(copyRole)}, the warehouse to account ${account}: Redshift assumes only roles of its own account.`,
    `Create a role in account ${account} that trusts redshift.amazonaws.com and redshift-serverless.amazonaws.com, attach it to the namespace and set COPY_ROLE_ARN to it. If the bucket belongs to account ${accountOf(copyRole)}, allow that role in the bucket’s policy, or chain the roles: COPY_ROLE_ARN=<role in ${account}>,${copyRole}.`,
  );
}

/** COPY from Parquet does not accept REGION, so a bucket in another Region would fail later with a less clear error. */
async function assertSameRegion({ bucket, region }: Configuration): Promise<void> {
  const found = await bucketRegion(bucket);
  if (found === region) return;
  throw new LoadError(
    'RegionMismatch',
    `Bucket ${bucket} is in ${found}, the warehouse in ${region}: COPY reads Parquet only within one Region.`,
    `Deploy Sluice and its warehouse in ${found}, or replicate the bucket into ${region} (S3 replication) and set LAKE_BUCKET to the copy.`,
  );
}

/**
 * The data files of the templates by hour. Only the given prefixes of each template are listed.
 * @param look is called with each listing, which also has the objects of no hour.
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

const NOTHING_TOLD: LedgerContent = { hours: new Map(), running: [], isWhole: false };

/** Without it a kill after the commit stays unnoticed until the history is asked, but a load is not to fail for it. */
async function begin(
  ledger: Ledger,
  execution: string,
  partitions: readonly { readonly partition: Hour }[],
): Promise<void> {
  const hours = partitions.map(({ partition }) => partition);
  await ledger.begin(execution, hours).catch((error: unknown) => {
    logger.warn('The ledger does not call this execution running', { error: error as Error });
  });
}

/**
 * A ledger that stays as it is only makes the next execution ask again, so it fails no load. But if it is ahead of the
 * history, the merges of this load would hide what it lacks, so nothing is loaded then.
 * @throws LoadError ServiceUnavailable
 */
async function repair(ledger: Ledger, told: LedgerHours, { changed, isBehind }: History): Promise<void> {
  try {
    await ledger.change({ asked: changed, told });
  } catch (error) {
    if (isBehind)
      throw new LoadError(
        'ServiceUnavailable',
        `The load history lacks merges of which the ledger tells, and the ledger cannot be put right: ${(error as Error).message}`,
        'Let list-partitions write under sluice/ in the lake, or run sluice ledger rebuild. Then hours that the warehouse has lost are loaded again.',
      );
    logger.warn('The ledger is not repaired', { error: error as Error });
  }
}
