import { oneLine } from './one-line';

/**
 * The names of all errors of a load. A name is a contract: Step Functions' Retry and Catch match it, and the load
 * history, the notification and the command line show it.
 */

/** Errors that go away by themselves. The state machine retries the whole step. */
export const TRANSIENT_ERRORS = [
  'SerializationConflict',
  'ConnectionLost',
  'Throttled',
  'ServiceUnavailable',
  'StagingConflict',
  'StatusUnavailable',
  'FileChanged',
  'WarehouseBusy',
] as const;

/** Not a failure: a step's statement runs longer than an invocation, so the state machine calls the step again. */
export const STILL_RUNNING = 'StatementRunning';

/** Errors that a person must fix. They are never retried. */
export const FATAL_ERRORS = [
  'AccessDenied',
  'BucketNotFound',
  'ColumnMismatch',
  'ConfigurationError',
  'DatasetInvalid',
  'FileOverwritten',
  'FileVanished',
  'FilesQuarantined',
  'InvalidInput',
  'ManifestInvalid',
  'NullKeys',
  'OutcomeUnknown',
  'RegionMismatch',
  'RoleNotAssumable',
  'RowCountMismatch',
  'StagingMismatch',
  'StatementAborted',
  'StatementFailed',
  'StatementTimedOut',
  'TargetMismatch',
  'TooManyLayouts',
  'UnknownError',
  'UnreadableFile',
  'ValueInvalid',
  'ValueTooLong',
  'WarehouseAccessDenied',
] as const;

/**
 * Errors for which the partition's files are to blame, as the dataset's columns judge them. Trying again does not help before
 * the files or the columns change.
 */
export const FILE_ERRORS: readonly string[] = [
  'ColumnMismatch',
  'FilesQuarantined',
  'NullKeys',
  'TooManyLayouts',
  'UnreadableFile',
  'ValueInvalid',
  'ValueTooLong',
] satisfies readonly ErrorName[];

/**
 * Errors by which the warehouse itself says that a statement failed, so that its transaction is rolled back. After any
 * other error of a merge it is open whether the merge was committed.
 */
export const ROLLED_BACK: readonly string[] = [
  'RowCountMismatch',
  'SerializationConflict',
  'StatementAborted',
  'StatementFailed',
  'TargetMismatch',
] satisfies readonly ErrorName[];

export type TransientErrorName = (typeof TRANSIENT_ERRORS)[number];
export type FatalErrorName = (typeof FATAL_ERRORS)[number];
export type ErrorName = TransientErrorName | FatalErrorName | typeof STILL_RUNNING;

/** Separates the reason from the fix in an error's message. Lambda passes on only the message, as one text. */
const FIX = '\nFix: ';

/**
 * What happened and where (`reason`), and how to fix it (`fix`). The message holds both. Whatever they quote is escaped, so
 * that the only line breaks are Sluice's own.
 */
export class LoadError extends Error {
  override readonly name: ErrorName;
  readonly reason: string;
  readonly fix: string;

  /** @param reason one line, or several. */
  constructor(name: ErrorName, reason: string | readonly string[], fix: string) {
    const lines = typeof reason === 'string' ? [reason] : reason;
    const [written, advice] = [lines.map(oneLine).join('\n'), oneLine(fix)];
    super(`${written}${FIX}${advice}`);
    this.name = name;
    this.reason = written;
    this.fix = advice;
  }
}

/** The lines of another error's reason, for an error that passes it on. */
export const linesOf = ({ reason }: Pick<LoadError, 'reason'>): readonly string[] => reason.split('\n');

/** Splits the message of a {@link LoadError} into its parts. `fix` is undefined for any other message. */
export function splitMessage(message: string): { reason: string; fix?: string } {
  // The last separator counts: the reason may quote another message, but the fix is always Sluice's own text.
  const at = message.lastIndexOf(FIX);
  return at < 0 ? { reason: message } : { reason: message.slice(0, at), fix: message.slice(at + FIX.length) };
}

export function isErrorName(name: string): name is ErrorName {
  return [...TRANSIENT_ERRORS, ...FATAL_ERRORS, STILL_RUNNING].some((known) => known === name);
}

/** Whether the error goes away by itself. */
export function isTransient(name: string): name is TransientErrorName {
  return TRANSIENT_ERRORS.some((known) => known === name);
}

/**
 * Errors that no single hour of a group causes: of the warehouse, of rights and settings as a whole, and transient ones after
 * their last retry. A group that fails with another one is loaded hour by hour.
 */
const OF_NO_SINGLE_HOUR: readonly string[] = [
  ...TRANSIENT_ERRORS.filter((name) => name !== 'FileChanged' && name !== 'StagingConflict'),
  'BucketNotFound',
  'ConfigurationError',
  'DatasetInvalid',
  'OutcomeUnknown',
  'RegionMismatch',
  'RoleNotAssumable',
  'TargetMismatch',
  'WarehouseAccessDenied',
] satisfies readonly ErrorName[];

/** Whether one hour of a group may be to blame for this error of the whole group. */
export function mayBeOfOneHour(name: string): boolean {
  return !OF_NO_SINGLE_HOUR.includes(name);
}
