import { ServiceError } from '../service-error';

/** Firehose's errors: https://docs.aws.amazon.com/firehose/latest/APIReference/CommonErrors.html and each operation's page. */

export function invalidArgument(message: string): ServiceError {
  return new ServiceError('InvalidArgumentException', message);
}

/** A member of the wrong JSON type. */
export function serialization(message: string): ServiceError {
  return new ServiceError('SerializationException', message);
}
