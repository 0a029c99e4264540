import * as z from 'zod';
import { knownPartitions } from '../core/attempts';
import type { Dataset } from '../core/dataset';
import { diagnose, shortenedDiagnosis, type CaughtError } from '../core/diagnosis';
import { rerunInput } from '../core/execution-input';
import { attemptsOf, byHour, type LedgerHours } from '../core/ledger';
import { endedAttempt } from '../core/ledger-attempt';
import { measureLoad } from '../core/metrics';
import { newsOf, type News } from '../core/news';
import {
  partitionResult,
  reportLoad,
  type Complaint,
  type LastingFailure,
  type LoadReport,
} from '../core/report';
import { executionEnd, type ExecutionEnd, type UnsettledHour } from '../core/states';
import { unsettledAfter, unsettledHours } from '../core/unsettled';
import { findDataset } from '../service/datasets';
import { readConfiguration } from './shared/configuration';
import { logger, stepHandler } from './shared/handler';
import { ledgerOf } from './shared/lake';
import type { Ledger } from './shared/ledger';
import { recordMetrics } from './shared/metrics';

const SWEEP_ERROR_BYTES = 2_000;

const event = z.object({ execution: z.string(), input: z.unknown(), load: executionEnd });

/** Writes the ledger, and reports: one result for each partition and, if there is news of a failure, one notification. */
export const handler = stepHandler(
  'ReportLoad',
  event,
  async ({ execution, input, load }): Promise<LoadReport> => {
    const name = load.dataset ?? null;
    const { waiting = 0, several = false, next = null, strays = null, swept, sweep_error } = load;
    const results = load.partitions.map((end) =>
      partitionResult(end, rerunInput(name ?? '', end.partition, several)),
    );
    const isLoad = name !== null && load.plan !== true;
    const memory = isLoad ? memoryOf(name) : undefined;
    if (memory) await writeLedger(memory.ledger, execution, load);
    const { complaint, failing } = memory
      ? await complaintOf(memory, load, execution)
      : {
          complaint: {
            hours: new Set(results.map(({ partition }) => partition)),
            untried: [],
            lasting: [],
            isReminder: false,
          },
          failing: null,
        };
    const report = reportLoad(
      {
        dataset: name,
        execution,
        input,
        waiting,
        next: next && several ? { dataset: name, ...next } : next,
        housekeeping: sweep_error
          ? { staging_tables: 0, plan_files: 0, error: sweepFailure(sweep_error) }
          : (swept ?? null),
        strays,
        failing,
        isRequested: load.scheduled === false && load.plan === false,
      },
      results,
      load.diagnosis ?? null,
      complaint,
    );
    if (isLoad)
      recordMetrics(name, measureLoad(report, load.scheduled ? load.newest_loaded : undefined, new Date()));
    return report;
  },
);

/** A dataset and its ledger. */
interface Memory {
  readonly dataset: Dataset;
  readonly ledger: Ledger;
}

/** An execution is reported, whatever is wrong with the settings. */
function memoryOf(name: string): Memory | undefined {
  try {
    const configuration = readConfiguration();
    const { dataset } = findDataset(configuration.packageDirectory, name);
    return { dataset, ledger: ledgerOf(configuration, dataset) };
  } catch (error) {
    logger.error('There is no ledger', { error: error as Error });
    return undefined;
  }
}

/** A ledger that is behind only makes the next execution ask the history, so it fails no load. */
async function writeLedger(ledger: Ledger, execution: string, { partitions }: ExecutionEnd): Promise<void> {
  if (partitions.length === 0) return;
  try {
    const told = partitions.map((end) => endedAttempt(end, execution)).filter((each) => each !== undefined);
    await ledger.change({ ended: byHour(told) });
    // Otherwise the next execution asks the history how the others ended.
    if (told.length === partitions.length) await ledger.end(execution);
  } catch (error) {
    logger.error('The ledger is not written: the next execution asks the load history', {
      error: error as Error,
    });
  }
}

/** What is to be told, and how many partitions are failing or incomplete; null: it does not know of all. */
async function complaintOf(
  { dataset, ledger }: Memory,
  load: ExecutionEnd,
  execution: string,
): Promise<{ readonly complaint: Complaint; readonly failing: number | null }> {
  const tried = load.partitions.map(({ partition }) => partition);
  const isScheduled = load.scheduled === true;
  const knowsAll = isScheduled && load.unsettled_known === true;
  const { own, others, more } = unsettledAfter(load);
  // Somebody may have loaded an hour since this execution listed it.
  const lasting = isScheduled ? await stillLasting(ledger, others) : [];
  const unsettled = [...lasting, ...own];
  const news: Omit<News, 'told'> = await ledger
    .tell((owner, before) =>
      newsOf(owner, before, unsettled, {
        ...{ execution, now: new Date(), remindHours: dataset.load.remind_hours },
        ...(knowsAll ? {} : { tried }),
      }),
    )
    .catch((error: unknown) => {
      // If nobody knows what was told before, everything is told.
      logger.error('Nobody knows what was told before', { error: error as Error });
      return { hours: new Set(unsettled.map(({ partition }) => partition)), isReminder: isScheduled };
    });
  // Who asked for an hour hears of it, whoever has heard before.
  if (!isScheduled)
    return {
      complaint: { hours: new Set(tried), untried: [], lasting: [], isReminder: false },
      failing: null,
    };
  const told = lasting.filter(({ partition }) => news.isReminder || news.hours.has(partition));
  return {
    complaint: { ...news, untried: lasting, lasting: told },
    failing: knowsAll ? unsettled.length + more : null,
  };
}

/** The failures that the ledger does not know as mended, with what it says of them. */
async function stillLasting(
  ledger: Ledger,
  unsettled: readonly UnsettledHour[],
): Promise<(UnsettledHour & LastingFailure)[]> {
  if (unsettled.length === 0) return [];
  const attempts: LedgerHours = await ledger
    .attemptsOn(unsettled.map(({ partition }) => partition))
    .catch((error: unknown) => {
      logger.error('The ledger does not explain what lasts', { error: error as Error });
      return new Map();
    });
  const known = knownPartitions(attemptsOf(attempts));
  const unmended = new Set(unsettledHours(known).map(({ partition }) => partition));
  return unsettled
    .filter(({ partition }) => !attempts.has(partition) || unmended.has(partition))
    .map((each) => {
      const last = attempts.get(each.partition)?.findLast(({ error }) => error === each.error);
      return { ...each, cause: last?.cause ?? null, fix: last?.fix ?? null };
    });
}

function sweepFailure(caught: CaughtError): string {
  const { error, cause } = shortenedDiagnosis(diagnose(caught), SWEEP_ERROR_BYTES);
  return `${error}: ${cause}`;
}
