import type { ExecutionRecord } from './executions';
import type { RecordedEvent } from './interpreter/history';
import type { StateMachine } from './state-machines';

/** The service's answers. AWS JSON sends times as seconds since the epoch. */

export type IncludedData = 'ALL_DATA' | 'METADATA_ONLY';

export const seconds = (milliseconds: number): number => milliseconds / 1000;

export function stateMachineDescription(machine: StateMachine, included: IncludedData = 'ALL_DATA') {
  return {
    stateMachineArn: machine.arn,
    name: machine.name,
    status: 'ACTIVE',
    ...(included === 'ALL_DATA' ? { definition: machine.definition } : {}),
    roleArn: machine.roleArn,
    type: 'STANDARD',
    creationDate: seconds(machine.creationDate),
    loggingConfiguration: { level: 'OFF', includeExecutionData: false },
    tracingConfiguration: { enabled: false },
    revisionId: machine.revisionId,
  };
}

export function executionItem({ started, ended }: ExecutionRecord) {
  return {
    executionArn: started.arn,
    stateMachineArn: started.stateMachineArn,
    name: started.name,
    status: ended?.status ?? 'RUNNING',
    startDate: seconds(started.startDate),
    ...(ended ? { stopDate: seconds(ended.stopDate) } : {}),
    redriveCount: 0,
  };
}

export function executionDescription(record: ExecutionRecord, included: IncludedData = 'ALL_DATA') {
  const { started, ended } = record;
  const status = ended?.status ?? 'RUNNING';
  const data = included === 'ALL_DATA';
  const failure = ended && ended.status !== 'SUCCEEDED' ? { error: ended.error, cause: ended.cause } : {};
  return {
    ...executionItem(record),
    ...(data ? { input: started.input } : {}),
    inputDetails: { included: data },
    ...(ended?.status === 'SUCCEEDED'
      ? { ...(data ? { output: ended.output } : {}), outputDetails: { included: data } }
      : failure),
    redriveStatus: 'NOT_REDRIVABLE',
    redriveStatusReason:
      status === 'RUNNING' || status === 'SUCCEEDED'
        ? `Execution is ${status} and cannot be redriven`
        : 'The local twin does not redrive executions: start a new one',
  };
}

/** Members of event details with an execution's data. */
const dataMembers: ReadonlySet<string> = new Set([
  'input',
  'inputDetails',
  'output',
  'outputDetails',
  'parameters',
  'assignedVariables',
  'assignedVariablesDetails',
]);

export function historyEvent({ timestamp, ...event }: RecordedEvent, includeData = true) {
  const shown = includeData ? event : Object.fromEntries(Object.entries(event).map(withoutData));
  return { ...shown, timestamp: seconds(timestamp) };
}

function withoutData([member, value]: [string, unknown]): [string, unknown] {
  if (!member.endsWith('EventDetails')) return [member, value];
  const details = Object.entries(value as object).filter(([name]) => !dataMembers.has(name));
  return [member, Object.fromEntries(details)];
}
