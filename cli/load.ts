import {
  DescribeExecutionCommand,
  paginateGetExecutionHistory,
  StartExecutionCommand,
  type HistoryEvent,
} from '@aws-sdk/client-sfn';
import { randomUUID } from 'node:crypto';
import { splitMessage } from '../core/errors';
import { parseExecutionInput, type ExecutionInput } from '../core/execution-input';
import { isHour } from '../core/hour';
import {
  partitionResult,
  remarksOf,
  type Housekeeping,
  type LoadReport,
  type PartitionEnd,
  type PartitionResult,
} from '../core/report';
import { colours } from './shared/colours';
import type { Connection } from './shared/connection';
import { UsageError, type Output } from './shared/output';
import { startSpinner } from './shared/spinner';
import { plural } from './shared/text';

export interface LoadOptions {
  readonly dataset?: string;
  /** One hour to load again. */
  readonly partition?: string;
  readonly from?: string;
  readonly to?: string;
  readonly plan?: boolean;
}

/** What scripts may rely on. */
export interface LoadDocument {
  readonly execution: string;
  readonly status: string;
  readonly waiting: number;
  readonly partitions: readonly PartitionResult[];
  /** The input that goes on where this execution stopped, for a range of more partitions than one execution takes. */
  readonly next: object | null;
  /** What a scheduled execution cleared up after dead ones; null for one that was asked for. */
  readonly housekeeping: Housekeeping | null;
  readonly error: string | null;
  /** The execution's cause, as the notification has it. */
  readonly cause: string | null;
}

/**
 * Starts an execution, follows it, prints what became of each partition.
 * @param input of {@link executionInput}.
 * @returns the exit code.
 */
export async function runLoad(connection: Connection, output: Output, input: object): Promise<number> {
  const document = await startLoad(connection, output, input);
  output.document(document);
  return document.status === 'SUCCEEDED' ? 0 : 1;
}

/** @throws UsageError for options that no execution input says. */
export function executionInput(options: LoadOptions): object {
  const { partition, from, to, dataset, plan } = options;
  if (partition !== undefined && (from !== undefined || to !== undefined)) {
    throw new UsageError('Name one PARTITION, or a range with --from and --to, not both.');
  }
  if ((from === undefined) !== (to === undefined))
    throw new UsageError('A range needs both --from HOUR and --to HOUR.');
  for (const hour of [partition, from, to]) {
    if (hour !== undefined && !isHour(hour)) {
      throw new UsageError(`"${hour}" is not an hour. Write it in UTC, for example 2026-11-23T08.`);
    }
  }
  if (from !== undefined && to !== undefined && from > to)
    throw new UsageError(`--from ${from} is after --to ${to}.`);
  const input = { dataset, partition, from, to, ...(plan ? { plan } : {}) } satisfies {
    [Key in keyof ExecutionInput | 'partition' | 'from' | 'to']?: unknown;
  };
  const given = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
  try {
    parseExecutionInput(given);
  } catch (error) {
    throw new UsageError(splitMessage((error as Error).message).reason);
  }
  return given;
}

/** Starts an execution and follows it to its end, a line for each partition as it ends. */
export async function startLoad(
  connection: Connection,
  output: Output,
  input: object,
): Promise<LoadDocument> {
  const { stepFunctions, stateMachineArn } = connection;
  const name = `load-${new Date().toISOString().slice(0, 19).replaceAll(':', '')}-${randomUUID().slice(0, 8)}`;
  const started = await stepFunctions.send(
    new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) }),
  );
  const executionArn = started.executionArn ?? '';
  const progress = new Progress(output, name);
  try {
    return await follow(connection, executionArn, name, progress);
  } finally {
    progress.end();
  }
}

