import * as z from 'zod';
import { knownPartitions } from '../core/attempts';
import type { Dataset } from '../core/dataset';
import { diagnose, shortenedDiagnosis, type CaughtError, type Diagnosis } from '../core/diagnosis';
import { parseExecutionInput, rerunInput } from '../core/execution-input';
import { attemptsOf, byHour, type LedgerHours } from '../core/ledger';
import { endedAttempt } from '../core/ledger-attempt';
import { measureLoad } from '../core/metrics';
import { newsOf, newsOfStop, type News } from '../core/news';
import type { Place } from '../core/place';
import {
  partitionResult,
  reportLoad,
  splitsOf,
  type Complaint,
  type LastingFailure,
  type LoadReport,
} from '../core/report';
import { executionEnd, type ExecutionEnd, type UnsettledHour } from '../core/states';
import { targetScan, type TargetScan } from '../core/target-scan';
import { unsettledAfter, unsettledHours } from '../core/unsettled';
import { findDataset } from '../service/datasets';
import { readConfiguration, type Configuration } from './shared/configuration';
import { logger, stepHandler } from './shared/handler';
import { ledgerOf } from './shared/lake';
import type { Ledger } from './shared/ledger';
import { recordMetrics } from './shared/metrics';
import { NO_SHARE, shareOf, UNKNOWN_SHARE, type ExecutionShare } from './shared/warehouse-share';

const SWEEP_ERROR_BYTES = 2_000;

const event = z.object({
  execution: z.string(),
  /** Its ARN. An execution that began before a deployment has none. */
  execution_arn: z.string().optional(),
  input: z.unknown(),
  load: executionEnd,
});

/** Writes the ledger, and reports: one result for each partition and, if there is news of a failure, one notification. */
export const handler = stepHandler(
  'ReportLoad',
  event,
  async ({ execution, execution_arn, input, load }): Promise<LoadReport> => {
    const { waiting = 0, several = false, next = null, strays = null, swept, sweep_error } = load;
    const memory = load.plan === true ? undefined : memoryOf(load, input);
    const name = load.dataset ?? memory?.dataset.name ?? null;
    if (memory) await writeLedger(memory.ledger, execution, load);
    const share = await shareOfLoad(load, memory, execution);
    const results = load.partitions.map((end) =>
      partitionResult(end, rerunInput(name ?? '', end.partition, several), share.secondsOf(end.partition)),
    );
    const stop = load.diagnosis ?? null;
    const { complaint, failing } =
      memory && !stop
        ? await complaintOf(memory, load, execution, several)
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
        isRequested: load.scheduled === false && load.plan === false && !asksForDue(input),
        splits: splitsOf(load.partitions),
        scan: load.plan === true && name !== null ? scanOf(name) : null,
        place: execution_arn === undefined ? null : placeOf(execution_arn, name),
        isTold: memory !== undefined && stop !== null && (await isToldBefore(memory, stop, execution)),
        warehouse_seconds: share.warehouse_seconds,
        warehouse_dollars: share.warehouse_dollars,
      },
      results,
      stop,
      complaint,
    );
    if (memory) recordMetrics(memory.dataset.name, measured(report, load));
    return report;
  },
);

/** Whoever asks for what is due of a range finds nothing if all of it is loaded. */
function asksForDue(input: unknown): boolean {
  try {
    const request = parseExecutionInput(input);
    return request.kind === 'requested' && request.due;
  } catch {
    return false;
  }
}

/** What the merges of the planned partitions would read. An execution is reported, whatever is wrong with the settings. */
function scanOf(name: string): TargetScan | null {
  try {
    return targetScan(findDataset(readConfiguration().packageDirectory, name).dataset);
  } catch (error) {
    logger.error('Nobody knows what the merges would read', { error: error as Error });
    return null;
  }
}

/** Where the execution ran. An execution is reported, whatever is wrong with the settings. */
function placeOf(executionArn: string, dataset: string | null): Place | null {
  try {
    const { stage, bucket, runbook, packageDirectory } = readConfiguration();
    const prefix = dataset === null ? null : findDataset(packageDirectory, dataset).dataset.source.prefix;
    return { stage, executionArn, bucket, prefix, runbook };
  } catch (error) {
    logger.error('Nobody knows where the execution ran', { error: error as Error });
    return null;
  }
}

/** An execution in which nothing was due made no statement. */
function shareOfLoad(
  load: ExecutionEnd,
  memory: Memory | undefined,
  execution: string,
): Promise<ExecutionShare> | ExecutionShare {
  if (load.loads === false) return NO_SHARE;
  return memory
    ? shareOf(memory.configuration, { dataset: memory.dataset.name, execution }, load.partitions)
    : UNKNOWN_SHARE;
}

/** An execution that was stopped has looked at no partition, but it may have woken the warehouse. */
function measured(report: LoadReport, load: ExecutionEnd): ReturnType<typeof measureLoad> {
  if (!load.diagnosis)
    return measureLoad(report, load.scheduled ? load.newest_loaded : undefined, new Date());
  const { warehouse_seconds: seconds } = report;
  return seconds === null ? {} : { WarehouseSeconds: seconds };
}

/** A dataset and its ledger. */
interface Memory {
  readonly configuration: Configuration;
  readonly dataset: Dataset;
  readonly ledger: Ledger;
  /** Whether nobody asked for certain hours. */
  readonly isScheduled: boolean;
}

/** An execution is reported, whatever is wrong with the settings or its input. One that was stopped has only its input. */
function memoryOf({ dataset: name }: ExecutionEnd, input: unknown): Memory | undefined {
  try {
    const configuration = readConfiguration();
    const request = parseExecutionInput(input);
    if (request.plan) return undefined;
    const { dataset } = findDataset(configuration.packageDirectory, name ?? request.dataset);
    const isScheduled = request.kind === 'scheduled';
    return { configuration, dataset, ledger: ledgerOf(configuration, dataset), isScheduled };
  } catch (error) {
    logger.error('There is no ledger', { error: error as Error });
    return undefined;
  }
}

/** Whoever asked for hours hears of it, whoever has heard before. */
async function isToldBefore(
  { dataset, ledger, isScheduled }: Memory,
  stop: Diagnosis,
  execution: string,
): Promise<boolean> {
  if (!isScheduled) return false;
  try {
    const news = await ledger.tell((owner, before) =>
      newsOfStop(owner, before, stop, {
        ...{ execution, now: new Date(), remindHours: dataset.load.remind_hours },
      }),
    );
    return !news.isNews;
  } catch (error) {
    logger.error('Nobody knows what was told before', { error: error as Error });
    return false;
  }
}

/** A ledger that is behind only makes the next execution ask the history, so it fails no load. */
async function writeLedger(
  ledger: Ledger,
  execution: string,
  { partitions, loads }: ExecutionEnd,
): Promise<void> {
  if (partitions.length === 0 && !loads) return;
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
  several: boolean,
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
  const told = lasting
    .filter(({ partition }) => news.isReminder || news.hours.has(partition))
    .map((each) => ({ ...each, rerun: rerunInput(dataset.name, each.partition, several) }));
  return {
    complaint: { ...news, untried: lasting, lasting: told },
    failing: knowsAll ? unsettled.length + more : null,
  };
}

/** The failures that the ledger does not know as mended, with what it says of them. */
async function stillLasting(
  ledger: Ledger,
  unsettled: readonly UnsettledHour[],
): Promise<(UnsettledHour & Omit<LastingFailure, 'rerun'>)[]> {
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
