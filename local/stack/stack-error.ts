export type StackErrorName =
  /** A reference that leads nowhere, or to something that the twin has no value for. */
  | 'UnresolvedReference'
  /** An intrinsic function that the twin does not have, or one used wrongly. */
  | 'UnsupportedIntrinsic'
  /** A property of a deployed resource that the twin does not have, or of a wrong form. */
  | 'UnsupportedProperty';

/** A template that the twin cannot deploy as it is, with the place where it says so. */
export class StackError extends Error {
  override readonly name: StackErrorName;

  constructor(
    name: StackErrorName,
    /** Where: `ListPartitionsLambdaFunction.Properties.Environment.Variables.BUCKET`. Begins with the logical id. */
    readonly path: string,
    message: string,
  ) {
    super(`${path}: ${message}`);
    this.name = name;
  }
}
