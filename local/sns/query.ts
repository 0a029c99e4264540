import { XMLBuilder } from 'fast-xml-parser';
import { ServiceError } from '../service-error';
import { invalidParameter } from './errors';

/*
 * The AWS Query protocol: a form in, XML out.
 * https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
 */

const NAMESPACE = 'http://sns.amazonaws.com/doc/2010-03-31/';
const VERSION = '2010-03-31';

const builder = new XMLBuilder({ ignoreAttributes: false, attributeNamePrefix: '@' });

export interface QueryCall {
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/**
 * Reads a form: `Action=Publish&Version=2010-03-31&TopicArn=…&MessageAttributes.entry.1.Name=…`.
 * @throws ServiceError `MissingAction`, `InvalidAction`
 */
export function parseForm(body: string): QueryCall {
  const form = [...new URLSearchParams(body)];
  const { Action: operation, Version: version, ...members } = Object.fromEntries(form);
  if (operation === undefined) {
    throw new ServiceError('MissingAction', 'The request is missing an action or a required parameter.');
  }
  if (version !== VERSION) throw unknownAction(operation, version);
  const input: Record<string, unknown> = {};
  const attributes: Record<string, Record<string, string>> = {};
  for (const [key, value] of Object.entries(members)) {
    const entry = /^MessageAttributes\.entry\.(\d+)\.(Name|Value\.\w+)$/.exec(key);
    if (entry === null) input[key] = value;
    else (attributes[entry[1]!] ??= {})[entry[2]!] = value;
  }
  if (Object.keys(attributes).length > 0) input.MessageAttributes = attributeMap(Object.values(attributes));
  return { operation, input };
}

function attributeMap(entries: readonly Readonly<Record<string, string>>[]): Record<string, unknown> {
  const map: Record<string, unknown> = {};
  for (const { Name: name, ...values } of entries) {
    if (name === undefined) throw invalidParameter('MessageAttributes Reason: an entry has no Name');
    const members = Object.entries(values).map(([key, value]) => [key.replace(/^Value\./, ''), value]);
    map[name] = Object.fromEntries(members);
  }
  return map;
}

export function unknownAction(operation: string, version: string | undefined = VERSION): ServiceError {
  const message = `Could not find operation ${operation} for version ${version ?? 'NO_VERSION_SPECIFIED'}`;
  return new ServiceError('InvalidAction', message);
}

/** Writes an operation's answer. */
export function renderResult(operation: string, result: unknown, requestId: string): string {
  return builder.build({
    [`${operation}Response`]: {
      '@xmlns': NAMESPACE,
      [`${operation}Result`]: toXml(result),
      ResponseMetadata: { RequestId: requestId },
    },
  });
}

/** Writes an error under its Query code. */
export function renderError({ code, message, status }: ServiceError, requestId: string): string {
  return builder.build({
    ErrorResponse: {
      '@xmlns': NAMESPACE,
      Error: { Type: status < 500 ? 'Sender' : 'Receiver', Code: queryCodes[code] ?? code, Message: message },
      RequestId: requestId,
    },
  });
}

/** The exceptions of the operations that the twin has, and their codes in the protocol (`aws.protocols#awsQueryError`). */
const queryCodes: Readonly<Record<string, string>> = {
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

/** Lists are `member` elements, maps are `entry` elements of `key` and `value`. SNS has one map: `Attributes`. */
function toXml(value: unknown): unknown {
  if (Array.isArray(value)) return { member: value.map(toXml) };
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) =>
      key === 'Attributes'
        ? [
            key,
            {
              entry: Object.entries(child as object).map(([name, text]) => ({
                key: name,
                value: text as string,
              })),
            },
          ]
        : [key, toXml(child)],
    ),
  );
}
