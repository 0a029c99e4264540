import type { DeployedFunction } from './deployed-function';

/** The twin's settings for an execution environment. */
export interface HostSettings {
  readonly region: string;
  /** The twin's address, to which the AWS SDK sends its calls. */
  readonly endpoint: string;
  readonly credentials: Credentials;
}

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Default `local`. Credentials in Lambda are always temporary. */
  readonly sessionToken?: string;
}

/** Keys that a function's configuration cannot set [AWS: Lambda, defined runtime environment variables]. */
export const reservedVariables: ReadonlySet<string> = new Set([
  '_HANDLER',
  '_X_AMZN_TRACE_ID',
  'AWS_DEFAULT_REGION',
  'AWS_REGION',
  'AWS_EXECUTION_ENV',
  'AWS_LAMBDA_FUNCTION_NAME',
  'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
  'AWS_LAMBDA_FUNCTION_VERSION',
  'AWS_LAMBDA_INITIALIZATION_TYPE',
  'AWS_LAMBDA_LOG_GROUP_NAME',
  'AWS_LAMBDA_LOG_STREAM_NAME',
  'AWS_ACCESS_KEY',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_LAMBDA_RUNTIME_API',
  'LAMBDA_TASK_ROOT',
  'LAMBDA_RUNTIME_DIR',
]);

/**
 * The complete environment of a function: Lambda's variables and its own, and none of the host's. It omits variables that
 * point into Lambda's machine (`LAMBDA_RUNTIME_DIR`, `AWS_LAMBDA_RUNTIME_API`, `LD_LIBRARY_PATH`, `NODE_PATH`, the X-Ray
 * daemon's).
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
 */
export function environmentVariables(
  { name, handler, runtime, codeDirectory, environment, memoryMB }: DeployedFunction,
  { region, endpoint, credentials }: HostSettings,
  logStreamName: string,
): Readonly<Record<string, string>> {
  return {
    // These are not reserved: a function may set them itself.
    LANG: 'en_US.UTF-8',
    PATH: '/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin',
    TZ: ':UTC',
    ...environment,
    _HANDLER: handler,
    AWS_DEFAULT_REGION: region,
    AWS_REGION: region,
    AWS_EXECUTION_ENV: `AWS_Lambda_${runtime}`,
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMB),
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: logStreamName,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken ?? 'local',
    LAMBDA_TASK_ROOT: codeDirectory,
    // The only variable that Lambda does not have: it sends every call of a function to the twin.
    AWS_ENDPOINT_URL: endpoint,
  };
}
