import {
  CloudWatchClient,
  paginateDescribeAlarms,
  paginateGetMetricData,
  type MetricDataQuery,
} from '@aws-sdk/client-cloudwatch';
import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetWorkgroupCommand, RedshiftServerlessClient } from '@aws-sdk/client-redshift-serverless';
import {
  DescribeStateMachineCommand,
  ListExecutionsCommand,
  paginateGetExecutionHistory,
  type HistoryEvent,
} from '@aws-sdk/client-sfn';
import { nameOfStateMachine } from '../../core/arn';
import { leastWarehouseUse, type WarehouseUse } from '../../core/bill';
import { FUNCTION_NAMES, stemOf } from '../../core/steps';
import { transitionsOf, type Counts } from '../../core/usage';
import { stackNameOf } from '../shared/connect-stage';
import type { Connection } from '../shared/connection';

export interface StageUse {
  /** When the stage was made, if that is later than was asked for. */
  readonly since: Date;
  readonly alarms: number;
  readonly counts: Counts;
  readonly warehouse: WarehouseUse;
}

/** Executions whose histories are read: as many as an hourly schedule has in a day. */
const SAMPLE = 24;
const MINUTE = 60;

interface Clients {
  readonly cloudWatch: CloudWatchClient;
  readonly lambda: LambdaClient;
  readonly redshift: RedshiftServerlessClient;
}

/**
 * What a stage has used, from CloudWatch, Step Functions and the descriptions of its functions and its workgroup. None of
 * these wakes the warehouse. S3, SNS and the Data API have no such numbers.
 */
export async function useOfStage(connection: Connection, from: Date, until: Date): Promise<StageUse> {
  const { settings } = connection;
  const clients: Clients = {
    cloudWatch: new CloudWatchClient(settings),
    lambda: new LambdaClient(settings),
    redshift: new RedshiftServerlessClient(settings),
  };
  try {
    return await readUse(connection, clients, from, until);
  } finally {
    for (const client of Object.values(clients) as Clients[keyof Clients][]) client.destroy();
  }
}

async function readUse(
  connection: Connection,
  { cloudWatch, lambda, redshift }: Clients,
  from: Date,
  until: Date,
): Promise<StageUse> {
  const { stage, stepFunctions, stateMachineArn, workgroup: workgroupName } = connection;
  const described = await stepFunctions.send(new DescribeStateMachineCommand({ stateMachineArn }));
  const since = described.creationDate && described.creationDate > from ? described.creationDate : from;
  const { workgroup } = await redshift.send(new GetWorkgroupCommand({ workgroupName }));
  const sums = await sumsByMinute(cloudWatch, since, until, {
    executions: ['AWS/States', 'ExecutionsStarted', 'StateMachineArn', stateMachineArn],
    compute: ['AWS/Redshift-Serverless', 'ComputeSeconds', 'Workgroup', workgroupName],
    ...Object.fromEntries(
      FUNCTION_NAMES.flatMap((name): (readonly [string, Metric])[] => [
        [`calls${name}`, ['AWS/Lambda', 'Invocations', 'FunctionName', deployedName(stage, name)]],
        [`duration${name}`, ['AWS/Lambda', 'Duration', 'FunctionName', deployedName(stage, name)]],
      ]),
    ),
  });
  const total = (id: string) => [...(sums.get(id) ?? [])].reduce((sum, [, value]) => sum + value, 0);
  const functions: NonNullable<Counts['functions']> = {};
  for (const name of FUNCTION_NAMES) {
    const [calls, duration] = [total(`calls${name}`), total(`duration${name}`)];
    const FunctionName = deployedName(stage, name);
    const { MemorySize = 0 } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
    functions[FunctionName] = { calls, duration_ms: duration, mb_ms: MemorySize * duration };
  }
  const executions = total('executions');
  const minutes = [...(sums.get('compute') ?? [])].map(([start, value]) => ({ start, rpu_seconds: value }));
  return {
    since,
    alarms: await alarmsOf(cloudWatch, stage),
    counts: {
      executions: { [nameOfStateMachine(stateMachineArn)]: executions },
      transitions: Math.round(executions * (await transitionsOfOne(connection, since))),
      functions,
    },
    warehouse: leastWarehouseUse(minutes, workgroup?.baseCapacity ?? 0),
  };
}

const deployedName = (stage: string, name: (typeof FUNCTION_NAMES)[number]): string =>
  `${stackNameOf(stage)}-${stemOf(name)}`;

/** A metric: its namespace, its name, and its dimension. */
type Metric = readonly [namespace: string, name: string, dimension: string, value: string];

/** @returns by id the sums of each minute, by its start in seconds since 1970. */
async function sumsByMinute(
  client: CloudWatchClient,
  StartTime: Date,
  EndTime: Date,
  metrics: Readonly<Record<string, Metric>>,
): Promise<ReadonlyMap<string, ReadonlyMap<number, number>>> {
  const MetricDataQueries = Object.entries(metrics).map(
    ([Id, [Namespace, MetricName, Name, Value]]): MetricDataQuery => ({
      Id,
      MetricStat: {
        Metric: { Namespace, MetricName, Dimensions: [{ Name, Value }] },
        Period: MINUTE,
        Stat: 'Sum',
      },
    }),
  );
  const sums = new Map(Object.keys(metrics).map((id) => [id, new Map<number, number>()]));
  const pages = paginateGetMetricData({ client }, { MetricDataQueries, StartTime, EndTime });
  for await (const { MetricDataResults = [] } of pages) {
    for (const { Id = '', Timestamps = [], Values = [] } of MetricDataResults)
      Timestamps.forEach((at, index) => sums.get(Id)?.set(at.getTime() / 1_000, Values[index] ?? 0));
  }
  return sums;
}

async function alarmsOf(client: CloudWatchClient, stage: string): Promise<number> {
  let alarms = 0;
  for await (const page of paginateDescribeAlarms({ client }, { AlarmNamePrefix: `${stackNameOf(stage)}-` }))
    alarms += page.MetricAlarms?.length ?? 0;
  return alarms;
}

/** The transitions of one execution, on average over the newest ones: no metric counts those of a state machine. */
async function transitionsOfOne(
  { stepFunctions: client, stateMachineArn }: Connection,
  since: Date,
): Promise<number> {
  const listing = new ListExecutionsCommand({ stateMachineArn, maxResults: SAMPLE });
  const { executions = [] } = await client.send(listing);
  const ended = executions.filter(
    ({ startDate, status }) => startDate && startDate >= since && status !== 'RUNNING',
  );
  let transitions = 0;
  for (const { executionArn } of ended) {
    const events: HistoryEvent[] = [];
    const pages = paginateGetExecutionHistory({ client }, { executionArn, includeExecutionData: false });
    for await (const page of pages) events.push(...(page.events ?? []));
    transitions += transitionsOf(events);
  }
  return ended.length === 0 ? 0 : transitions / ended.length;
}
