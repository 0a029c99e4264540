import type { CallingState } from '../faults/calling-state';
import type { Principal } from '../iam/principal';

/** What a service knows about a request besides its operation and input. */
export interface RequestContext {
  /** Lower-case header names. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Aborted when the client disconnects: long polls stop waiting then. */
  readonly signal: AbortSignal;
  /** The state that makes the call, itself or through its function; undefined outside an execution. */
  readonly caller?: CallingState;
  /** The owner of the access key that signed the call. Default: the account's root. */
  readonly principal?: Principal;
}
