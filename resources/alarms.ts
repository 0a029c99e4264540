import type { Dataset } from '../core/dataset';
import { METRICS_NAMESPACE, type MetricName } from '../core/metrics';
import {
  logicalStem,
  merged,
  ref,
  type ResourceDefinition,
  type Resources,
  type Value,
} from './cloudformation';
import { functionName } from './functions';
import { deployedName, stateMachineName, type Settings } from './settings';
import { deadLettersName, scheduleRoleName, STATE_MACHINE } from './state-machine';
import { bufferInterval, streamed, streamName } from './stream';
import { topicArn } from './topic';

const FIVE_MINUTES = 300;
const HOUR = 3_600;
/** Seconds that Firehose may be late, in addition to its buffer interval. */
const LATE_DELIVERY = 900;

interface Alarm {
  /** What the alarm means, and what to do. */
  readonly description: string;
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: Readonly<Record<string, Value>>;
  readonly statistic: 'Sum' | 'Maximum' | 'Average' | 'Minimum';
  readonly when: 'GreaterThanThreshold' | 'GreaterThanOrEqualToThreshold' | 'LessThanThreshold';
  readonly threshold: number;
  /** Seconds. */
  readonly period: number;
  /** How many periods are evaluated (default 1), and how many of them must meet the condition (default all). */
  readonly periods?: number;
  readonly datapoints?: number;
  /** Default: missing data raises no alarm. `ignore`: the alarm stays as it is. */
  readonly missing?: 'breaching' | 'ignore';
  /** Whether its end is notified too. True for a condition that lasts, not for an event that happened once. */
  readonly lasts?: true;
}

/** The alarms, which notify the topic. */
export function alarmResources(settings: Settings, datasets: readonly Dataset[]): Resources {
  return Object.fromEntries(
    Object.entries(alarmsOf(settings, datasets)).map(([id, alarm]) => [
      id,
      alarmResource(settings, id, alarm),
    ]),
  );
}

/** The logical ids of all alarms. */
export const alarmIds = (settings: Settings, datasets: readonly Dataset[]): readonly string[] =>
  Object.keys(alarmsOf(settings, datasets));

function alarmResource(settings: Settings, id: string, alarm: Alarm): ResourceDefinition {
  const kebab = id
    .replace(/Alarm$/, '')
    .replace(/(?!^)[A-Z]/g, (letter) => `-${letter}`)
    .toLowerCase();
  return {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      AlarmName: deployedName(settings, kebab),
      AlarmDescription: alarm.description,
      Namespace: alarm.namespace,
      MetricName: alarm.metric,
      Dimensions: Object.entries(alarm.dimensions).map(([Name, Value]) => ({ Name, Value })),
      Statistic: alarm.statistic,
      Period: alarm.period,
      EvaluationPeriods: alarm.periods ?? 1,
      DatapointsToAlarm: alarm.datapoints ?? alarm.periods ?? 1,
      ComparisonOperator: alarm.when,
      Threshold: alarm.threshold,
      TreatMissingData: alarm.missing ?? 'notBreaching',
      AlarmActions: [topicArn(settings)],
      ...(alarm.lasts ? { OKActions: [topicArn(settings)] } : {}),
    },
  };
}

/** For events of which a single one raises the alarm. */
const ONCE = { statistic: 'Sum', when: 'GreaterThanThreshold', threshold: 0, period: FIVE_MINUTES } as const;

function alarmsOf(settings: Settings, datasets: readonly Dataset[]): Readonly<Record<string, Alarm>> {
  return merged<Alarm>([
    executionAlarms(settings),
    scheduleAlarms(settings),
    ...(streamed(datasets).length > 0 ? [transformAlarms(settings)] : []),
    ...datasets.map((dataset) => loadAlarms(settings, dataset)),
    ...streamed(datasets).map((dataset) => streamAlarms(settings, dataset)),
  ]);
}

