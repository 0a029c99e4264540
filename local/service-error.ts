/** An error that a service answers with: AWS's own code and message. */
export class ServiceError extends Error {
  constructor(
    /** The AWS error code, for example `ResourceNotFoundException` or `NoSuchKey`. */
    readonly code: string,
    message: string,
    /** HTTP status. AWS JSON services answer client errors with 400. */
    readonly status = 400,
    /** Further members of the error's body, for example `{ Bucket: 'lake' }`. */
    readonly details: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.name = code;
  }
}
