export type StackErrorName =
  /** A reference to nothing, or to something for which the twin has no value. */
  | 'UnresolvedReference'
  /** An intrinsic function that the twin lacks, or a wrong use of one. */
  | 'UnsupportedIntrinsic'
  /** A property of a deployed resource that the twin lacks, or a wrong value. */
  | 'UnsupportedProperty';

/** A problem that prevents the twin from deploying a template, with its place. */
export class StackError extends Error {
  override readonly name: StackErrorName;

  constructor(
    name: StackErrorName,
    /** `ListPartitionsLambdaFunction.Properties.Environment.Variables.BUCKET`; it begins with the logical id. */
    readonly path: string,
    message: string,
  ) {
    super(`${path}: ${message}`);
    this.name = name;
  }
}