function executionAlarms(settings: Settings): Record<string, Alarm> {
  const name = stateMachineName(settings);
  const states = { ...ONCE, namespace: 'AWS/States', dimensions: { StateMachineArn: ref(STATE_MACHINE) } };
  return {
    ExecutionsFailedAlarm: {
      ...states,
      metric: 'ExecutionsFailed',
      description:
        `An execution of ${name} failed: it was stopped as a whole, or at least one partition was not loaded, or was loaded ` +
        'without some of its files, and that is new or has lasted long enough to be told again. ' +
        'The notification of the same time says what, why, how to fix it and which input loads it again; so do ' +
        'the execution’s cause and sluice.load_history. A failed partition has not changed the target.',
    },
    ExecutionsTimedOutAlarm: {
      ...states,
      metric: 'ExecutionsTimedOut',
      description:
        `An execution of ${name} was still running after a day and was stopped. Look in its event history for its last ` +
        'state, and in SYS_QUERY_HISTORY for what a statement waits for. Partitions that it loaded stay loaded; the next ' +
        'execution loads the rest.',
    },
    ExecutionsAbortedAlarm: {
      ...states,
      metric: 'ExecutionsAborted',
      description:
        `Somebody stopped an execution of ${name}. Partitions that it loaded stay loaded, and no partition is half loaded. ` +
        'The next scheduled execution cleans up and loads the rest. To find out who stopped it, look in CloudTrail for ' +
        'StopExecution.',
    },
    ExecutionsThrottledAlarm: {
      ...states,
      metric: 'ExecutionThrottled',
      description:
        `Step Functions throttled state transitions of ${name}. Loads are late, not lost. Lower load.max_concurrency, or ` +
        'ask for a higher quota of state transitions.',
    },
  };
}

function scheduleAlarms(settings: Settings): Record<string, Alarm> {
  return {
    ScheduleDeadLettersAlarm: {
      namespace: 'AWS/SQS',
      metric: 'ApproximateNumberOfMessagesVisible',
      dimensions: { QueueName: { 'Fn::GetAtt': ['ScheduleDeadLetters', 'QueueName'] } },
      statistic: 'Maximum',
      when: 'GreaterThanThreshold',
      threshold: 0,
      period: FIVE_MINUTES,
      description:
        'A scheduled execution could not be started, and neither could its retries. The message in queue ' +
        `${deadLettersName(settings)} has the error in its attributes (often a missing right of role ` +
        `${scheduleRoleName(settings)}). The next execution loads those hours too. Delete the message after you fixed the cause.`,
    },
  };
}

function transformAlarms(settings: Settings): Record<string, Alarm> {
  const name = functionName(settings, 'TransformRecords');
  return {
    TransformErrorsAlarm: {
      ...ONCE,
      namespace: 'AWS/Lambda',
      metric: 'Errors',
      dimensions: { FunctionName: name },
      description:
        `Function ${name} failed or timed out. Firehose retries each batch three times and then writes all of it to the ` +
        'error prefix. Look at the function’s log. Events that the function refuses do not raise this alarm.',
    },
  };
}

