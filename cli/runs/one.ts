import { paginateGetExecutionHistory, type HistoryEvent } from '@aws-sdk/client-sfn';
import { consoleOfArn } from '../../core/console';
import { oneLine } from '../../core/one-line';
import type { LoadReport } from '../../core/report';
import { loadCommand } from '../../core/sluice-command';
import { headText, resultText } from '../load/partition-line';
import { colours } from '../shared/colours';
import { sluice } from '../shared/commands';
import { isTwin, type Connection } from '../shared/connection';
import type { Output } from '../shared/output';
import { renderTable, terminalWidth } from '../shared/table';
import { wrappedText } from '../shared/wrapped-text';
import { findExecution } from './find-execution';
import { inputWords, jsonOf } from './input-words';
import { reportOf } from './reported';
import { stateTimes, type StateTimes } from './state-times';

/** The document of `--json`: scripts rely on it. */
export interface RunDocument {
  readonly name: string;
  readonly status: string;
  readonly started: string;
  readonly ended: string | null;
  readonly input: unknown;
  /** What it reported; null: it still runs, or it was stopped before. */
  readonly report: LoadReport | null;
  readonly states: readonly StateTimes[];
  readonly error: string | null;
  readonly cause: string | null;
}

/**
 * Shows one execution: what it loaded, what its states took, why it failed, and how to start it again. It makes no statement.
 * @returns the exit code: 1 if it did not succeed.
 * @throws UsageError if there is no such execution.
 */
export async function runOneRun(connection: Connection, output: Output, id: string): Promise<number> {
  const { stepFunctions: client } = connection;
  const found = await findExecution(connection, id);
  const { executionArn = '', name = '', status = '', input, error = null, cause = null } = found;
  const events: HistoryEvent[] = [];
  for await (const page of paginateGetExecutionHistory({ client }, { executionArn }))
    events.push(...(page.events ?? []));
  const reported = events.findLast(({ stateExitedEventDetails: exited }) => exited?.name === 'ReportLoad');
  const report = reportOf(reported?.stateExitedEventDetails?.output) ?? null;
  const document: RunDocument = {
    ...{ name, status, started: found.startDate?.toISOString() ?? '' },
    ended: found.stopDate?.toISOString() ?? null,
    input: jsonOf(input) ?? input,
    report,
    states: stateTimes(events),
    ...{ error, cause },
  };
  output.document(document);
  if (!output.json) output.say(runText(connection, document, executionArn));
  return status === 'SUCCEEDED' || status === 'RUNNING' ? 0 : 1;
}

function runText(connection: Connection, run: RunDocument, arn: string): string {
  const width = terminalWidth();
  const { name, status, started, ended, input, report, states, error, cause } = run;
  const mark = status === 'SUCCEEDED' ? colours.green('✔') : status === 'RUNNING' ? '…' : colours.red('✖');
  const lines = [
    `${mark} ${colours.bold(name)}: ${status}`,
    `Loads ${inputWords(JSON.stringify(input))}. Started ${started.slice(0, 19)}Z${ended === null ? '' : `, ended ${ended.slice(0, 19)}Z`}.`,
  ];
  if (report) {
    lines.push(wrappedText(report.summary, width));
    if (report.partitions.length > 0) lines.push('', headText(), ...report.partitions.map(resultText));
  }
  if (error !== null || cause !== null) {
    lines.push('', colours.red(oneLine(error ?? status)));
    if (cause !== null) lines.push(wrappedText(cause, width, '  '));
  }
  lines.push(
    '',
    renderTable(
      ['state', 'runs', 'seconds', 'longest'],
      states.map((each) => [each.state, each.count, each.total.toFixed(2), each.longest.toFixed(2)]),
      { width, numeric: new Set([1, 2, 3]) },
    ),
  );
  const again = loadCommand(input, null);
  if (again !== undefined)
    lines.push(
      '',
      `Again: ${sluice(connection, again.replace(/^npx sluice /, ''))}`,
      `or with the input ${JSON.stringify(input)}`,
    );
  if (status === 'RUNNING') lines.push('', `Follow it: ${sluice(connection, `watch ${name}`)}`);
  const page = isTwin(connection) ? undefined : consoleOfArn(arn)?.executionPage(arn);
  if (page !== undefined) lines.push('', page);
  return lines.join('\n');
}
