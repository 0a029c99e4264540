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

/** A state's failure: its error name and cause. A Fail state may have neither. */
export class StateFailure extends Error {
  constructor(
    readonly error: string | undefined,
    readonly reason: string | undefined,
    /** The name that Retry and Catch match, if it differs from the one shown. */
    readonly matchedAs = error,
  ) {
    super(`${error ?? 'failed'}: ${reason ?? ''}`);
    this.name = 'StateFailure';
  }
}

/**
 * A failure to evaluate the definition, before the state is known.
 * The service uses one message for all: "An error occurred while executing the state 'X' (entered at the event id #2). …".
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

/** Why an execution ends before its last state. Catch does not match interruptions. */
export type Interruption =
  | { readonly kind: 'stopped'; readonly error?: string; readonly cause?: string }
  | { readonly kind: 'timed-out' }
  | SiblingFailed;

/** Another branch or iteration failed, so the Parallel or Map state failed. */
export interface SiblingFailed {
  readonly kind: 'sibling-failed';
  /** The last event of the failed thread. On the service the events of the interrupted threads follow it. */
  readonly lastEventId: number;
  /** Whether the whole execution fails (States.Runtime). Nothing else is recorded then. */
  readonly endsExecution: boolean;
}

export class Interrupted extends Error {
  constructor(readonly interruption: Interruption) {
    super(interruption.kind);
    this.name = 'Interrupted';
  }
}

/** The history is full: the execution fails at once, and Catch does not apply. */
export class HistoryFull extends StateFailure {
  constructor(limit: number) {
    super(errorNames.runtime, `The execution reached the maximum number of history events (${limit}).`);
    this.name = 'HistoryFull';
  }
}

/** Throws the signal's interruption if it is aborted. */
export function throwIfInterrupted(signal: AbortSignal): void {
  if (signal.aborted) throw signal.reason;
}
