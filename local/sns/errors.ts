import { ServiceError } from '../service-error';

/*
 * SNS errors have two names: the exception (`InvalidParameterException`), which SDKs throw and Step Functions shows, and
 * the code in the Query protocol's answer (`InvalidParameter`). The twin uses the exception; `dialect.ts` has the codes.
 */

/** @param parameter the parameter and its problem: `TopicArn Reason: …` */
export function invalidParameter(parameter: string): ServiceError {
  return new ServiceError('InvalidParameterException', `Invalid parameter: ${parameter}`);
}

export function topicNotFound(): ServiceError {
  return new ServiceError('NotFoundException', 'Topic does not exist', 404);
}
