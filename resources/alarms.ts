import type { Dataset } from '../core/dataset';
import { METRICS_NAMESPACE, type MetricName } from '../core/metrics';
import {
  logicalStem,
  merged,
  policy,
  ref,
  type ResourceDefinition,
  type Resources,
  type Value,
} from './cloudformation';
import { functionName } from './functions';
import { deployedName, stateMachineName, type Settings } from './settings';
import { deadLettersName, scheduleRoleName, STATE_MACHINE } from './state-machine';
import { bufferInterval, streamed, streamName } from './stream';

const TOPIC = 'FailureTopic';
const FIVE_MINUTES = 300;
const HOUR = 3_600;
/** Seconds that Firehose may be behind beyond its buffer's interval. */
const LATE_DELIVERY = 900;

interface Alarm {
  /** What it means, and what to do. */
  readonly description: string;
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: Readonly<Record<string, Value>>;
  readonly statistic: 'Sum' | 'Maximum' | 'Average' | 'Minimum';
  readonly when: 'GreaterThanThreshold' | 'GreaterThanOrEqualToThreshold' | 'LessThanThreshold';
  readonly threshold: number;
  /** Seconds. */
  readonly period: number;
  /** How many periods are looked at, default 1, and in how many of them it has to be so, default all. */
  readonly periods?: number;
  readonly datapoints?: number;
  /** Default: no data is no alarm. */
  readonly missing?: 'breaching';
  /** Whether its end is news too: of what lasts, not of what happened. */
  readonly lasts?: true;
}

/** Who hears of failures, and what rings. */
export function alarmResources(settings: Settings, datasets: readonly Dataset[]): Resources {
  const { email } = settings;
  const alarms = alarmsOf(settings, datasets);
  return {
    [TOPIC]: {
      Type: 'AWS::SNS::Topic',
      Properties: { TopicName: deployedName(settings, 'failures'), DisplayName: 'Sluice load failures' },
    },
    FailureTopicPolicy: {
      Type: 'AWS::SNS::TopicPolicy',
      Properties: {
        Topics: [ref(TOPIC)],
        PolicyDocument: policy([
          {
            Sid: 'Alarms',
            Effect: 'Allow',
            Principal: { Service: 'cloudwatch.amazonaws.com' },
            Action: ['sns:Publish'],
            Resource: ref(TOPIC),
            Condition: { StringEquals: { 'aws:SourceAccount': ref('AWS::AccountId') } },
          },
          {
            Sid: 'OnlyByTls',
            Effect: 'Deny',
            Principal: '*',
            Action: ['sns:Publish'],
            Resource: ref(TOPIC),
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          },
        ]),
      },
    },
    ...(email === undefined
      ? {}
      : {
          FailureSubscription: {
            Type: 'AWS::SNS::Subscription',
            Properties: { TopicArn: ref(TOPIC), Protocol: 'email', Endpoint: email },
          },
        }),
    ...Object.fromEntries(
      Object.entries(alarms).map(([id, alarm]) => [id, alarmResource(settings, id, alarm)]),
    ),
  };
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
      AlarmActions: [ref(TOPIC)],
      ...(alarm.lasts ? { OKActions: [ref(TOPIC)] } : {}),
    },
  };
}

