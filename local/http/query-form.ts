import { XMLBuilder } from 'fast-xml-parser';
import { ServiceError } from '../service-error';

/*
 * The AWS Query protocol: a form in, XML out.
 * https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
 */

// The package that this class moves to is not needed before this one drops it.
// eslint-disable-next-line @typescript-eslint/no-deprecated
const builder = new XMLBuilder({ ignoreAttributes: false, attributeNamePrefix: '@' });

/** One service's version of the protocol. */
export interface QueryDialect {
  /** `https://sts.amazonaws.com/doc/2011-06-15/` */
  readonly namespace: string;
  /** `2011-06-15` */
  readonly version: string;
  /** Codes of exceptions whose name differs in this protocol (`aws.protocols#awsQueryError`). */
  readonly errorCodes?: Readonly<Record<string, string>>;
  /** Names of output members that are maps. */
  readonly maps?: readonly string[];
}

type Members = Record<string, unknown>;

export interface QueryCall {
  readonly operation: string;
  readonly input: Readonly<Members>;
}

/**
 * Reads a form: `Action=AssumeRole&Version=…&ActionNames.member.1=…&MessageAttributes.entry.1.Name=…` → members, with
 * lists as arrays and maps as objects.
 * @throws ServiceError MissingAction, InvalidAction
 */
export function parseQueryForm(body: string, { version }: QueryDialect): QueryCall {
  const { Action: operation, Version: found, ...members } = Object.fromEntries(new URLSearchParams(body));
  if (operation === undefined) {
    throw new ServiceError('MissingAction', 'The request is missing an action or a required parameter.');
  }
  if (found !== version) throw unknownAction(operation, found);
  const input: Members = {};
  for (const [path, value] of Object.entries(members)) put(input, path, value);
  return { operation, input: collections(input) as Members };
}

export function unknownAction(operation: string, version = 'NO_VERSION_SPECIFIED'): ServiceError {
  return new ServiceError('InvalidAction', `Could not find operation ${operation} for version ${version}`);
}

/** @param path `ActionNames.member.1` */
function put(input: Members, path: string, value: string): void {
  const names = path.split('.');
  const last = names.pop()!;
  let into = input;
  for (const name of names) into = (Object.hasOwn(into, name) ? into[name] : (into[name] = {})) as Members;
  into[last] = value;
}

/** `{ member: { 1: a, 2: b } }` → `[a, b]`, `{ entry: { 1: { Name: a, Value: b } } }` → `{ a: b }` */
function collections(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const { member, entry } = value as { member?: Members; entry?: Record<string, Members> };
  if (member !== undefined) return inOrder(member).map(collections);
  if (entry !== undefined) {
    return Object.fromEntries(
      inOrder(entry).map(({ Name: name, Value }) => [(name as string | undefined) ?? '', collections(Value)]),
    );
  }
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, collections(child)]));
}

function inOrder<T>(numbered: Readonly<Record<string, T>>): T[] {
  const indexes = Object.keys(numbered).sort((left, right) => Number(left) - Number(right));
  return indexes.map((index) => numbered[index]!);
}

/** Writes an operation's answer: lists as `member` elements, maps as `entry` elements of `key` and `value`. */
export function renderQueryResult(
  { namespace, maps = [] }: QueryDialect,
  operation: string,
  result: unknown,
  requestId: string,
): string {
  return builder.build({
    [`${operation}Response`]: {
      '@xmlns': namespace,
      [`${operation}Result`]: toXml(result, maps),
      ResponseMetadata: { RequestId: requestId },
    },
  });
}

export function renderQueryError(
  { namespace, errorCodes = {} }: QueryDialect,
  { code, message, status }: ServiceError,
  requestId: string,
): string {
  return builder.build({
    ErrorResponse: {
      '@xmlns': namespace,
      Error: { Type: status < 500 ? 'Sender' : 'Receiver', Code: errorCodes[code] ?? code, Message: message },
      RequestId: requestId,
    },
  });
}

function toXml(value: unknown, maps: readonly string[]): unknown {
  if (Array.isArray(value)) return { member: value.map((each) => toXml(each, maps)) };
  if (value instanceof Date) return value.toISOString();
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, child]) => child !== undefined);
  return Object.fromEntries(
    entries.map(([name, child]) => [
      name,
      maps.includes(name) ? mapXml(child as Readonly<Record<string, string>>) : toXml(child, maps),
    ]),
  );
}

function mapXml(map: Readonly<Record<string, string>>): unknown {
  return { entry: Object.entries(map).map(([key, value]) => ({ key, value })) };
}
