import { ServiceError } from '../service-error';

/*
 * Errors have two names in SNS: the exception (`InvalidParameterException`), which an SDK throws and Step Functions
 * shows, and the code that stands in the Query protocol's answer (`InvalidParameter`). Inside the twin it is the
 * exception; `dialect.ts` has the codes.
 */

/** @param parameter with what is wrong about it: `TopicArn Reason: …` */
export function invalidParameter(parameter: string): ServiceError {
  return new ServiceError('InvalidParameterException', `Invalid parameter: ${parameter}`);
}

export function topicNotFound(): ServiceError {
  return new ServiceError('NotFoundException', 'Topic does not exist', 404);
}
