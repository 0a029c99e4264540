import type { QueryDialect } from '../http/query-form';

/** Codes of the exceptions in the protocol (`aws.protocols#awsQueryError`). */
const errorCodes: Readonly<Record<string, string>> = {
  AuthorizationErrorException: 'AuthorizationError',
  EndpointDisabledException: 'EndpointDisabled',
  InternalErrorException: 'InternalError',
  InvalidParameterException: 'InvalidParameter',
  InvalidParameterValueException: 'ParameterValueInvalid',
  InvalidSecurityException: 'InvalidSecurity',
  KMSAccessDeniedException: 'KMSAccessDenied',
  KMSDisabledException: 'KMSDisabled',
  KMSInvalidStateException: 'KMSInvalidState',
  KMSNotFoundException: 'KMSNotFound',
  KMSOptInRequired: 'KMSOptInRequired',
  KMSThrottlingException: 'KMSThrottling',
  NotFoundException: 'NotFound',
  PlatformApplicationDisabledException: 'PlatformApplicationDisabled',
  ThrottledException: 'Throttled',
  TopicLimitExceededException: 'TopicLimitExceeded',
};

/** SNS's version of the Query protocol. */
export const DIALECT = {
  namespace: 'http://sns.amazonaws.com/doc/2010-03-31/',
  version: '2010-03-31',
  errorCodes,
  maps: ['Attributes'],
} as const satisfies QueryDialect;
