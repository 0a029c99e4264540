import type { Dataset } from '../core/dataset';
import { METRICS_NAMESPACE, type MetricName } from '../core/metrics';
import { FUNCTION_NAMES, MEASURED_STEPS, stemOf } from '../core/steps';
import { alarmIds } from './alarms';
import { sub, type Resources } from './cloudformation';
import { functionName } from './functions';
import { deployedName, type Settings } from './settings';
import { STATE_MACHINE } from './state-machine';
import { streamed, streamName } from './stream';
import { workgroupName } from './warehouse';

/** A line of a graph: namespace, metric, then dimensions in pairs. */
type Line = readonly [string, string, ...(string | object)[]];

interface Graph {
  readonly title: string;
  readonly stat: string;
  readonly lines: readonly Line[];
  /** A horizontal line in the graph that the values should not reach. */
  readonly limit?: { readonly label: string; readonly value: number };
}

const WIDTH = 24;
const GRAPH = { width: 8, height: 6 };
const ALARMS = { width: WIDTH, height: 4 };
/** Source: Amazon CloudWatch API Reference, "Dashboard Body Structure and Syntax". */
const ALARMS_OF_WIDGET = 100;

/** One dashboard for each stage: are targets fresh, do loads fail, how long do steps take, where do events go. */
export function dashboardResources(settings: Settings, datasets: readonly Dataset[]): Resources {
  const ids = alarmIds(settings, datasets);
  const alarms = Array.from({ length: Math.ceil(ids.length / ALARMS_OF_WIDGET) }, (_, index) => ({
    type: 'alarm',
    x: 0,
    y: index * ALARMS.height,
    ...ALARMS,
    properties: {
      title: 'Alarms',
      alarms: ids
        .slice(index * ALARMS_OF_WIDGET, (index + 1) * ALARMS_OF_WIDGET)
        .map((id) => `\${${id}.Arn}`),
    },
  }));
  const graphs = graphsOf(settings, datasets).map((graph, index) => ({
    type: 'metric',
    x: (index * GRAPH.width) % WIDTH,
    y: alarms.length * ALARMS.height + Math.floor((index * GRAPH.width) / WIDTH) * GRAPH.height,
    ...GRAPH,
    properties: {
      title: graph.title,
      region: '${AWS::Region}',
      view: 'timeSeries',
      stat: graph.stat,
      period: 300,
      metrics: graph.lines,
      ...(graph.limit ? { annotations: { horizontal: [graph.limit] } } : {}),
    },
  }));
  return {
    Dashboard: {
      Type: 'AWS::CloudWatch::Dashboard',
      Properties: {
        DashboardName: deployedName(settings),
        DashboardBody: sub(JSON.stringify({ widgets: [...alarms, ...graphs] }), {
          WorkgroupName: workgroupName(settings),
        }),
      },
    },
  };
}

function graphsOf(settings: Settings, datasets: readonly Dataset[]): readonly Graph[] {
  const streams = streamed(datasets);
  const ours = (metric: MetricName, labelOf = (dataset: string) => dataset): readonly Line[] =>
    datasets.map(({ name }) => [
      METRICS_NAMESPACE,
      metric,
      'service',
      deployedName(settings),
      'dataset',
      name,
      { label: labelOf(name) },
    ]);
  const named = (metric: MetricName) => ours(metric, (dataset) => `${dataset} ${metric}`);
  const states = (metric: string): Line => ['AWS/States', metric, 'StateMachineArn', `\${${STATE_MACHINE}}`];
  const firehose = (metric: string): readonly Line[] =>
    streams.map((dataset) => [
      'AWS/Firehose',
      metric,
      'DeliveryStreamName',
      streamName(settings, dataset),
      { label: dataset.name },
    ]);
  const strictest = Math.min(...datasets.map(({ load }) => load.stale_after_hours));
  return [
    {
      title: 'Hours since the newest loaded hour ended',
      stat: 'Maximum',
      lines: ours('LagHours'),
      limit: { label: 'stale', value: strictest },
    },
    {
      title: 'Executions',
      stat: 'Sum',
      lines: ['ExecutionsSucceeded', 'ExecutionsFailed', 'ExecutionsAborted', 'ExecutionsTimedOut'].map(
        states,
      ),
    },
    {
      title: 'Partitions',
      stat: 'Sum',
      lines: [...named('PartitionsLoaded'), ...named('PartitionsFailed'), ...named('PartitionsWaiting')],
    },
    { title: 'Rows inserted', stat: 'Sum', lines: ours('RowsInserted') },
    {
      title: 'Rows not inserted: duplicates and superseded',
      stat: 'Sum',
      lines: [...named('RowsDuplicate'), ...named('RowsSuperseded')],
    },
    {
      title: 'Seconds of each step, 90th percentile',
      stat: 'p90',
      lines: datasets.flatMap(({ name }) =>
        MEASURED_STEPS.map((step): Line => [
          METRICS_NAMESPACE,
          'StepSeconds',
          'service',
          deployedName(settings),
          'dataset',
          name,
          'step',
          step,
          { label: `${name} ${step}` },
        ]),
      ),
    },
    {
      title: 'Events that never became Parquet, files left out',
      stat: 'Sum',
      lines: [...named('ErrorRecords'), ...named('EventsRefused'), ...named('FilesQuarantined')],
    },
    {
      title: 'Values dropped, because no column has the attribute’s name',
      stat: 'Sum',
      lines: named('AttributesUnknown'),
    },
    {
      title: 'Folders and files that belong to no hour',
      stat: 'Maximum',
      lines: ours('StraysFound'),
    },
    ...(streams.length > 0
      ? [
          { title: 'Events that came', stat: 'Sum', lines: firehose('IncomingRecords') },
          {
            title: 'Age of the oldest event that Firehose holds, seconds',
            stat: 'Maximum',
            lines: firehose('DeliveryToS3.DataFreshness'),
          },
        ]
      : []),
    {
      title: 'Errors and throttles of functions',
      stat: 'Sum',
      lines: FUNCTION_NAMES.flatMap((name) =>
        ['Errors', 'Throttles'].map((metric): Line => [
          'AWS/Lambda',
          metric,
          'FunctionName',
          functionName(settings, name),
          { label: `${stemOf(name)} ${metric}` },
        ]),
      ),
    },
    {
      title: 'Warehouse: seconds in which statements of loads ran',
      stat: 'Sum',
      lines: ours('WarehouseSeconds'),
    },
    {
      title: 'Warehouse: compute, RPU',
      stat: 'Maximum',
      lines: [['AWS/Redshift-Serverless', 'ComputeCapacity', 'Workgroup', '${WorkgroupName}']],
    },
  ];
}
