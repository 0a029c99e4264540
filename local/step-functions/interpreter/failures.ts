/** Error names that the language itself raises. https://states-language.net/#appendix-a */
export const errorNames = {
  all: 'States.ALL',
  dataLimitExceeded: 'States.DataLimitExceeded',
  exceedToleratedFailureThreshold: 'States.ExceedToleratedFailureThreshold',
  heartbeatTimeout: 'States.HeartbeatTimeout',
  resultPathMatchFailure: 'States.ResultPathMatchFailure',
  runtime: 'States.Runtime',
  taskFailed: 'States.TaskFailed',
  timeout: 'States.Timeout',
} as const;

/** What a state fails with: the name that Retry and Catch match on, and the cause. A Fail state may have neither. */
export class StateFailure extends Error {
  constructor(
    readonly error: string | undefined,
    readonly reason: string | undefined,
    /** The name that Retry and Catch match on, where it is not the one that is shown. */
    readonly matchedAs = error,
  ) {
    super(`${error ?? 'failed'}: ${reason ?? ''}`);
    this.name = 'StateFailure';
  }
}

/**
 * A failure in carrying out the definition, before the state it happened in is known.
 * The service words them all alike: "An error occurred while executing the state 'X' (entered at the event id #2). …".
 */
export class EvaluationFailure extends Error {
  constructor(
    readonly detail: string,
    readonly error: string = errorNames.runtime,
  ) {
    super(detail);
    this.name = 'EvaluationFailure';
  }

  inState(name: string, enteredEventId: number): StateFailure {
    return new StateFailure(
      this.error,
      `An error occurred while executing the state '${name}' (entered at the event id #${enteredEventId}). ${this.detail}`,
    );
  }
}

/** Why an execution ends before its last state: nothing catches these. */
export type Interruption =
  | { readonly kind: 'stopped'; readonly error?: string; readonly cause?: string }
  | { readonly kind: 'timed-out' }
  | SiblingFailed;

/** Another branch or iteration failed, and with it the Parallel or Map state. */
export interface SiblingFailed {
  readonly kind: 'sibling-failed';
  /** The last event of the one that failed: on the service all that it cuts off follows that. */
  readonly lastEventId: number;
  /** Whether the execution fails with it (States.Runtime): then nothing else is recorded. */
  readonly endsExecution: boolean;
}

export class Interrupted extends Error {
  constructor(readonly interruption: Interruption) {
    super(interruption.kind);
    this.name = 'Interrupted';
  }
}

/** The history is full: the execution fails at once, whatever it would catch. */
export class HistoryFull extends StateFailure {
  constructor(limit: number) {
    super(errorNames.runtime, `The execution reached the maximum number of history events (${limit}).`);
    this.name = 'HistoryFull';
  }
}

/** Throws the interruption that the signal was aborted with. */
export function throwIfInterrupted(signal: AbortSignal): void {
  if (signal.aborted) throw signal.reason;
}
