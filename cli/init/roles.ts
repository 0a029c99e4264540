import { ComparedRows } from './compared-rows';
import { eventTimeProblem, eventTimeRole, findEventTime, promiseText } from './event-time';
import { findKey, keyProblem, keyRole } from './key';
import type { Role, RoleContext } from './role';
import { nounOf, SampleError, type Sample, type SampledColumn } from './sample';
import { versionRole } from './version';

export interface Roles {
  readonly key: Role;
  /** Without columns, the event time is the version. */
  readonly version: Role;
  readonly event_time: Role;
  /** What the sample says about event_time_immutable. */
  readonly promise: string;
}

/** Columns that a person has named. */
export interface NamedRoles {
  readonly key?: readonly SampledColumn[];
  readonly version?: SampledColumn;
  readonly eventTime?: SampledColumn;
}

/**
 * Chooses key, version and event time of a dataset.
 * @param dataset its name. @param command what a person runs again, with other options.
 * @throws SampleError KeyNotFound, EventTimeNotFound
 */
export function chooseRoles(sample: Sample, dataset: string, named: NamedRoles, command: string): Roles {
  const context: RoleContext = {
    sample,
    rows: new ComparedRows(sample),
    noun: nounOf(sample),
    dataset,
    command,
  };
  const key = named.key ? { columns: named.key, others: [] } : findKey(context);
  const time = named.eventTime
    ? { column: named.eventTime, others: [] }
    : findEventTime(context, key?.columns);
  if (!key) {
    const problems = [keyProblem(context), ...(time ? [] : [eventTimeProblem(context)])];
    throw new SampleError('KeyNotFound', problems.join('\n'));
  }
  if (!time) throw new SampleError('EventTimeNotFound', eventTimeProblem(context));
  return {
    key: keyRole(context, key, named.key !== undefined),
    version: versionRole(context, key.columns, time.column, named.version),
    event_time: eventTimeRole(context, key.columns, time),
    promise: promiseText(context, key.columns, time),
  };
}
