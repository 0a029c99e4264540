import type { HistoryEvent } from '@aws-sdk/client-sfn';
import { oneLine } from '../../core/one-line';
import {
  hasFailed,
  partitionResult,
  remarksOf,
  remarksOfStrays,
  type LoadReport,
  type PartitionResult,
} from '../../core/report';
import type { Housekeeping, PartitionEnd } from '../../core/states';
import { PARTITION_ENDS, PARTITION_STATES } from '../../core/steps';
import { colours } from '../shared/colours';
import type { Output } from '../shared/output';
import { startSpinner } from '../shared/spinner';
import { plural } from '../shared/text';
import type { LoadDocument } from './document';
import { headText, resultText } from './partition-line';

/** Shows a running execution: a spinner with the partitions in work, and a line for each partition that has ended. */
export class Progress {
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
    const ended = PARTITION_ENDS.includes(event.stateExitedEventDetails?.name ?? '')
      ? event.stateExitedEventDetails?.output
      : undefined;
    if (ended) {
      const end = JSON.parse(ended) as Partial<PartitionEnd>;
      // A DiagnoseFailure that fails has no outcome: DiagnosisUnavailable follows.
      if (end.outcome !== undefined) {
        this.partitionEnded(partitionResult(end as PartitionEnd, { partition: end.partition }, null));
      }
    }
    const entered = event.stateEnteredEventDetails;
    if (event.type === 'MapStateStarted') {
      // The second Map has only the partitions that the load history does not know as loaded.
      this.total = event.mapStateStartedEventDetails?.length ?? 0;
      this.running.clear();
    }
    if (!entered?.name) return;
    if (PARTITION_STATES.includes(entered.name)) {
      const { partition } = JSON.parse(entered.input ?? '{}') as { partition?: string };
      if (partition) this.running.set(partition, entered.name);
    }
    this.show();
  }

  /** Prints one line of summary and, for a failure, its cause. */
  result(document: LoadDocument, report: LoadReport | undefined): void {
    this.spinner?.stop();
    for (const partition of document.partitions)
      if (!this.shown.has(partition.partition)) this.line(partition);
    const summary = report?.summary ?? document.status.toLowerCase();
    const isWell = document.warnings.length === 0 && !document.partitions.some(hasFailed);
    const mark =
      document.status !== 'SUCCEEDED' ? colours.red('✖') : isWell ? colours.green('✔') : colours.yellow('⚠');
    this.output.say(`${mark} ${document.status}: ${summary} (execution ${this.execution})`);
    if (document.status !== 'SUCCEEDED' && document.cause) {
      this.output.say();
      this.output.say(document.cause.split('\n').map(oneLine).join('\n'));
    }
    if (document.merge_reads !== null) this.output.say(`A merge reads ${document.merge_reads}.`);
    for (const warning of document.warnings) this.output.say(colours.yellow(warning));
    for (const remark of remarksOfStrays(document.strays)) this.output.say(colours.yellow(remark));
    this.housekeeping(document.housekeeping);
    if (document.next)
      this.output.say(`To load the rest: start an execution with ${JSON.stringify(document.next)}`);
  }

  end(): void {
    this.spinner?.stop();
  }

  /** Prints nothing if there was nothing to clean up. */
  private housekeeping(done: Housekeeping | null): void {
    if (!done) return;
    if (done.staging_tables > 0) {
      this.output.say(
        `Dropped ${plural(done.staging_tables, 'staging table')} that stopped executions left behind.`,
      );
    }
    if (done.plan_files > 0)
      this.output.say(`Deleted ${plural(done.plan_files, 'plan and manifest')} past their retention.`);
    if (done.error !== null) this.output.say(colours.yellow(`Cleaning up failed: ${done.error}`));
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
    if (!this.headed) {
      this.headed = true;
      this.output.say(colours.bold(headText()));
    }
    const text = resultText(result);
    this.output.say(hasFailed(result) ? colours.red(text) : text);
    for (const remark of remarksOf(result)) this.output.say(colours.yellow(`  ${remark}`));
  }
}
