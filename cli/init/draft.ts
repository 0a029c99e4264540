import type { ColumnType } from '../../core/column-types';
import { UsageError } from '../shared/output';
import { displayText } from '../shared/table';
import type { DatasetDraft } from './dataset-text';
import { chooseRoles, type Roles } from './roles';
import { nounOf, type Sample, type SampledColumn } from './sample';
import type { InitOptions } from './usage';

/** The names that a person has given, as a dataset has them. */
export function namesGiven({ key, versionColumn, eventTime }: InitOptions): {
  readonly key: readonly string[] | undefined;
  readonly version: string | undefined;
  readonly eventTime: string | undefined;
  readonly all: ReadonlySet<string>;
} {
  const folded = (text: string | undefined) => text?.trim().toLowerCase();
  const names = key?.split(',').map((name) => name.trim().toLowerCase());
  if (names?.some((name) => name === '')) throw new UsageError(`--key ${key} has an empty name in it.`);
  if (names && new Set(names).size < names.length) throw new UsageError(`--key ${key} names a column twice.`);
  const [version, time] = [folded(versionColumn), folded(eventTime)];
  const all = [...(names ?? []), version, time].filter((name) => name !== undefined);
  return { key: names, version, eventTime: time, all: new Set(all) };
}

/**
 * Decides what the sample leaves open.
 * @param command what a person runs again, with other options.
 * @throws UsageError for a column that is not there, SampleError KeyNotFound, EventTimeNotFound
 */
export function draftOf(
  sample: Sample,
  name: string,
  given: ReturnType<typeof namesGiven>,
  command: string,
): DatasetDraft {
  const key = given.key?.map((each) => columnNamed(sample, each, '--key'));
  const version =
    given.version === undefined ? undefined : columnNamed(sample, given.version, '--version-column');
  const eventTime =
    given.eventTime === undefined ? undefined : columnNamed(sample, given.eventTime, '--event-time');
  if (eventTime && eventTime.type.kind !== 'timestamp') throw noTime(eventTime);
  const roles = chooseRoles(sample, name, { key, version, eventTime }, command);
  const columns = sample.columns.map((column) =>
    isCounted(roles, column.name) && sample.format === 'events'
      ? { ...column, type: withRoom(column.type) }
      : column,
  );
  return { name, sample, roles, columns };
}

/** Numbers that identify events, or their versions, grow for as long as there are events. */
const isCounted = ({ key, version }: Roles, name: string): boolean =>
  key.columns.includes(name) || version.columns.includes(name);
const withRoom = (type: ColumnType): ColumnType =>
  type.kind === 'smallint' || type.kind === 'integer' ? { kind: 'bigint' } : type;

function columnNamed(sample: Sample, name: string, option: string): SampledColumn {
  const found = sample.columns.find((column) => column.name === name);
  if (found) return found;
  const shownName = displayText(name, 60);
  const leftOut = sample.leftOut.find((each) => each.name.toLowerCase() === name);
  if (leftOut)
    throw new UsageError(`${option} ${shownName} cannot be a column. ${shownName}: ${leftOut.why}`);
  const names = sample.columns.map((column) => displayText(column.name, 60));
  throw new UsageError(
    `${option} ${shownName}: no ${nounOf(sample)} of ${displayText(sample.name, 200)} has it. There are: ${names.join(', ')}.`,
  );
}

function noTime({ name, about }: SampledColumn): UsageError {
  return new UsageError(
    `--event-time ${displayText(name, 60)}: not every value is a time (${about}). A time is ISO 8601 (2026-11-23T08:15:00Z), or seconds or milliseconds since 1970.`,
  );
}
