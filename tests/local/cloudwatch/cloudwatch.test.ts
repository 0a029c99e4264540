import {
  CloudWatchClient,
  GetMetricDataCommand,
  ListMetricsCommand,
  type MetricDataQuery,
} from '@aws-sdk/client-cloudwatch';
import { rmSync } from 'node:fs';
import { cloudWatchService } from '../../../local/cloudwatch/cloudwatch-service';
import { Meter } from '../../../local/metering/meter';
import { temporaryFolder } from '../../../testkit/temporary-folder';
import { Twin } from '../http/fixtures';

const MINUTE = 60_000;
const MACHINE = 'arn:aws:states:us-east-1:000000000000:stateMachine:load';
const WORKGROUP = {
  logicalId: 'Workgroup',
  name: 'sluice',
  arn: '',
  id: '',
  namespace: 'sluice',
  publiclyAccessible: false,
  baseCapacity: 8,
  maxCapacity: undefined,
};

let directory: string;
let meter: Meter;
let twin: Twin;
let client: CloudWatchClient;
/** The minute in which everything begins, and an hour later. */
let start: Date;
let end: Date;
beforeEach(async () => {
  directory = temporaryFolder('sluice-cloudwatch-');
  meter = new Meter(directory);
  twin = new Twin({ json: [cloudWatchService({ workgroups: [WORKGROUP] }, meter)] });
  await twin.server.listen();
  client = new CloudWatchClient(twin.client);
  // The metrics' minutes begin when the clock's do.
  start = new Date(Math.ceil(Date.now() / (60 * MINUTE)) * 60 * MINUTE);
  end = new Date(start.getTime() + 60 * MINUTE);
  meter.clock.ahead = start.getTime() - Date.now() + 1_000;
});
afterEach(async () => {
  client.destroy();
  await twin.close();
  await meter.close();
  rmSync(directory, { recursive: true });
});

const query = (
  Id: string,
  [Namespace, MetricName, Name, Value]: readonly [string, string, string, string],
  Period = 60,
): MetricDataQuery => ({
  Id,
  MetricStat: { Metric: { Namespace, MetricName, Dimensions: [{ Name, Value }] }, Period, Stat: 'Sum' },
});
const COMPUTE = ['AWS/Redshift-Serverless', 'ComputeSeconds', 'Workgroup', 'sluice'] as const;

async function dataOf(...queries: MetricDataQuery[]) {
  const command = new GetMetricDataCommand({
    MetricDataQueries: queries,
    StartTime: start,
    EndTime: end,
    ScanBy: 'TimestampAscending',
  });
  const { MetricDataResults = [] } = await client.send(command);
  return Object.fromEntries(
    MetricDataResults.map(({ Id = '', Timestamps = [], Values = [] }) => [
      Id,
      Timestamps.map((at, index) => [(at.getTime() - start.getTime()) / MINUTE, Values[index]]),
    ]),
  );
}

test('executions and calls of functions, by the minute', async () => {
  meter.executionStarted('load');
  meter.invocation('a', 512, 10.5, 100);
  meter.invocation('b', 512, 1);
  meter.clock.ahead += 2 * MINUTE;
  meter.executionStarted('load');
  meter.executionStarted('another');
  meter.invocation('a', 512, 20);
  expect(
    await dataOf(
      query('executions', ['AWS/States', 'ExecutionsStarted', 'StateMachineArn', MACHINE]),
      query('calls', ['AWS/Lambda', 'Invocations', 'FunctionName', 'a']),
      query('duration', ['AWS/Lambda', 'Duration', 'FunctionName', 'a']),
      query('hour', ['AWS/Lambda', 'Duration', 'FunctionName', 'a'], 3_600),
      query('nothing', ['AWS/Lambda', 'Duration', 'FunctionName', 'c']),
    ),
  ).toEqual({
    executions: [
      [0, 1],
      [2, 1],
    ],
    calls: [
      [0, 1],
      [2, 1],
    ],
    duration: [
      [0, 10.5],
      [2, 20],
    ],
    hour: [[0, 30.5]],
    nothing: [],
  });
});