function loadAlarms(settings: Settings, dataset: Dataset): Record<string, Alarm> {
  const stem = logicalStem(dataset.name);
  const { stale_after_hours: hours, every_hours: every } = dataset.load;
  // Between two starts no data is normal. The further hour is for an execution that takes longer than the one before.
  const silent = every + 1;
  const ours = (metric: MetricName) => ({
    namespace: METRICS_NAMESPACE,
    metric,
    dimensions: { service: deployedName(settings), dataset: dataset.name },
  });
  return {
    [`${stem}StaleAlarm`]: {
      ...ours('LagHours'),
      statistic: 'Minimum',
      when: 'GreaterThanOrEqualToThreshold',
      threshold: hours,
      period: HOUR,
      periods: silent,
      missing: 'breaching',
      lasts: true,
      description:
        `The newest loaded hour of dataset ${dataset.name} ended ${hours} hours ago or more, or no scheduled execution has ` +
        `reported for ${silent} hours. Check first whether executions start (the schedule is enabled, no dead letters), then ` +
        'whether they fail, then whether files arrive (sluice inspect, the stream’s metrics). sluice doctor checks all of ' +
        'this. If whole hours without events are normal, raise load.stale_after_hours.',
    },
    [`${stem}ErrorRecordsAlarm`]: {
      ...ours('ErrorRecords'),
      ...ONCE,
      description:
        `Events of dataset ${dataset.name} never became Parquet. Firehose keeps them under ` +
        `${dataset.source.error_prefix}. sluice inspect on that prefix says why each was refused. Correct them and send ` +
        'them again. The loaded rows are right without them.',
    },
    [`${stem}FailingAlarm`]: {
      ...ours('HoursFailing'),
      statistic: 'Maximum',
      when: 'GreaterThanThreshold',
      threshold: 0,
      period: HOUR,
      // Between two scheduled executions nothing has changed.
      missing: 'ignore',
      lasts: true,
      description:
        `Hours of dataset ${dataset.name} failed, or were loaded without some of their files. The notification names each ` +
        'file or statement, what is wrong and how to fix it; so does sluice.load_history. An hour with bad files is tried ' +
        'again when its files are written again or deleted, or when the dataset’s columns change to fit them; any other ' +
        'after 1, 2, 4 … 24 hours. The alarm ends with the first scheduled execution that leaves no such hour.',
    },
  };
}

function streamAlarms(settings: Settings, dataset: Dataset): Record<string, Alarm> {
  const stem = logicalStem(dataset.name);
  const name = streamName(settings, dataset);
  const late = bufferInterval(dataset) + LATE_DELIVERY;
  const firehose = { namespace: 'AWS/Firehose', dimensions: { DeliveryStreamName: name } };
  const failing = {
    ...firehose,
    statistic: 'Average',
    when: 'LessThanThreshold',
    threshold: 1,
    period: FIVE_MINUTES,
    lasts: true,
  } as const;
  return {
    [`${stem}DeliveryLateAlarm`]: {
      ...firehose,
      metric: 'DeliveryToS3.DataFreshness',
      statistic: 'Maximum',
      when: 'GreaterThanThreshold',
      threshold: late,
      period: FIVE_MINUTES,
      periods: 3,
      lasts: true,
      description:
        `Stream ${name} holds events that arrived more than ${late} s ago. Hours may be loaded before all of their files ` +
        `exist; a later execution loads the late files. Look in the log group /aws/kinesisfirehose/${name}.`,
    },
    [`${stem}DeliveryFailingAlarm`]: {
      ...failing,
      metric: 'DeliveryToS3.Success',
      // Firehose retries by itself and writes only every few minutes, so three failures within an hour are many.
      periods: 12,
      datapoints: 3,
      description:
        `Stream ${name} cannot write to the lake. Firehose keeps events for 24 hours, then they are lost. Look in the log ` +
        `group /aws/kinesisfirehose/${name}. Usually role ${name}-stream, the bucket’s policy or its key denies access.`,
    },
    [`${stem}TransformFailingAlarm`]: {
      ...failing,
      metric: 'ExecuteProcessing.Success',
      description:
        `The transform of stream ${name} fails. After four attempts Firehose writes the whole batch to the error prefix. ` +
        `Look in the log of the function transform-records and in /aws/kinesisfirehose/${name}.`,
    },
    [`${stem}ConversionFailingAlarm`]: {
      ...ONCE,
      ...firehose,
      metric: 'FailedConversion.Records',
      description:
        `Stream ${name} could not convert events to Parquet: the transform accepted events that do not fit the Glue table. ` +
        'They are under the error prefix, in format-conversion-failed. Deploy again, so that transform and table come from ' +
        'the same dataset file; sluice doctor compares them.',
    },
    [`${stem}ThrottledAlarm`]: {
      ...ONCE,
      ...firehose,
      metric: 'ThrottledRecords',
      description:
        `Stream ${name} refused events above its quota, and producers must send them again. Send fewer and larger batches, ` +
        'or ask for a higher quota.',
    },
  };
}