/** Once is too often. */
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
        `An execution of ${name} failed: at least one partition is not loaded, or not whole. The notification of the same ` +
        'time says which, why, how to fix it and with which input to run it again; so does the execution’s cause and ' +
        'sluice.load_history. The target is as before.',
    },
    ExecutionsTimedOutAlarm: {
      ...states,
      metric: 'ExecutionsTimedOut',
      description:
        `An execution of ${name} was still running after a day. Look in its history for the state that it stands in and in ` +
        'SYS_QUERY_HISTORY for what a statement waits for. What it loaded stands; the next execution goes on.',
    },
    ExecutionsAbortedAlarm: {
      ...states,
      metric: 'ExecutionsAborted',
      description:
        `Somebody stopped an execution of ${name}. What it loaded stands, nothing is half loaded, and the next scheduled ` +
        'execution clears up and goes on. If nobody meant to, look in CloudTrail for StopExecution.',
    },
    ExecutionsThrottledAlarm: {
      ...states,
      metric: 'ExecutionThrottled',
      description:
        `Step Functions held state transitions of ${name} back. Loads are late, not lost. Lower load.max_concurrency, or ask ` +
        'for a higher quota of state transitions.',
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
        'A scheduled execution could not be started and was given up. The message in queue ' +
        `${deadLettersName(settings)} has the error in its attributes (often rights of role ` +
        `${scheduleRoleName(settings)}). The next execution loads that hour too; delete the message once the cause is mended.`,
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
        `Function ${name} failed or timed out. Firehose tries each batch three times more and then keeps it whole under the ` +
        'error prefix. Look in its log; events that it merely refuses are no errors of it.',
    },
  };
}

function loadAlarms(settings: Settings, dataset: Dataset): Record<string, Alarm> {
  const stem = logicalStem(dataset.name);
  const { stale_after_hours: hours } = dataset.load;
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
      periods: 2,
      missing: 'breaching',
      lasts: true,
      description:
        `The newest loaded hour of dataset ${dataset.name} ended ${hours} hours ago or more, or no scheduled execution has ` +
        'reported for two hours. Look first whether executions start (the schedule is enabled, no dead letters), then ' +
        'whether they fail, then whether files arrive at all (sluice inspect, the stream’s metrics); sluice doctor checks ' +
        'all of it. Where whole hours without events are usual, raise load.stale_after_hours.',
    },
    [`${stem}ErrorRecordsAlarm`]: {
      ...ours('ErrorRecords'),
      ...ONCE,
      description:
        `Events of dataset ${dataset.name} never became Parquet: they stand under ` +
        `${dataset.source.error_prefix}. sluice inspect on that prefix says why each was refused. Send them again once ` +
        'corrected; what was loaded is right without them.',
    },
    [`${stem}QuarantinedAlarm`]: {
      ...ours('FilesQuarantined'),
      ...ONCE,
      description:
        `Files of dataset ${dataset.name} cannot be loaded and were left out. The notification names each and what is wrong ` +
        'with it. They are loaded by themselves once they are written again or the dataset’s columns fit them.',
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
        `Stream ${name} holds events that came more than ${late} s ago: hours may be loaded before all of their files are ` +
        `there, and the late ones by a later execution. Look in the log group /aws/kinesisfirehose/${name}.`,
    },
    [`${stem}DeliveryFailingAlarm`]: {
      ...failing,
      metric: 'DeliveryToS3.Success',
      // Firehose tries again by itself, and writes only every few minutes: three failures within an hour are many.
      periods: 12,
      datapoints: 3,
      description:
        `Stream ${name} cannot write to the lake. Firehose keeps events for 24 hours, then they are lost. Look in the log ` +
        `group /aws/kinesisfirehose/${name}: mostly rights of role ${name}-stream, the bucket’s policy or its key.`,
    },
    [`${stem}TransformFailingAlarm`]: {
      ...failing,
      metric: 'ExecuteProcessing.Success',
      description:
        `Stream ${name} cannot get its events transformed. After four tries a batch is kept whole under the error prefix. ` +
        `Look in the log of the function transform-records and in /aws/kinesisfirehose/${name}.`,
    },
    [`${stem}ConversionFailingAlarm`]: {
      ...ONCE,
      ...firehose,
      metric: 'FailedConversion.Records',
      description:
        `Stream ${name} could not convert events to Parquet: the transform let pass what the Glue table does not take. They ` +
        'are kept under the error prefix, in format-conversion-failed. Deploy again, so that both come from the same ' +
        'dataset file; sluice doctor compares them.',
    },
    [`${stem}ThrottledAlarm`]: {
      ...ONCE,
      ...firehose,
      metric: 'ThrottledRecords',
      description:
        `Stream ${name} refused events above its quota; producers have to send them again. Send fewer and larger batches, ` +
        'or ask for a higher quota.',
    },
  };
}
