import { accountOf } from '../core/arn';
import { knownPartitions } from '../core/attempts';
import { LoadError } from '../core/errors';
import { parseExecutionInput } from '../core/execution-input';
import { attemptsOf, lostHours } from '../core/ledger';
import { prefixesAboveDays } from '../core/prefix';
import type { Listing } from '../core/states';
import { strayFinder, straysOf } from '../core/strays';
import { findDataset } from '../service/datasets';
import { readConfiguration, type Configuration } from './shared/configuration';
import { findStrays } from './shared/find-strays';
import { stepHandler } from './shared/handler';
import { allowed, bucketRegion, listerOf } from './shared/lake';
import { recordStep } from './shared/metrics';
import { listingOf, surveyEvent, surveyHours } from './shared/survey';

/**
 * Finds the partitions that are due, as far as S3 tells: their files, and what the ledger says of earlier loads. It makes no
 * statement, so that nobody wakes the warehouse if nothing is due.
 */
export const handler = stepHandler('ListPartitions', surveyEvent, async (event): Promise<Listing> => {
  const called = Date.now();
  const configuration = readConfiguration();
  const { bucket } = configuration;
  const request = parseExecutionInput(event.input);
  const { dataset, datasets } = findDataset(configuration.packageDirectory, request.dataset);
  assertSameAccount(configuration, event.state_machine);
  await assertSameRegion(configuration);

  const find = strayFinder(dataset, datasets);
  const inDays = new Map<string, string | undefined>();
  const survey = await surveyHours(configuration, event, (listing) => {
    for (const [place, key] of find({ objects: listing, folders: [] })) inDays.set(place, key);
  });
  const { hours, isScheduled, told } = survey;
  // A request is about its hours, so it looks only at their days.
  const above = isScheduled ? prefixesAboveDays(dataset.source.prefix, hours.from, hours.to) : [];
  const strays = await allowed(
    () => findStrays(listerOf(bucket), find, above, inDays),
    straysOf(inDays, false),
    'the folders above the days, where files of no hour may be',
  );
  const known = knownPartitions(attemptsOf(told.hours));
  const plan = await survey.planned(known, lostHours(told.hours));
  recordStep(dataset.name, 'ListPartitions', called);
  return listingOf(survey, known, plan, strays, { isCertain: false, staging: [] });
});

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
