import { CloudFormationClient, paginateListStackResources } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient, paginateGetMetricData, type MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetWorkgroupCommand, RedshiftServerlessClient } from '@aws-sdk/client-redshift-serverless';
import { DescribeStateMachineCommand } from '@aws-sdk/client-sfn';
import { nameOfStateMachine } from '../../core/arn';
import { knownCapacity, leastWarehouseUse, type Uncounted, type WarehouseUse } from '../../core/bill';
import { FUNCTION_NAMES, stemOf, type FunctionName } from '../../core/steps';
import type { Counts } from '../../core/usage';
import { stackNameOf } from '../shared/connect-stage';
import type { Connection } from '../shared/connection';
import { metricSums, type MetricSums } from './metric-sums';
import { meanTransitions } from './transitions';
import { startOfBill } from './usage';

/** What is null or uncounted is unknown, and a note says why. */
export interface StageUse {
  /** When the stage was made, if that is later than was asked for. */
  readonly since: Date;
  readonly alarms: number | null;
  readonly counts: Counts;
  readonly uncounted: readonly Uncounted[];
  readonly warehouse: WarehouseUse | null;
  readonly notes: readonly string[];
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
/** Functions of which no call is without a statement. */
const SUBMITTING: readonly FunctionName[] = ['CopyToStaging', 'MergeIntoTarget'];

type Stage = Pick<Connection, 'settings' | 'stage' | 'stepFunctions' | 'stateMachineArn' | 'workgroup'>;

interface Clients {
  readonly cloudFormation: CloudFormationClient;
  readonly cloudWatch: CloudWatchClient;
  readonly lambda: LambdaClient;
  readonly redshift: RedshiftServerlessClient;
}

/**
 * What a stage has used, from CloudWatch, Step Functions and the descriptions of its stack, its functions and its workgroup.
 * None of these wakes the warehouse. S3, SNS and the Data API have no such numbers.
 */
export async function useOfStage(stage: Stage, from: Date, until: Date): Promise<StageUse> {
  const { settings } = stage;
  const clients: Clients = {
    cloudFormation: new CloudFormationClient(settings),
    cloudWatch: new CloudWatchClient(settings),
    lambda: new LambdaClient(settings),
    redshift: new RedshiftServerlessClient(settings),
  };
  try {
    return await readUse(stage, clients, from, until);
  } finally {
    for (const client of Object.values(clients) as Clients[keyof Clients][]) client.destroy();
  }
}

/** What the warehouse has used, without what else a stage uses: two calls. A note says why it is null. */
export async function warehouseOfStage(
  stage: Stage,
  from: Date,
  until: Date,
): Promise<Pick<StageUse, 'warehouse' | 'notes'>> {
  const cloudWatch = new CloudWatchClient(stage.settings);
  const redshift = new RedshiftServerlessClient(stage.settings);
  const notes: string[] = [];
  try {
    const metrics = { compute: computeOf(stage) };
    const measured = await read(notes, 'The metrics', () => measure(metrics, cloudWatch, from, until));
    notes.push(...(measured?.notes ?? []));
    const compute = measured?.sums.get('compute');
    return { warehouse: await warehouseOf(stage.workgroup, redshift, compute, false, notes), notes };
  } finally {
    cloudWatch.destroy();
    redshift.destroy();
  }
}

async function readUse(stage: Stage, clients: Clients, from: Date, until: Date): Promise<StageUse> {
  const { stepFunctions, stateMachineArn, workgroup } = stage;
  const notes: string[] = [];
  const asked = startOfBill(from);
  const described = await read(notes, 'When the stage was made', () =>
    stepFunctions.send(new DescribeStateMachineCommand({ stateMachineArn })),
  );
  const made = described?.creationDate;
  const since = made && made > asked ? made : asked;

  const measured = await read(notes, 'The metrics', () =>
    measure(metricsOfStage(stage), clients.cloudWatch, since, until),
  );
  notes.push(...(measured?.notes ?? []));
  const total = (id: string) => {
    const sums = measured?.sums.get(id);
    return sums && [...sums.values()].reduce((sum, each) => sum + each, 0);
  };
  const executions = total('executions');
  const called = FUNCTION_NAMES.map((name) => ({
    name: deployedName(stage, name),
    calls: total(`calls${name}`),
    duration: total(`duration${name}`),
  }));
  const submitted = SUBMITTING.some((name) => total(`calls${name}`) !== 0);

  const mean =
    executions === undefined
      ? undefined
      : await read(notes, 'The executions', () => meanTransitions(stage, executions, since));
  if (mean === null) notes.push('None of the newest executions has ended: their transitions are unknown.');
  const transitions = executions === undefined || mean == null ? undefined : Math.round(executions * mean);
  return {
    since,
    alarms: (await read(notes, 'The alarms', () => alarmsOf(stage, clients.cloudFormation))) ?? null,
    counts: {
      ...(executions === undefined
        ? {}
        : { executions: { [nameOfStateMachine(stateMachineArn)]: executions } }),
      ...(transitions === undefined ? {} : { transitions }),
      functions: await functionsOf(called, clients.lambda, notes),
    },
    uncounted: [
      ...(transitions === undefined ? (['transitions'] as const) : []),
      ...(called.some(({ calls, duration }) => calls === undefined || duration === undefined)
        ? (['functions'] as const)
        : []),
    ],
    warehouse: await warehouseOf(
      workgroup,
      clients.redshift,
      measured?.sums.get('compute'),
      submitted,
      notes,
    ),
    notes,
  };
}

/** Reads one part. If AWS refuses that, for want of a right or of the thing itself, a note says so. */
async function read<T>(notes: string[], what: string, ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    const { name, message } = error as Error;
    if (!('$fault' in (error as Error))) throw error;
    notes.push(`${what} could not be read: ${name}: ${message}`);
    return undefined;
  }
}

