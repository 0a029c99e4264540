import { LoadError } from '../../core/errors';

/** The LoadError that a function throws. The test fails if it throws nothing or another error. */
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