async function follow(
  connection: Connection,
  executionArn: string,
  execution: string,
  progress: Progress,
): Promise<LoadDocument> {
  const { stepFunctions } = connection;
  let report: LoadReport | undefined;
  let seen = 0;
  for (;;) {
    const described = await stepFunctions.send(new DescribeExecutionCommand({ executionArn }));
    for (const event of await historyAfter(connection, executionArn, seen)) {
      // What happens between two pages moves events from one to the next: they come twice.
      if ((event.id ?? 0) <= seen) continue;
      seen = event.id ?? seen;
      progress.on(event);
      if (event.type === 'TaskStateExited' && event.stateExitedEventDetails?.name === 'ReportLoad') {
        report = JSON.parse(event.stateExitedEventDetails.output ?? '{}') as LoadReport;
      }
    }
    if (described.status === 'RUNNING' || described.status === 'PENDING_REDRIVE') {
      await new Promise((resolve) => setTimeout(resolve, connection.pollInterval));
      continue;
    }
    const document: LoadDocument = {
      execution,
      status: described.status ?? 'FAILED',
      waiting: report?.waiting ?? 0,
      partitions: report?.partitions ?? [],
      next: report?.next ?? null,
      housekeeping: report?.housekeeping ?? null,
      error: described.error ?? null,
      cause: described.cause ?? null,
    };
    progress.result(document, report);
    return document;
  }
}

/** The events since the last look, in order. */
async function historyAfter(
  connection: Connection,
  executionArn: string,
  seen: number,
): Promise<HistoryEvent[]> {
  const events: HistoryEvent[] = [];
  const pages = paginateGetExecutionHistory(
    { client: connection.stepFunctions },
    { executionArn, reverseOrder: true },
  );
  for await (const page of pages) {
    const fresh = (page.events ?? []).filter((event) => (event.id ?? 0) > seen);
    events.push(...fresh);
    if (fresh.length < (page.events ?? []).length) break;
  }
  return events.reverse();
}

/** How the states of a partition are called while it runs. */
const STEPS = ['InspectFiles', 'CopyToStaging', 'ValidateStaging', 'MergeIntoTarget', 'DiagnoseFailure'];

/** The states that end a partition; their output says what became of it. */
const ENDS = ['PartitionLoaded', 'PartitionEmpty', 'DiagnoseFailure', 'DiagnosisUnavailable'];

interface ReportColumn {
  readonly name: string;
  readonly width: number;
  readonly left?: true;
  text(result: PartitionResult): string;
}

const count = (
  name: 'files' | 'rows_in_files' | 'staged' | 'duplicates' | 'superseded' | 'deleted' | 'inserted',
  width: number,
  title: string = name,
): ReportColumn => ({ name: title, width, text: (result) => String(result[name]) });
const PARTITION: ReportColumn = { name: 'partition', width: 13, left: true, text: (each) => each.partition };
const OUTCOME: ReportColumn = { name: 'outcome', width: 7, left: true, text: (each) => each.outcome };
const SECONDS: ReportColumn = { name: 'seconds', width: 7, text: (each) => each.seconds.toFixed(2) };

const COLUMNS: readonly ReportColumn[] = [
  PARTITION,
  { name: 'reason', width: 10, left: true, text: (each) => each.reason },
  OUTCOME,
  count('files', 6),
  count('rows_in_files', 9, 'rows'),
  count('staged', 9),
  count('duplicates', 10),
  count('superseded', 10),
  count('deleted', 9),
  count('inserted', 9),
  SECONDS,
];

/** For a terminal of 80 characters: staged rows are those of the files, or the load has failed and says so. */
const NARROW_COLUMNS: readonly ReportColumn[] = [
  PARTITION,
  OUTCOME,
  count('files', 5),
  count('rows_in_files', 8, 'rows'),
  count('duplicates', 7, 'dupl.'),
  count('superseded', 7, 'supers.'),
  count('deleted', 8),
  count('inserted', 8),
  SECONDS,
];

function lineOf(cells: readonly string[], columns: readonly ReportColumn[]): string {
  return cells
    .map((cell, index) => {
      const { width = 0, left } = columns[index] ?? {};
      return left ? cell.padEnd(width) : cell.padStart(width);
    })
    .join(' ');
}

