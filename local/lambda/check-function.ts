import { ServiceError } from '../service-error';
import type { DeployedFunction } from './deployed-function';
import { reservedVariables } from './environment-variables';

/**
 * Refuses the configurations that Lambda refuses when a function is created.
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
