/** An error of the database, as `Error` of DescribeStatement shows it: it never surfaces as an HTTP error. */
export class SqlError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'SqlError';
  }
}

/** What the twin does not know it refuses by name, so that nothing passes here that Redshift would treat otherwise. */
export function unsupported(what: string): SqlError {
  return new SqlError(`ERROR: ${what} is not supported by the local twin`);
}

export function syntaxError(near: string): SqlError {
  return new SqlError(
    near === '' ? 'ERROR: syntax error at end of input' : `ERROR: syntax error at or near "${near}"`,
  );
}

export function relationDoesNotExist(name: string): SqlError {
  return new SqlError(`ERROR: relation "${name}" does not exist`);
}

/** The boxed text that Redshift's compute nodes put after an error's headline. */
export function detailed(
  headline: string,
  detail: { error?: string; code: number; context: string; location?: string; process?: string },
): SqlError {
  const rule = '-----------------------------------------------';
  return new SqlError(
    [
      `ERROR: ${headline}`,
      '  Detail: ',
      `  ${rule}`,
      `  error:  ${detail.error ?? headline}`,
      `  code:      ${detail.code}`,
      `  context:   ${detail.context}`,
      '  query:     0',
      `  location:  ${detail.location ?? 'dory_util.cpp:1777'}`,
      `  process:   ${detail.process ?? 'worker_thread [pid=0]'}`,
      `  ${rule}`,
    ].join('\n'),
  );
}