const deployedName = ({ stage }: Stage, name: FunctionName): string =>
  `${stackNameOf(stage)}-${stemOf(name)}`;

/** A metric: its namespace, its name, its dimension, and the period of its sums in seconds. */
type Metric = readonly [namespace: string, name: string, dimension: string, value: string, period: number];

const computeOf = ({ workgroup }: Stage): Metric => [
  ...(['AWS/Redshift-Serverless', 'ComputeSeconds', 'Workgroup', workgroup, MINUTE] as const),
];

/** All metrics that say what a stage used. Minutes are needed of the warehouse only. */
const metricsOfStage = (stage: Stage): Readonly<Record<string, Metric>> => ({
  executions: ['AWS/States', 'ExecutionsStarted', 'StateMachineArn', stage.stateMachineArn, HOUR],
  compute: computeOf(stage),
  ...Object.fromEntries(
    FUNCTION_NAMES.flatMap((name): (readonly [string, Metric])[] => [
      [`calls${name}`, ['AWS/Lambda', 'Invocations', 'FunctionName', deployedName(stage, name), HOUR]],
      [`duration${name}`, ['AWS/Lambda', 'Duration', 'FunctionName', deployedName(stage, name), HOUR]],
    ]),
  ),
});

/** The sums of metrics, by their ids. */
async function measure(
  metrics: Readonly<Record<string, Metric>>,
  client: CloudWatchClient,
  since: Date,
  EndTime: Date,
): Promise<MetricSums> {
  const MetricDataQueries = Object.entries(metrics).map(
    ([Id, [Namespace, MetricName, Name, Value, Period]]): MetricDataQuery => ({
      Id,
      MetricStat: {
        Metric: { Namespace, MetricName, Dimensions: [{ Name, Value }] },
        Period,
        Stat: 'Sum',
      },
    }),
  );
  const request = { MetricDataQueries, StartTime: startOfBill(since), EndTime };
  return metricSums(Object.keys(metrics), paginateGetMetricData({ client }, request));
}

interface Called {
  readonly name: string;
  readonly calls: number | undefined;
  readonly duration: number | undefined;
}

/** The functions that were called. One that was not may be missing: an older version deployed the stage. */
async function functionsOf(
  called: readonly Called[],
  client: LambdaClient,
  notes: string[],
): Promise<NonNullable<Counts['functions']>> {
  const functions: NonNullable<Counts['functions']> = {};
  for (const { name: FunctionName, calls = 0, duration = 0 } of called) {
    if (calls === 0) continue;
    const found = await read(notes, `The memory of ${FunctionName}`, () =>
      client.send(new GetFunctionConfigurationCommand({ FunctionName })),
    );
    const memory = found?.MemorySize;
    functions[FunctionName] = {
      calls,
      duration_ms: duration,
      ...(memory === undefined ? {} : { mb_ms: memory * duration }),
    };
  }
  return functions;
}

/**
 * @param compute RPU-seconds of each minute in which the warehouse was used; undefined: unknown.
 * @param submitted whether statements must have run.
 */
async function warehouseOf(
  workgroupName: string,
  client: RedshiftServerlessClient,
  compute: ReadonlyMap<number, number> | undefined,
  submitted: boolean,
  notes: string[],
): Promise<WarehouseUse | null> {
  if (compute === undefined) return null;
  if ([...compute.values()].every((each) => each === 0)) {
    notes.push(
      `CloudWatch has no ComputeSeconds of the workgroup ${workgroupName}${submitted ? ', although statements ran: what the warehouse used is unknown' : ''}.`,
    );
    if (submitted) return null;
  }
  const found = await read(notes, 'The workgroup', () =>
    client.send(new GetWorkgroupCommand({ workgroupName })),
  );
  const capacity = knownCapacity(found?.workgroup?.baseCapacity);
  if (capacity === undefined) {
    notes.push(
      'The base capacity is unknown (a workgroup that scales by price-performance has none): the warehouse counts without the least of 60 seconds for a wake-up.',
    );
  }
  const minutes = [...compute].map(([start, value]) => ({ start, rpu_seconds: value }));
  return leastWarehouseUse(minutes, capacity);
}

/** The alarms of the stage's stack: names alone do not tell `dev` from `dev-2`. */
async function alarmsOf({ stage }: Stage, client: CloudFormationClient): Promise<number> {
  let alarms = 0;
  for await (const page of paginateListStackResources({ client }, { StackName: stackNameOf(stage) })) {
    const resources = page.StackResourceSummaries ?? [];
    alarms += resources.filter(({ ResourceType }) => ResourceType === 'AWS::CloudWatch::Alarm').length;
  }
  return alarms;
}
