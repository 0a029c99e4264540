import { consoleOf } from '../core/console';
import type { Dataset } from '../core/dataset';
import { METRICS_NAMESPACE, type MetricName } from '../core/metrics';
import { errorPrefixes, fixedPart, ownPrefix } from '../core/prefix';
import { headingOfAlarm, sectionOf } from '../core/runbook';
import { sluiceCommand } from '../core/sluice-command';
import {
  logicalStem,
  merged,
  ref,
  sub,
  type ResourceDefinition,
  type Resources,
  type Value,
} from './cloudformation';
import { functionName } from './functions';
import { lakeBucket } from './lake';
import { deployedName, runbookOf, stateMachineName, type Settings } from './settings';
import { deadLettersName, scheduleRoleName, STATE_MACHINE } from './state-machine';
import { bufferInterval, streamed, streamName } from './stream';
import { topicArn } from './topic';

const FIVE_MINUTES = 300;
const HOUR = 3_600;
/** Seconds that Firehose may be late, in addition to its buffer interval. */
const LATE_DELIVERY = 900;

interface Alarm {
  /** What happened, what that means, and what to do. */
  readonly description: string;
  /** The command to begin with. A reference in it is replaced by {@link REFERENCES}. */
  readonly first: string;
  /** What else to look at, a line each, with references as in the command. */
  readonly see?: readonly string[];
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

/** An alarm with the end of its name, by which the runbook explains it: `executions-failed`, `stale`. */
interface NamedAlarm extends Alarm {
  readonly name: string;
  /** The dataset that it is about; undefined: the deployment as a whole. */
  readonly dataset: string | undefined;
}

/** The alarms, which notify the topic. */
export function alarmResources(settings: Settings, datasets: readonly Dataset[]): Resources {
  return Object.fromEntries(
    Object.entries(alarmsOf(settings, datasets)).map(([id, alarm]) => [id, alarmResource(settings, alarm)]),
  );
}

/** The logical ids of all alarms. */
export const alarmIds = (settings: Settings, datasets: readonly Dataset[]): readonly string[] =>
  Object.keys(alarmsOf(settings, datasets));

/** The ends of the alarms' names. The runbook has a section for each. */
export const alarmNames = (settings: Settings, datasets: readonly Dataset[]): readonly string[] => [
  ...new Set(Object.values(alarmsOf(settings, datasets)).map(({ name }) => name)),
];

function alarmResource(settings: Settings, alarm: NamedAlarm): ResourceDefinition {
  const { name, dataset } = alarm;
  return {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      AlarmName: deployedName(
        settings,
        ...(dataset === undefined ? [] : [kebab(logicalStem(dataset))]),
        name,
      ),
      AlarmDescription: descriptionOf(settings, alarm),
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

/** `DeliveryLate` → `delivery-late` */
const kebab = (name: string): string => name.replace(/(?!^)[A-Z]/g, (letter) => `-${letter}`).toLowerCase();

/** CloudWatch takes 1,024 characters. Source: Amazon CloudWatch API Reference, "PutMetricAlarm". */
const DESCRIPTION_LENGTH = 1_024;
/** The longest value of a reference: the ARN of a state machine, the URL of a queue, the name of a bucket. */
const REFERENCE_LENGTH = 180;

/** References that descriptions may have, as `${Lake}`. */
const referencesOf = (settings: Settings): Readonly<Record<string, Value>> => ({
  StateMachine: ref(STATE_MACHINE),
  DeadLetters: ref('ScheduleDeadLetters'),
  Lake: lakeBucket(settings),
});

/** What happened and what to do, the command to begin with, where else to look, and the section of the runbook. */
function descriptionOf(settings: Settings, { name, description, first, see = [] }: NamedAlarm): Value {
  const lines = [
    description,
    `Look first: ${first}`,
    `Runbook: ${sectionOf(runbookOf(settings), headingOfAlarm(name))}`,
  ];
  const text = [...lines, ...see].reduce((whole, line) => {
    const longer = whole === '' ? line : `${whole}\n${line}`;
    return lengthOf(longer) > DESCRIPTION_LENGTH ? whole : longer;
  }, '');
  const named = Object.entries(referencesOf(settings)).filter(([each]) => text.includes(`\${${each}}`));
  return named.length === 0 ? text : sub(text, Object.fromEntries(named));
}

const lengthOf = (text: string): number => text.replace(/\$\{\w+\}/g, 'x'.repeat(REFERENCE_LENGTH)).length;

/** Commands and pages that several alarms name. */
function pointersOf(settings: Settings) {
  const { stage, region } = settings;
  const page = consoleOf('aws', region)?.stateMachinePage('${StateMachine}');
  return {
    sluice: (command: string) => sluiceCommand(command, { stage, region }),
    aws: (command: string) => `aws ${command} --region ${region}`,
    logs: (group: string) => `aws logs tail ${group} --since 1h --region ${region}`,
    executions: `Executions: ${page}`,
    objects: (prefix: string) => `Files: s3://\${Lake}/${prefix}`,
  };
}

/** For events of which a single one raises the alarm. */
const ONCE = { statistic: 'Sum', when: 'GreaterThanThreshold', threshold: 0, period: FIVE_MINUTES } as const;

function alarmsOf(settings: Settings, datasets: readonly Dataset[]): Readonly<Record<string, NamedAlarm>> {
  return merged<NamedAlarm>([
    named(executionAlarms(settings)),
    named(scheduleAlarms(settings)),
    ...(streamed(datasets).length > 0 ? [named(transformAlarms(settings))] : []),
    ...datasets.map((dataset) => named(loadAlarms(settings, dataset), dataset)),
    ...streamed(datasets).map((dataset) => named(streamAlarms(settings, dataset), dataset)),
  ]);
}

/** Gives alarms their logical ids: `ExecutionsFailedAlarm`, `TripsStaleAlarm`. */
function named(alarms: Readonly<Record<string, Alarm>>, dataset?: Dataset): Record<string, NamedAlarm> {
  const stem = dataset === undefined ? '' : logicalStem(dataset.name);
  return Object.fromEntries(
    Object.entries(alarms).map(([name, alarm]) => [
      `${stem}${name}Alarm`,
      { ...alarm, name: kebab(name), dataset: dataset?.name },
    ]),
  );
}

function executionAlarms(settings: Settings): Record<string, Alarm> {
  const name = stateMachineName(settings);
  const { sluice, aws, executions } = pointersOf(settings);
  const states = {
    ...ONCE,
    namespace: 'AWS/States',
    dimensions: { StateMachineArn: ref(STATE_MACHINE) },
    first: sluice('runs'),
    see: [executions],
  };
  return {
    ExecutionsFailed: {
      ...states,
      metric: 'ExecutionsFailed',
      description:
        `An execution of ${name} failed: it was stopped as a whole, or a partition was not loaded, or was loaded without ` +
        'some of its files; and that is new, or has lasted long enough to be told again. The notification of the same time ' +
        'and the execution’s cause say what, why, how to fix it and what loads it again. A failed partition has not changed ' +
        'the target.',
    },
    ExecutionsTimedOut: {
      ...states,
      metric: 'ExecutionsTimedOut',
      description:
        `An execution of ${name} still ran after a day, and was stopped. Its history shows its last state. Partitions that ` +
        'it loaded stay loaded, and none is half loaded. The next scheduled execution loads what is left within the lookback.',
    },
    ExecutionsAborted: {
      ...states,
      metric: 'ExecutionsAborted',
      description:
        `Somebody stopped an execution of ${name}. Partitions that it loaded stay loaded, and none is half loaded. The next ` +
        'scheduled execution loads what is left within the lookback, and cleans up. CloudTrail knows who called StopExecution.',
    },
    ExecutionsThrottled: {
      ...states,
      metric: 'ExecutionThrottled',
      first: aws('service-quotas list-service-quotas --service-code states'),
      description:
        `Step Functions throttled state transitions of ${name}. Loads are late, not lost. Lower load.max_concurrency, or ` +
        'ask for a higher quota of state transitions.',
    },
  };
}

function scheduleAlarms(settings: Settings): Record<string, Alarm> {
  return {
    ScheduleDeadLetters: {
      namespace: 'AWS/SQS',
      metric: 'ApproximateNumberOfMessagesVisible',
      dimensions: { QueueName: { 'Fn::GetAtt': ['ScheduleDeadLetters', 'QueueName'] } },
      statistic: 'Maximum',
      when: 'GreaterThanThreshold',
      threshold: 0,
      period: FIVE_MINUTES,
      first: pointersOf(settings).aws(
        'sqs receive-message --queue-url ${DeadLetters} --message-attribute-names All',
      ),
      description:
        'A schedule could not start an execution, and neither could its retries. The message in queue ' +
        `${deadLettersName(settings)} has the error in its attributes (often a missing right of role ` +
        `${scheduleRoleName(settings)}). The next start loads those hours too. Delete the message after you fixed the cause.`,
    },
  };
}

function transformAlarms(settings: Settings): Record<string, Alarm> {
  const name = functionName(settings, 'TransformRecords');
  return {
    TransformErrors: {
      ...ONCE,
      namespace: 'AWS/Lambda',
      metric: 'Errors',
      dimensions: { FunctionName: name },
      first: pointersOf(settings).logs(`/aws/lambda/${name}`),
      description:
        `Function ${name} failed or timed out. Firehose tries each batch three times more, and then writes all of it to the ` +
        'error prefix. The function’s log says why. Events that the function refuses do not raise this alarm.',
    },
  };
}

function loadAlarms(settings: Settings, { name, source, load }: Dataset): Record<string, Alarm> {
  const { sluice, objects, executions } = pointersOf(settings);
  const { stale_after_hours: hours, every_hours: every } = load;
  // Between two starts no data is normal. The further hour is for an execution that takes longer than the one before.
  const silent = every + 1;
  const ours = (metric: MetricName) => ({
    namespace: METRICS_NAMESPACE,
    metric,
    dimensions: { service: deployedName(settings), dataset: name },
  });
  const files = objects(ownPrefix(source.prefix));
  return {
    Stale: {
      ...ours('LagHours'),
      statistic: 'Minimum',
      when: 'GreaterThanOrEqualToThreshold',
      threshold: hours,
      period: HOUR,
      periods: silent,
      missing: 'breaching',
      lasts: true,
      first: sluice('status'),
      see: [files, executions],
      description:
        `The newest loaded hour of dataset ${name} ended ${hours} hours ago or more, or no scheduled execution has ` +
        `reported for ${silent} hours. Either executions do not start, or they fail, or no files arrive: status shows which ` +
        'hours failed and which got no files, runs shows the executions, and doctor checks the schedule and all that a load ' +
        'needs. If whole hours without events are normal, raise load.stale_after_hours.',
    },
    ErrorRecords: {
      ...ours('ErrorRecords'),
      ...ONCE,
      first: sluice(`inspect s3://\${Lake}/${refusedFolder(source.error_prefix)}`),
      description:
        `Events of dataset ${name} never became Parquet. Firehose keeps them under ${source.error_prefix}. inspect says why ` +
        'each was refused. Correct the producer or the dataset file, then send them again. The loaded rows are right without ' +
        'them.',
    },
    Failing: {
      ...ours('HoursFailing'),
      statistic: 'Maximum',
      when: 'GreaterThanThreshold',
      threshold: 0,
      period: HOUR,
      // Between two scheduled executions nothing has changed.
      missing: 'ignore',
      lasts: true,
      first: sluice('status'),
      see: [files],
      description:
        `Hours of dataset ${name} failed, or were loaded without some of their files. status and the notification say why ` +
        'and how to fix it. An hour with bad files is tried again when its files are written again or deleted, or when the ' +
        'dataset’s columns change to fit them; any other after 1, 2, 4 … 24 hours. The alarm ends with the first scheduled ' +
        'execution that leaves no such hour.',
    },
  };
}

/** Where Firehose keeps what the transform refuses. */
function refusedFolder(errorPrefix: string): string {
  const [refused = ''] = errorPrefixes(errorPrefix).map(fixedPart);
  return refused.slice(0, refused.lastIndexOf('/') + 1);
}

function streamAlarms(settings: Settings, dataset: Dataset): Record<string, Alarm> {
  const { sluice, aws, logs } = pointersOf(settings);
  const name = streamName(settings, dataset);
  const late = bufferInterval(dataset) + LATE_DELIVERY;
  const firehose = {
    namespace: 'AWS/Firehose',
    dimensions: { DeliveryStreamName: name },
    first: logs(`/aws/kinesisfirehose/${name}`),
  };
  const failing = {
    ...firehose,
    statistic: 'Average',
    when: 'LessThanThreshold',
    threshold: 1,
    period: FIVE_MINUTES,
    lasts: true,
  } as const;
  return {
    DeliveryLate: {
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
        'exist; a later execution loads the late files. The stream’s log says why it cannot deliver.',
    },
    DeliveryFailing: {
      ...failing,
      metric: 'DeliveryToS3.Success',
      // Firehose retries by itself and writes only every few minutes, so three failures within an hour are many.
      periods: 12,
      datapoints: 3,
      description:
        `Stream ${name} cannot write to the lake. Firehose keeps events for 24 hours, then they are lost. The stream’s log ` +
        `says why. Usually role ${name}-stream, the bucket’s policy or its key denies access.`,
    },
    TransformFailing: {
      ...failing,
      metric: 'ExecuteProcessing.Success',
      description:
        `The transform of stream ${name} fails. After four attempts Firehose writes the whole batch to the error prefix. The ` +
        `logs of the stream and of function ${functionName(settings, 'TransformRecords')} say why.`,
    },
    ConversionFailing: {
      ...ONCE,
      ...firehose,
      metric: 'FailedConversion.Records',
      first: sluice('doctor'),
      description:
        `Stream ${name} could not convert events to Parquet: the transform accepted events that do not fit the Glue table. ` +
        'They are under the error prefix, in format-conversion-failed. Deploy again, so that transform and table come from ' +
        'the same dataset file; doctor compares the table with it.',
    },
    Throttled: {
      ...ONCE,
      ...firehose,
      metric: 'ThrottledRecords',
      first: aws('service-quotas list-service-quotas --service-code firehose'),
      description:
        `Stream ${name} refused events above its quota, and producers must send them again. Send fewer and larger batches, ` +
        'or ask for a higher quota.',
    },
  };
}
