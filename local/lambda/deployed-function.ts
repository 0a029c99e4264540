import { ServiceError } from '../service-error';
import { reservedVariables } from './environment-variables';

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

/**
 * Refuses what Lambda refuses when a function is created.
 * @throws ServiceError `InvalidParameterValueException`
 */
export function checkFunction({
  name,
  runtime,
  environment,
  timeoutSeconds,
  memoryMB,
}: DeployedFunction): void {
  const refuse = (message: string) => {
    throw new ServiceError('InvalidParameterValueException', `${name}: ${message}`);
  };
  if (runtime !== 'nodejs24.x') refuse(`the twin runs nodejs24.x functions, not ${runtime}`);
  if (!Number.isInteger(timeoutSeconds) || timeoutSeconds < 1 || timeoutSeconds > 900) {
    refuse(`Timeout must be a whole number of seconds from 1 to 900, not ${timeoutSeconds}`);
  }
  if (!Number.isInteger(memoryMB) || memoryMB < 128 || memoryMB > 10_240) {
    refuse(`MemorySize must be a whole number of MB from 128 to 10240, not ${memoryMB}`);
  }
  const reserved = Object.keys(environment).filter((key) => reservedVariables.has(key));
  if (reserved.length > 0) {
    refuse(
      'Lambda was unable to configure your environment variables because the environment variables you have ' +
        'provided contains reserved keys that are currently not supported for modification. ' +
        `Reserved keys used in this request: ${reserved.join(', ')}`,
    );
  }
}
