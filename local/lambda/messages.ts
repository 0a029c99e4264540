/** Messages between the twin and the worker thread of an execution environment (`bootstrap.cjs`). */

/** The body of an error in Lambda's Node.js runtime. */
export interface ErrorPayload {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

/** `workerData` of the thread. */
export interface Initialization {
  /** A folder with `@aws-sdk/*` and `@smithy/*`, which the managed runtime contains. */
  readonly runtimeModules: string | undefined;
  /** A folder for compiled code that further environments reuse. */
  readonly compiledCode: string | undefined;
}

export interface InvokeMessage {
  readonly requestId: string;
  readonly functionArn: string;
  readonly traceId: string;
  /** The event as JSON text, as with the real service. */
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
