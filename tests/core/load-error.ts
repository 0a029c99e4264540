import { LoadError } from '../../core/errors';

/** The error that something ends with. Fails the test where it ends well, or with an error that is not ours. */
export function loadErrorOf(run: () => unknown): LoadError {
  let result: unknown;
  try {
    result = run();
  } catch (error) {
    if (error instanceof LoadError) return error;
    throw error;
  }
  throw new Error(`no error, but ${JSON.stringify(result)}`);
}
