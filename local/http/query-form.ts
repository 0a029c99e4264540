import { XMLBuilder } from 'fast-xml-parser';
import { ServiceError } from '../service-error';

/*
 * The AWS Query protocol in general: a form in, XML out. SNS, with maps of its own, reads and writes it itself.
 * https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
 */

const builder = new XMLBuilder({ ignoreAttributes: false, attributeNamePrefix: '@' });

/** One service's version of the protocol. */
export interface QueryDialect {
  /** `https://sts.amazonaws.com/doc/2011-06-15/` */
  readonly namespace: string;
  /** `2011-06-15` */
  readonly version: string;
}

/**
 * Reads a form: `Action=AssumeRole&Version=…&ActionNames.member.1=…` → members, lists as arrays.
 * @throws ServiceError MissingAction, InvalidAction
 */
export function parseQueryForm(
  body: string,
  { version }: QueryDialect,
): { readonly operation: string; readonly input: Readonly<Record<string, unknown>> } {
  const { Action: operation, Version: found, ...members } = Object.fromEntries(new URLSearchParams(body));
  if (operation === undefined) {
    throw new ServiceError('MissingAction', 'The request is missing an action or a required parameter.');
  }
  if (found !== version) {
    throw new ServiceError('InvalidAction', `Could not find operation ${operation} for version ${found}`);
  }
  const input: Record<string, unknown> = {};
  for (const [path, value] of Object.entries(members)) put(input, path.split('.'), value);
  return { operation, input: lists(input) as Record<string, unknown> };
}

function put(into: Record<string, unknown>, [name = '', ...rest]: readonly string[], value: string): void {
  if (rest.length === 0) into[name] = value;
  else put((into[name] ??= {}) as Record<string, unknown>, rest, value);
}

/** `{ member: { 1: a, 2: b } }` → `[a, b]` */
function lists(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const members = (value as { member?: Record<string, unknown> }).member;
  if (members !== undefined) {
    return Object.keys(members)
      .sort((left, right) => Number(left) - Number(right))
      .map((index) => lists(members[index]));
  }
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, lists(child)]));
}

/** Writes an operation's answer; lists are `member` elements. */
export function renderQueryResult(
  { namespace }: QueryDialect,
  operation: string,
  result: unknown,
  requestId: string,
): string {
  return builder.build({
    [`${operation}Response`]: {
      '@xmlns': namespace,
      [`${operation}Result`]: toXml(result),
      ResponseMetadata: { RequestId: requestId },
    },
  });
}

export function renderQueryError(
  { namespace }: QueryDialect,
  { code, message, status }: ServiceError,
  requestId: string,
): string {
  return builder.build({
    ErrorResponse: {
      '@xmlns': namespace,
      Error: { Type: status < 500 ? 'Sender' : 'Receiver', Code: code, Message: message },
      RequestId: requestId,
    },
  });
}

function toXml(value: unknown): unknown {
  if (Array.isArray(value)) return { member: value.map(toXml) };
  if (value instanceof Date) return value.toISOString();
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, child]) => child !== undefined);
  return Object.fromEntries(entries.map(([key, child]) => [key, toXml(child)]));
}
