import { Logger } from '@aws-lambda-powertools/logger';
import type { z } from 'zod';
import { diagnoseClientError, firstBytes } from '../../core/diagnosis';
import { LoadError } from '../../core/errors';
import { inTrace } from './tracing';

export const logger = new Logger();

/** What every handler is: JSON in, JSON out. */
export type Handler<Event, Result> = (event: Event) => Promise<Result>;

/**
 * Makes a Lambda handler of a step: checks the event, runs the step, and lets every failure out as a named error, whose
 * name Step Functions' Retry and Catch match on.
 */
export function stepHandler<Schema extends z.ZodType, Result>(
  step: string,
  schema: Schema,
  run: (event: z.output<Schema>) => Promise<Result>,
): Handler<unknown, Result> {
  return async (event) => {
    try {
      const parsed = schema.safeParse(event);
      if (!parsed.success) {
        const problems = parsed.error.issues
          .map((issue) => `${issue.path.join('.')}: ${issue.message}`)
          .join('; ');
        throw new LoadError(
          'ConfigurationError',
          `${step} was called with an event that it does not take: ${problems}.`,
          'Call the state machine, not the function; if the state machine did this, deploy both from the same source.',
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

/** An event can be deeper than the stack lets the logger write it: the failure then is logged without, and keeps its name. */
function logFailure(step: string, event: unknown, error: Error): void {
  try {
    logger.error(`${step} failed`, { event: event as object, error });
  } catch {
    logger.error(`${step} failed`, { error });
  }
}

/**
 * Step Functions keeps 32,768 characters of a function's error, which holds the message twice (errorMessage and trace):
 * what is cut off there is no JSON any more, and the fix would be lost.
 */
const REASON_BYTES = 8_000;

function bounded(error: LoadError): LoadError {
  const reason = firstBytes(error.reason, REASON_BYTES);
  return reason === error.reason ? error : new LoadError(error.name, reason, error.fix);
}

/** A mistake of ours keeps its own name and trace: to call it a lost connection would hide it. */
function isProgrammingError(thrown: unknown): thrown is Error {
  return (
    thrown instanceof TypeError ||
    thrown instanceof RangeError ||
    thrown instanceof SyntaxError ||
    thrown instanceof ReferenceError ||
    (thrown instanceof Error && thrown.name === 'ZodError') ||
    // A file that the package should hold is not there.
    (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT')
  );
}
