/** What goes between the twin and the worker thread of an execution environment (`bootstrap.cjs`). */

/** `{ errorType, errorMessage, trace }`, the body that a Node.js runtime reports an error with. */
export interface ErrorPayload {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

/** `workerData` of the thread. */
export interface Initialization {
  /** A folder in which `@aws-sdk/*` and `@smithy/*` are found, as the managed runtime carries them. */
  readonly runtimeModules: string | undefined;
  /** A folder in which compiled code is kept for further environments. */
  readonly compiledCode: string | undefined;
}

export interface InvokeMessage {
  readonly requestId: string;
  readonly functionArn: string;
  readonly traceId: string;
  /** The event as JSON text: what crosses the border is text, as with the real service. */
  readonly event: string;
  /** Milliseconds since 1970. */
  readonly deadline: number;
}

export type RuntimeMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'initializationFailed'; readonly error: ErrorPayload }
  | { readonly type: 'returned'; readonly json: string; readonly memoryMB: number }
  | { readonly type: 'raised'; readonly error: ErrorPayload; readonly memoryMB: number }
  | { readonly type: 'log'; readonly text: string };