test('the warehouse’s seconds, in the minutes in which they were used, without the least of a wake-up', async () => {
  const at = (seconds: number) => new Date(start.getTime() - meter.clock.ahead + seconds * 1_000);
  meter.statement(at(50), at(130));
  meter.statement(at(55), at(60));
  meter.statement(at(600), at(601));
  expect(
    await dataOf(query('used', COMPUTE), query('other', [...COMPUTE.slice(0, 3), 'other'] as never)),
  ).toEqual({
    used: [
      [0, 80],
      [1, 480],
      [2, 80],
      [10, 8],
    ],
    other: [],
  });
});

test('newest first, unless asked for otherwise', async () => {
  meter.invocation('a', 512, 1);
  meter.clock.ahead += MINUTE;
  meter.invocation('a', 512, 2);
  const { MetricDataResults } = await client.send(
    new GetMetricDataCommand({
      MetricDataQueries: [query('duration', ['AWS/Lambda', 'Duration', 'FunctionName', 'a'])],
      StartTime: start,
      EndTime: end,
    }),
  );
  expect(MetricDataResults).toMatchObject([{ Id: 'duration', Values: [2, 1], StatusCode: 'Complete' }]);
});

test.each<[string, MetricDataQuery]>([
  ['a metric that nobody writes', query('q', ['AWS/Lambda', 'Invocation', 'FunctionName', 'a'])],
  ['a misspelt dimension', query('q', ['AWS/Lambda', 'Invocations', 'Function', 'a'])],
  ['another value', query('q', ['AWS/Lambda', 'Invocations', 'FunctionName', 'b'])],
  [
    'one dimension too many',
    {
      Id: 'q',
      MetricStat: {
        Metric: {
          Namespace: 'AWS/Lambda',
          MetricName: 'Invocations',
          Dimensions: [
            { Name: 'FunctionName', Value: 'a' },
            { Name: 'Resource', Value: 'a' },
          ],
        },
        Period: 60,
        Stat: 'Sum',
      },
    },
  ],
  [
    'no dimension',
    {
      Id: 'q',
      MetricStat: {
        Metric: { Namespace: 'AWS/Lambda', MetricName: 'Invocations' },
        Period: 60,
        Stat: 'Sum',
      },
    },
  ],
])('%s has no data, and no error', async (_, each) => {
  meter.invocation('a', 512, 1);
  expect(await dataOf(each)).toEqual({ q: [] });
});

describe('refused', () => {
  const stat = query('q', COMPUTE).MetricStat!;
  test.each<[string, MetricDataQuery[], RegExp]>([
    ['another statistic', [{ Id: 'q', MetricStat: { ...stat, Stat: 'Average' } }], /Stat/],
    ['a period within a minute', [{ Id: 'q', MetricStat: { ...stat, Period: 30 } }], /Period/],
    ['an expression', [{ Id: 'q', Expression: 'SUM(METRICS())' }], /MetricDataQueries\.0/],
    ['a name twice', [query('q', COMPUTE), query('q', COMPUTE)], /not unique/],
    ['a name with a capital', [query('Q', COMPUTE)], /Id/],
    ['nothing', [], /MetricDataQueries/],
  ])('%s', async (_, queries, message) => {
    await expect(dataOf(...queries)).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringMatching(message) as string,
    });
  });

  test('hours from a time within an hour, of which nobody knows where they begin', async () => {
    start = new Date(start.getTime() + MINUTE);
    await expect(dataOf(query('q', COMPUTE, 3_600))).rejects.toThrow(/StartTime that is a multiple/);
  });

  test('a time that ends before it begins', async () => {
    end = start;
    await expect(dataOf(query('q', COMPUTE))).rejects.toThrow(/StartTime must be less/);
  });

  test('another operation', async () => {
    await expect(client.send(new ListMetricsCommand({}))).rejects.toMatchObject({
      name: 'UnknownOperationException',
    });
  });
});
