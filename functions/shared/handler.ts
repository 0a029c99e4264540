import { Logger } from '@aws-lambda-powertools/logger';
import type * as z from 'zod';
import { diagnoseClientError, firstBytes } from '../../core/diagnosis';
import { linesOf, LoadError } from '../../core/errors';
import { beginInvocation, type InvocationContext } from './invocation';
import { inTrace } from './tracing';

export const logger = new Logger();

/** A handler: JSON in, JSON out. */
export type Handler<Event, Result> = (event: Event, context?: InvocationContext) => Promise<Result>;

/**
 * Makes the Lambda handler of a step: it checks the event, runs the step, and turns every failure into a named error,
 * because Step Functions' Retry and Catch match names.
 */
export function stepHandler<Schema extends z.ZodType, Result>(
  step: string,
  schema: Schema,
  run: (event: z.output<Schema>) => Promise<Result>,
): Handler<unknown, Result> {
  return async (event, context) => {
    beginInvocation(context);
    try {
      const parsed = schema.safeParse(event);
      if (!parsed.success) {
        const problems = parsed.error.issues
          .map((issue) => `${issue.path.join('.')}: ${issue.message}`)
          .join('; ');
        throw new LoadError(
          'ConfigurationError',
          `${step} was called with an invalid event: ${problems}.`,
          'Start the state machine instead of the function. If the state machine made the call, deploy both from the same source.',
        );
      }
      const result = await inTrace(step, () => run(parsed.data));
      logger.info(`${step} done`, { event: parsed.data as object, result: result as object });
      return result;
    } catch (thrown) {
      const error = isProgrammingError(thrown) ? thrown : bounded(diagnoseClientError(thrown, step));
      logFailure(step, event, error);
      throw error;
    }
  };
}

/** The logger can run out of stack for a deep event. Then the failure is logged without the event, and keeps its name. */
function logFailure(step: string, event: unknown, error: Error): void {
  try {
    logger.error(`${step} failed`, { event: event as object, error });
  } catch {
    logger.error(`${step} failed`, { error });
  }
}

/**
 * Step Functions keeps 32,768 characters of a function's error, which holds the message twice (errorMessage and trace).
 * An error that is cut off is no longer JSON, and the fix would be lost.
 */
const REASON_BYTES = 8_000;

function bounded(error: LoadError): LoadError {
  const reason = firstBytes(error.reason, REASON_BYTES);
  return reason === error.reason ? error : new LoadError(error.name, linesOf({ reason }), error.fix);
}

/** A programming error keeps its own name and trace. Another name, such as ConnectionLost, would hide it. */
function isProgrammingError(thrown: unknown): thrown is Error {
  return (
    thrown instanceof TypeError ||
    thrown instanceof RangeError ||
    thrown instanceof SyntaxError ||
    thrown instanceof ReferenceError ||
    (thrown instanceof Error && thrown.name === 'ZodError') ||
    // A file of the package is missing.
    (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT')
  );
}
