import { knownPartitions } from '../core/attempts';
import { shortenedDiagnosis } from '../core/diagnosis';
import { LoadError } from '../core/errors';
import { groupsOf } from '../core/groups';
import { attemptsOf, lastMerge, lostHours, type LedgerHours } from '../core/ledger';
import { inspectedListing, type InspectedListing, type Listing, type Prepared } from '../core/states';
import { statementsOf } from '../service/statements';
import { readConfiguration, type Configuration } from './shared/configuration';
import { logger, stepHandler } from './shared/handler';
import { readHistory, type History } from './shared/history';
import type { Ledger } from './shared/ledger';
import { recordStep } from './shared/metrics';
import { listingOf, surveyEvent, surveyHours, type Survey } from './shared/survey';
import { endUnfinished, settle } from './shared/unfinished-loads';

const event = surveyEvent.extend({ listing: inspectedListing });

/**
 * Creates what is missing in the warehouse and asks the load history, which is the truth: what it knows as loaded is taken
 * out, what only it knows as due is added, and the ledger is repaired. A partition keeps its inspection if the history says
 * the same of its last load as the ledger did.
 */
export const handler = stepHandler('PrepareWarehouse', event, async (input): Promise<Prepared> => {
  const called = Date.now();
  const configuration = readConfiguration();
  const survey = await surveyHours(configuration, input);
  const { partitions, ...listing } =
    (await listingWithoutStatement(survey, input.listing)) ??
    (await listingByHistory(configuration, survey, input.listing));
  recordStep(survey.dataset.name, 'PrepareWarehouse', called);
  return { listing, groups: groupsOf(survey.dataset, partitions), ends: [] };
});

/** Nothing can be loaded, whatever the history says: then nobody asks. Undefined if that is not certain. */
async function listingWithoutStatement(
  survey: Survey,
  listing: InspectedListing,
): Promise<InspectedListing | undefined> {
  const { told, unfinished } = survey;
  // Without a merge the history may not exist, in which the failures are recorded.
  if (!told.isWhole || unfinished.some(({ isTold }) => !isTold) || lastMerge(told.hours) === 0)
    return undefined;
  const known = knownPartitions(attemptsOf(told.hours));
  const plan = await survey.planned(known, lostHours(told.hours));
  const due = withInspections(
    listingOf(survey, known, plan, listing.strays, { isCertain: false, staging: [] }),
    listing,
  );
  if (!due.partitions.every((each) => each.files_refused === true)) return undefined;
  return { ...due, partitions: due.partitions.map((each) => ({ ...each, unasked: true })) };
}

async function listingByHistory(
  configuration: Configuration,
  survey: Survey,
  listing: InspectedListing,
): Promise<InspectedListing> {
  const { dataset, execution, hours, kept, ledger, told, unfinished, now } = survey;
  // An hour that only the ledger finds due is asked for, too, or it would be due for ever.
  const doubted = [
    ...listing.partitions.map(({ partition }) => partition),
    ...unfinished.flatMap((each) => each.hours),
  ];
  const from = [hours.from, ...doubted].sort()[0] ?? hours.from;
  const over = await endUnfinished(configuration, dataset, unfinished);
  const history = await readHistory(configuration, dataset, told.hours, {
    ...{ kept, from, to: hours.to, execution },
    statements: statementsOf(configuration.packageDirectory, 'prepare-warehouse', dataset),
  });
  const known = knownPartitions(attemptsOf(history.hours));
  const plan = await survey.planned(known, [...lostHours(told.hours), ...history.changed.keys()]);
  await repair(ledger, told.hours, history);
  await settle(ledger, unfinished, over, now);
  const due = listingOf(survey, known, plan, listing.strays, { isCertain: true, staging: history.staging });
  if (due.partitions.length > 0) await begin(ledger, execution, due.partitions);
  // The warehouse was used, even if nothing is left to load.
  return { ...withInspections(due, listing), loads: true };
}

/** Each partition with its inspection. One that builds on another load than the ledger knew is inspected again. */
function withInspections(due: Listing, { partitions: inspected }: InspectedListing): InspectedListing {
  return {
    ...due,
    partitions: due.partitions.map((each) => {
      const before = inspected.find(
        ({ partition, reason, previous_plan }) =>
          partition === each.partition && reason === each.reason && previous_plan === each.previous_plan,
      );
      if (!before) return each;
      const { inspection, files_refused, files, listed } = before;
      if (!inspection) return { ...each, files_refused };
      const diagnosis =
        inspection.diagnosis && shortenedDiagnosis(inspection.diagnosis, each.diagnosis_bytes);
      // The inspection saw the files of its own listing.
      return { ...each, files, listed, inspection: { ...inspection, diagnosis } };
    }),
  };
}

/** Without it a kill after the commit stays unnoticed until the history is asked, but a load is not to fail for it. */
async function begin(ledger: Ledger, execution: string, partitions: Listing['partitions']): Promise<void> {
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
        'Let prepare-warehouse write under sluice/ in the lake, or run sluice ledger rebuild. Then hours that the warehouse has lost are loaded again.',
      );
    logger.warn('The ledger is not repaired', { error: error as Error });
  }
}
