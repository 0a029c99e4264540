import * as z from 'zod';
import { accountOf } from '../core/arn';
import { knownPartitions, type Attempt, type KnownPartition } from '../core/attempts';
import type { Dataset } from '../core/dataset';
import { LoadError } from '../core/errors';
import { parseExecutionInput, type ExecutionInput } from '../core/execution-input';
import { mostFurtherCopies } from '../core/execution-limits';
import { filesByHour, type LakeFile } from '../core/files';
import { addHours, type Hour } from '../core/hour';
import { hoursToList, newestLoaded, overdueHours, planLoad } from '../core/partitions';
import {
  dayPrefixes,
  errorPrefixes,
  prefixesAboveDays,
  prefixOfHour,
  type PrefixTemplate,
} from '../core/prefix';
import { batchOf, type Sql } from '../core/sql';
import type { Listing, Row } from '../core/states';
import { strayFinder, straysOf } from '../core/strays';
import { assertTargetFits, objectParameters, warehouseObjects } from '../core/warehouse-objects';
import { creatingStatements, findingStatements } from '../service/create-warehouse';
import { findDataset } from '../service/datasets';
import { statementsOf } from '../service/statements';
import { readConfiguration, type Configuration } from './shared/configuration';
import { findStrays } from './shared/find-strays';
import { stepHandler } from './shared/handler';
import { inParallel } from './shared/in-parallel';
import { allowed, bucketRegion, listerOf, listFiles } from './shared/lake';
import { recordStep } from './shared/metrics';
import { runBatch } from './shared/warehouse';

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

/** Staging tables that one execution looks at; the next one takes the rest. */
const MOST_STAGING_TABLES = 200;

/** Finds the partitions that this execution loads. */
export const handler = stepHandler(
  'ListPartitions',
  event,
  async ({ input, execution, state_machine }): Promise<Listing> => {
    const called = Date.now();
    const configuration = readConfiguration();
    const request = parseExecutionInput(input);
    const { dataset, datasets, several } = findDataset(configuration.packageDirectory, request.dataset);
    const hours = hoursToList(dataset, request, new Date());

    assertSameAccount(configuration, state_machine);
    await assertSameRegion(configuration);
    const { bucket } = configuration;
    const { source } = dataset;
    const days = (template: PrefixTemplate) => dayPrefixes(template, hours.from, hours.to);
    const find = strayFinder(dataset, datasets);
    const inDays = new Map<string, string | undefined>();
    const [files, errorFiles, { known, staging }] = await Promise.all([
      listHours(bucket, [source.prefix], days, (listing) => {
        for (const [place, key] of find({ objects: listing, folders: [] })) inDays.set(place, key);
      }),
      allowed(() => listHours(bucket, errorPrefixes(source.error_prefix), days), new Map<Hour, LakeFile[]>()),
      readWarehouse(configuration, dataset, request, hours),
    ]);
    const overdue = request.kind === 'scheduled' ? overdueHours(hours, known) : [];
    const each = (template: PrefixTemplate) => overdue.map((hour) => prefixOfHour(template, hour));
    // A request is about its hours, so it looks only at their days.
    const above = request.kind === 'scheduled' ? prefixesAboveDays(source.prefix, hours.from, hours.to) : [];
    const [overdueFiles, overdueErrors, strays] = await Promise.all([
      listHours(bucket, [source.prefix], each),
      allowed(() => listHours(bucket, errorPrefixes(source.error_prefix), each), new Map<Hour, LakeFile[]>()),
      allowed(
        () => findStrays(listerOf(bucket), find, above, inDays),
        straysOf(inDays, false),
        'the folders above the days, where files of no hour may be',
      ),
    ]);
    const { partitions, waiting, next } = planLoad(
      dataset,
      request,
      { ...hours, overdue },
      new Map([...files, ...overdueFiles]),
      new Map([...errorFiles, ...overdueErrors]),
      known,
    );
    recordStep(dataset.name, 'ListPartitions', called);
    return {
      dataset: dataset.name,
      several,
      plan: request.plan,
      partitions: partitions.map((each) => ({
        ...each,
        dataset: dataset.name,
        execution,
        diagnosis_bytes: Math.floor(DIAGNOSES_BYTES / partitions.length),
        most_further_copies: mostFurtherCopies(partitions.length),
      })),
      waiting,
      sweep: request.kind === 'scheduled' && !request.plan,
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

/**
 * Reads what earlier attempts on these hours did, and which staging tables exist. Creates what is missing in the
 * warehouse, unless the input asks only for a plan.
 */
async function readWarehouse(
  configuration: Configuration,
  dataset: Dataset,
  request: ExecutionInput,
  { from, to }: { readonly from: Hour; readonly to: Hour },
): Promise<{ readonly known: readonly KnownPartition[]; readonly staging: readonly string[] }> {
  const { packageDirectory } = configuration;
  const parameters = {
    ...objectParameters(dataset),
    dataset: dataset.name,
    // A requested execution looks only at the requested hours.
    oldest_hour: request.kind === 'scheduled' ? addHours(to, -24 * dataset.load.retention_days) : from,
    from_hour: from,
    to_hour: to,
  };
  const read = (statements: readonly Sql[]) =>
    runBatch(configuration, batchOf(statements, parameters), `ListPartitions ${dataset.name}`);
  const finding = findingStatements(packageDirectory, dataset);
  const statements = statementsOf(packageDirectory, 'list-partitions', dataset);
  const results = await read(statements).catch(async (error: unknown) => {
    // Before the first load the history does not exist.
    if (!(error instanceof LoadError) || error.name !== 'TargetMismatch') throw error;
    const found = await read(finding);
    // Another execution may have created it since.
    return warehouseObjects(found, dataset).hasHistory ? read(statements) : found;
  });
  const objects = warehouseObjects(results, dataset);
  assertTargetFits(objects, dataset);
  const creating = creatingStatements(packageDirectory, dataset, objects);
  if (!request.plan && creating.length > 0) {
    await runBatch(configuration, batchOf(creating, {}), `CreateWarehouse ${dataset.name}`);
  }
  const attempts = results[finding.length] ?? [];
  return {
    known: knownPartitions(attempts.map(attempt), objects.hasTarget),
    staging: objects.staging.slice(0, MOST_STAGING_TABLES),
  };
}

function attempt(row: Row): Attempt {
  const { partition, outcome, reason, fingerprint, plan_key, quarantined, merge_number, built_on, failures } =
    row;
  return {
    partition: String(partition).trim(),
    outcome: outcome as Attempt['outcome'],
    reason: reason as Attempt['reason'],
    fingerprint: fingerprint === null ? null : String(fingerprint),
    plan_key: plan_key === null ? null : String(plan_key),
    quarantined: Number(quarantined),
    merge_number: Number(merge_number),
    built_on: Number(built_on),
    failures: Number(failures),
  };
}
