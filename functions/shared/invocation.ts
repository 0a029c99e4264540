/** The fields of Lambda's context object that Sluice reads. */
export interface InvocationContext {
  getRemainingTimeInMillis(): number;
}

/** Milliseconds since 1970. An execution environment runs one invocation at a time. */
let deadline = Infinity;

/** Notes when Lambda ends the invocation that begins. Without a context, as in a test, it has no end. */
export function beginInvocation(context: InvocationContext | undefined): void {
  deadline = context ? Date.now() + context.getRemainingTimeInMillis() : Infinity;
}

/** The seconds until Lambda ends the running invocation. */
export const secondsLeft = (): number => (deadline - Date.now()) / 1_000;
