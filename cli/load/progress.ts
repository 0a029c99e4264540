import type { HistoryEvent } from '@aws-sdk/client-sfn';
import type { Hour } from '../../core/hour';
import { oneLine } from '../../core/one-line';
import {
  hasFailed,
  partitionResult,
  remarksOf,
  remarksOfStrays,
  type LoadReport,
  type PartitionResult,
} from '../../core/report';
import {
  flatEnds,
  type DuePartition,
  type Group,
  type Housekeeping,
  type PartitionEnd,
} from '../../core/states';
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
    const { name: exited = '', output } = event.stateExitedEventDetails ?? {};
    if (PARTITION_ENDS.includes(exited) && output) {
      // A DiagnoseFailure that fails has no ends: GroupEnded follows.
      const { ends, again = [] } = JSON.parse(output) as { ends?: unknown; again?: readonly Group[] };
      for (const end of flatEnds(ends) as PartitionEnd[])
        this.partitionEnded(partitionResult(end, { partition: end.partition }, null));
      for (const { partition } of again.flatMap(({ partitions }) => partitions))
        this.running.delete(partition);
    }
    const entered = event.stateEnteredEventDetails;
    if (event.type === 'MapStateEntered' && entered?.input) this.mapEntered(entered.input);
    if (!entered?.name) return;
    if (PARTITION_STATES.includes(entered.name)) {
      const one = JSON.parse(entered.input ?? '{}') as {
        partition?: Hour;
        partitions?: readonly DuePartition[];
      };
      for (const { partition } of one.partitions ?? [one])
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

  /** The Map that loads has only the partitions that the load history does not know as loaded. */
  private mapEntered(input: string): void {
    const { groups, partitions = [] } = JSON.parse(input) as {
      groups?: readonly Group[];
      partitions?: readonly DuePartition[];
    };
    const left = groups?.flatMap((group) => group.partitions) ?? partitions;
    // Those that ended before were in an earlier round.
    this.total = this.shown.size + left.length;
    this.running.clear();
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
