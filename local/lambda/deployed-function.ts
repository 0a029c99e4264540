/** A function as it was packaged and deployed to the twin. */
export interface DeployedFunction {
  readonly name: string;
  /** `arn:aws:lambda:<region>:<account>:function:<name>`, without a version. */
  readonly arn: string;
  /** `<path of the module without extension>.<export>`, for example `functions/list-partitions.handler`. */
  readonly handler: string;
  /** The runtime's identifier, `nodejs24.x`. */
  readonly runtime: string;
  /** Absolute path of the unpacked deployment package: the function's `/var/task`. */
  readonly codeDirectory: string;
  /** The function's own variables. */
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  readonly memoryMB: number;
  /** The role that it runs with. */
  readonly roleArn?: string;
  /** Reserved concurrency: more invocations at once are throttled. Left out: no limit of its own. */
  readonly concurrency?: number;
}
