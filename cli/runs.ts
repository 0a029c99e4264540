import { DescribeExecutionCommand, ListExecutionsCommand, type ExecutionStatus } from '@aws-sdk/client-sfn';
import { createColors } from 'picocolors';
import { hasFailed } from '../core/report';
import { inParallel } from '../functions/shared/in-parallel';
import { inputWords } from './runs/input-words';
import { reportOf } from './runs/reported';
import { wantsColours } from './shared/colours';
import { sluice } from './shared/commands';
import type { Connection } from './shared/connection';
import type { Output } from './shared/output';
import { renderTable, terminalWidth } from './shared/table';
import { dollarsText } from './shared/text';
import { wrappedText } from './shared/wrapped-text';

export interface RunsOptions {
  /** Executions to show, the newest. Default: 20. */
  readonly limit?: number;
  /** Default: any. */
  readonly status?: ExecutionStatus;
  /** Characters in a line. Default: the terminal's width. */
  readonly width?: number;
  /** Default: as wantsColours() says. */
  readonly colour?: boolean;
}

/** An execution. Null: it has no report, as one that runs or failed. */
export interface Run {
  readonly name: string;
  readonly status: string;
  readonly started: string;
  readonly ended: string | null;
  readonly input: string;
  readonly partitions: number | null;
  readonly failed: number | null;
  readonly rows_inserted: number | null;
  readonly warehouse_dollars: number | null;
  readonly error: string | null;
  readonly cause: string | null;
}

/** The document of `--json`: scripts rely on it. */
export interface RunsDocument {
  readonly executions: readonly Run[];
}

const SHOWN = 20;
/** ListExecutions answers so many at once. Source: AWS Step Functions API Reference, "ListExecutions". */
const MOST = 1_000;
const AT_ONCE = 8;
/** The end of a name, which is another one for each execution. A part of a name is enough to name it. */
const ID_LENGTH = 8;

/** Lists executions, the newest first. It makes no statement. @returns the exit code. */
export async function runRuns(connection: Connection, output: Output, options: RunsOptions): Promise<number> {
  const { stepFunctions, stateMachineArn } = connection;
  const { limit = SHOWN, status } = options;
  const listing = new ListExecutionsCommand({
    ...{ stateMachineArn, maxResults: Math.min(limit, MOST) },
    ...(status === undefined ? {} : { statusFilter: status }),
  });
  const { executions = [], nextToken } = await stepFunctions.send(listing);
  const runs = await inParallel(executions, AT_ONCE, async ({ executionArn }): Promise<Run> => {
    const found = await stepFunctions.send(new DescribeExecutionCommand({ executionArn }));
    const report = reportOf(found.output);
    return {
      name: found.name ?? '',
      status: found.status ?? '',
      started: found.startDate?.toISOString() ?? '',
      ended: found.stopDate?.toISOString() ?? null,
      input: found.input ?? '{}',
      partitions: report?.partitions.length ?? null,
      failed: report?.partitions.filter(hasFailed).length ?? null,
      rows_inserted: report?.partitions.reduce((sum, { inserted }) => sum + inserted, 0) ?? null,
      warehouse_dollars: report?.warehouse_dollars ?? null,
      error: found.error ?? null,
      cause: found.cause ?? null,
    };
  });
  output.document({ executions: runs } satisfies RunsDocument);
  if (!output.json) output.say(runsText(connection, runs, nextToken !== undefined, options));
  return 0;
}

function runsText(
  connection: Connection,
  runs: readonly Run[],
  hasMore: boolean,
  { limit = SHOWN, status, width = terminalWidth(), colour = wantsColours() }: RunsOptions,
): string {
  const colours = createColors(colour);
  if (runs.length === 0)
    return status === undefined
      ? `No execution has started yet. ${sluice(connection, 'load')} starts one.`
      : `No execution is ${status}.`;
  const number = (value: number | null) => (value === null ? '' : value.toLocaleString('en'));
  const lines = [
    renderTable(
      ['id', 'started (UTC)', 'loads', 'status', 'seconds', 'hours', 'failed', 'rows', 'dollars'],
      runs.map((run) => [
        ...[
          run.name.slice(-ID_LENGTH),
          run.started.slice(5, 16).replace('T', ' '),
          inputWords(run.input),
          run.status,
          secondsOf(run),
        ],
        ...[number(run.partitions), number(run.failed), number(run.rows_inserted)],
        run.warehouse_dollars === null ? '' : dollarsText(run.warehouse_dollars),
      ]),
      { width, colour, numeric: new Set([4, 5, 6, 7, 8]), lengths: [64, 24, 16] },
    ),
  ];
  const bad = runs.find(({ error }) => error !== null);
  if (bad)
    lines.push(
      '',
      colours.red(wrappedText(`${bad.name} ended ${bad.status}: ${bad.error}`, width)),
      sluice(connection, `runs ${bad.name}`),
    );
  const going = runs.filter(({ status: state }) => state === 'RUNNING');
  for (const { name } of going) lines.push('', `${name} runs:`, sluice(connection, `watch ${name}`));
  if (hasMore) lines.push('', `There are older ones: --limit ${Math.min(MOST, limit * 5)} shows more.`);
  return lines.join('\n');
}

function secondsOf({ started, ended }: Run): string {
  const until = ended === null ? Date.now() : Date.parse(ended);
  return Math.max(0, (until - Date.parse(started)) / 1_000).toFixed(1);
}
