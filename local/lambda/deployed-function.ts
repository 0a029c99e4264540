/** A packaged function that is deployed to the twin. */
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
  /** The function's execution role. */
  readonly roleArn?: string;
  /** Reserved concurrency: further concurrent invocations are throttled. Default: no limit. */
  readonly concurrency?: number;
}