/** Shows an execution as it goes: what is being worked on now, and a line for each partition that has ended. */
class Progress {
  private readonly spinner;
  private readonly running = new Map<string, string>();
  private readonly shown = new Set<string>();
  private total = 0;
  private headed = false;

  constructor(
    private readonly output: Output,
    private readonly execution: string,
  ) {
    this.spinner = startSpinner(output, 'Listing partitions');
  }

  on(event: HistoryEvent): void {
    const ended = ENDS.includes(event.stateExitedEventDetails?.name ?? '')
      ? event.stateExitedEventDetails?.output
      : undefined;
    if (ended) {
      const end = JSON.parse(ended) as Partial<PartitionEnd>;
      // A DiagnoseFailure that failed itself has none: DiagnosisUnavailable comes after it.
      if (end.outcome !== undefined) {
        this.partitionEnded(partitionResult(end as PartitionEnd, { partition: end.partition }));
      }
    }
    const entered = event.stateEnteredEventDetails;
    if (event.type === 'MapStateStarted') this.total = event.mapStateStartedEventDetails?.length ?? 0;
    if (!entered?.name) return;
    if (STEPS.includes(entered.name)) {
      const { partition } = JSON.parse(entered.input ?? '{}') as { partition?: string };
      if (partition) this.running.set(partition, entered.name);
    }
    this.show();
  }

  /** One line that sums up, then why, where something failed. */
  result(document: LoadDocument, report: LoadReport | undefined): void {
    this.spinner?.stop();
    for (const partition of document.partitions)
      if (!this.shown.has(partition.partition)) this.line(partition);
    const summary = report?.summary ?? document.status.toLowerCase();
    const mark = document.status === 'SUCCEEDED' ? colours.green('✔') : colours.red('✖');
    this.output.say(`${mark} ${document.status}: ${summary} (execution ${this.execution})`);
    if (document.status !== 'SUCCEEDED' && document.cause) {
      this.output.say();
      this.output.say(document.cause);
    }
    this.housekeeping(document.housekeeping);
    if (document.next)
      this.output.say(`To load the rest: start an execution with ${JSON.stringify(document.next)}`);
  }

  end(): void {
    this.spinner?.stop();
  }

  /** Nothing is said where there was nothing to do. */
  private housekeeping(done: Housekeeping | null): void {
    if (!done) return;
    if (done.staging_tables > 0) {
      this.output.say(
        `Dropped ${plural(done.staging_tables, 'staging table')} that dead executions left behind.`,
      );
    }
    if (done.plan_files > 0)
      this.output.say(`Deleted ${plural(done.plan_files, 'plan and manifest')} past their retention.`);
    if (done.error !== null) this.output.say(colours.yellow(`Clearing up failed: ${done.error}`));
  }

  private partitionEnded(result: PartitionResult): void {
    this.running.delete(result.partition);
    this.shown.add(result.partition);
    this.spinner?.stop();
    this.line(result);
    this.show();
  }

  private show(): void {
    const now = [...this.running].map(([partition, step]) => `${partition} ${step}`);
    this.spinner?.show(
      this.total === 0
        ? 'Listing partitions'
        : `${this.shown.size}/${this.total} partitions  ${now.slice(0, 4).join('  ')}`,
    );
  }

  private line(result: PartitionResult): void {
    const width = process.stdout.isTTY ? process.stdout.columns : Infinity;
    const title = lineOf(
      COLUMNS.map(({ name }) => name),
      COLUMNS,
    );
    const columns = title.length <= width ? COLUMNS : NARROW_COLUMNS;
    if (!this.headed) {
      this.headed = true;
      this.output.say(
        colours.bold(
          lineOf(
            columns.map(({ name }) => name),
            columns,
          ),
        ),
      );
    }
    const text = lineOf(
      columns.map((column) => column.text(result)),
      columns,
    );
    this.output.say(result.outcome === 'failed' ? colours.red(text) : text);
    for (const remark of remarksOf(result)) this.output.say(colours.yellow(`  ${remark}`));
  }
}
