export interface FileError {
  /** The whole `s3://` path. */
  readonly name: string;
  readonly code: number;
  readonly message: string;
}

/** A database error, which DescribeStatement shows as `Error`. It never becomes an HTTP error. */
export class SqlError extends Error {
  /** @param file what SYS_LOAD_ERROR_DETAIL tells of the file that COPY failed on. */
  constructor(
    message: string,
    readonly file?: FileError,
  ) {
    super(message);
    this.name = 'SqlError';
  }
}

/** Refuses SQL that the twin does not know, so that no statement behaves differently in Redshift. */
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

/**
 * Redshift cuts a context after 256 characters, in the middle of a name or a phrase. That it counts bytes is unproven.
 * Sources: the contexts in rudderlabs/rudder-server #3178 and #3182, which have exactly 256.
 */
const CONTEXT_BYTES = 256;

/** The first bytes of a text, up to the last whole character. */
export function cutTo(bytes: number, text: string): string {
  const encoded = new TextEncoder().encode(text);
  return new TextDecoder().decode(encoded.subarray(0, bytes), { stream: true });
}

/** An error with the boxed detail of Redshift's compute nodes. */
export function detailed(
  headline: string,
  detail: { error?: string; code: number; context: string; location?: string; process?: string },
  file?: FileError,
): SqlError {
  const rule = '-----------------------------------------------';
  return new SqlError(
    [
      `ERROR: ${headline}`,
      '  Detail: ',
      `  ${rule}`,
      `  error:  ${detail.error ?? headline}`,
      `  code:      ${detail.code}`,
      `  context:   ${cutTo(CONTEXT_BYTES, detail.context)}`,
      '  query:     0',
      `  location:  ${detail.location ?? 'dory_util.cpp:1777'}`,
      `  process:   ${detail.process ?? 'worker_thread [pid=0]'}`,
      `  ${rule}`,
    ].join('\n'),
    file,
  );
}
