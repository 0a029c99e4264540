import { DescribeExecutionCommand, paginateListExecutions } from '@aws-sdk/client-sfn';
import { setTimeout as sleep } from 'node:timers/promises';
import { chooseDataset, type Dataset } from '../../core/dataset';
import { mayBeOfOneHour } from '../../core/errors';
import type { Hour } from '../../core/hour';
import type { PartitionResult } from '../../core/report';
import { colours } from '../shared/colours';
import type { Connection } from '../shared/connection';
import type { Output } from '../shared/output';
import { SILENT } from '../shared/silent-output';
import { startSpinner } from '../shared/spinner';
import { plural } from '../shared/text';
import type { HourRange } from '../shared/when';
import type { LoadDocument } from './document';
import { startLoad } from './follow';
import { Pace } from './pace';
import { resultText } from './partition-line';
import { hoursOfWindow, windowsOf } from './windows';

/** The document of `load --all --json`. */
export interface BackfillDocument {
  readonly from: Hour;
  readonly to: Hour;
  readonly executions: number;
  readonly loaded: number;
  readonly rows_inserted: number;
  /** The partitions that failed, or of which files were left out. */
  readonly failed: readonly PartitionResult[];
  readonly warehouse_seconds: number | null;
  /** Why it ended before the last hour; null if it did not. */
  readonly error: string | null;
  readonly cause: string | null;
}

/** What a backfill loads. */
export interface BackfillOrder {
  /** The oldest first. */
  readonly ranges: readonly HourRange[];
  /** Only what is due of the hours; false: all of them again. */
  readonly due: boolean;
  readonly dataset?: string | undefined;
}

/**
 * Loads ranges of hours, one execution after the other. What is loaded is not due any more, so with `due` the same command
 * goes on where an earlier one ended. Before each execution it lets those of others end, so that the hours of the schedule
 * do not wait for old ones. It goes on if hours fail, and stops if the next execution would fail for the same reason.
 * @returns the exit code.
 */
export async function runBackfill(
  connection: Connection,
  output: Output,
  { ranges, due, dataset }: BackfillOrder,
): Promise<number> {
  const chosen = chooseDataset(connection.datasets, dataset);
  const windows = windowsOf(ranges, hoursOfWindow(chosen));
  const [{ from }, { to }] = [ranges[0]!, ranges.at(-1)!];
  const spinner = startSpinner(output, `${from} to ${to}`);
  const pace = new Pace(windows);
  const failed: PartitionResult[] = [];
  const whole = { executions: 0, loaded: 0, rows_inserted: 0 };
  let seconds: number | null = 0;
  let error: string | null = null;
  let cause: string | null = null;
  for (const [index, window] of windows.entries()) {
    const place = `${index + 1}/${windows.length}  ${rangeText(window)}`;
    // What one execution does not take, the next one does: the stage may have other settings than this file.
    let next: object | null = {
      ...(dataset === undefined ? {} : { dataset }),
      ...window,
      ...(due ? { due } : {}),
    };
    while (next !== null && error === null) {
      spinner?.show(`${place}  ${pace.text()}`);
      await othersEnded(connection, output, chosen);
      const document: LoadDocument = await startLoad(connection, SILENT, next);
      next = document.next;
      whole.executions += 1;
      const { partitions, warehouse_seconds } = document;
      const loaded = partitions.filter(({ outcome }) => outcome === 'loaded');
      const bad = partitions.filter((each) => each.error !== null);
      whole.loaded += loaded.length;
      whole.rows_inserted += loaded.reduce((sum, { inserted }) => sum + inserted, 0);
      seconds = seconds === null || warehouse_seconds === null ? null : seconds + warehouse_seconds;
      failed.push(...bad);
      spinner?.stop();
      const failures = bad.length > 0 ? colours.red(`, ${bad.length} failed or incomplete`) : '';
      output.say(`${place}  ${plural(loaded.length, 'partition')} loaded${failures}`);
      for (const each of bad) output.say(colours.red(`  ${resultText(each)} ${each.error}`));
      for (const warning of document.warnings) output.say(colours.yellow(`  ${warning}`));
      if (wouldFailAgain(document)) {
        error = document.error ?? document.status;
        cause = document.cause;
      }
    }
    if (error !== null) break;
    pace.ended(index);
  }
  const document: BackfillDocument = {
    ...{ from, to, ...whole, failed, warehouse_seconds: seconds, error, cause },
  };
  output.document(document);
  output.say(summaryOf(document, due));
  return error === null && failed.length === 0 ? 0 : 1;
}

const rangeText = ({ from, to }: HourRange): string => (from === to ? from : `${from} to ${to}`);

function summaryOf(
  { executions, loaded, rows_inserted, failed, error, cause }: BackfillDocument,
  due: boolean,
): string {
  const mark =
    error !== null
      ? colours.red('✖')
      : failed.length > 0 || loaded === 0
        ? colours.yellow('⚠')
        : colours.green('✔');
  const text = `${mark} ${plural(loaded, 'partition')} loaded with ${plural(rows_inserted, 'new row')}, ${failed.length} failed, in ${plural(executions, 'execution')}`;
  if (error !== null)
    return `${text}\n${error}: ${cause ?? ''}\nThe same command ${due ? 'goes on from here' : 'begins again'}.`;
  if (executions > 0 && loaded === 0 && failed.length === 0)
    return `${mark} Nothing ${due ? 'is due' : 'was found'}: no partition loaded, in ${plural(executions, 'execution')}`;
  return failed.length > 0 ? `${text}\nThe same command tries those that failed again.` : text;
}

/** Whether the next execution would fail for the same reason, which is not one of single partitions. */
function wouldFailAgain({ status, partitions }: LoadDocument): boolean {
  if (status === 'SUCCEEDED') return false;
  return partitions.every(({ outcome, error }) => outcome !== 'loaded' && !mayBeOfOneHour(error ?? ''));
}

/** Waits for the executions of the dataset that run: the hours of the schedule come first. */
async function othersEnded(
  { stepFunctions, stateMachineArn, pollInterval }: Connection,
  output: Output,
  { name: dataset }: Dataset,
): Promise<void> {
  const pages = paginateListExecutions(
    { client: stepFunctions },
    { stateMachineArn, statusFilter: 'RUNNING' },
  );
  for await (const { executions = [] } of pages) {
    for (const { executionArn = '', name } of executions) {
      const look = () => stepFunctions.send(new DescribeExecutionCommand({ executionArn }));
      let { status, input } = await look();
      if (datasetIn(input) !== undefined && datasetIn(input) !== dataset) continue;
      if (status === 'RUNNING') output.note(`Waiting for execution ${name}`);
      for (; status === 'RUNNING'; { status, input } = await look()) await sleep(pollInterval);
    }
  }
}

/** The dataset that an input names; undefined: none, since there is only one. */
function datasetIn(input = '{}'): string | undefined {
  try {
    return (JSON.parse(input) as { dataset?: string } | null)?.dataset;
  } catch {
    return undefined;
  }
}
