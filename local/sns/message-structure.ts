import { invalidParameter } from './errors';

/** Protocols of subscriptions. https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html */
const PROTOCOLS = [
  'http',
  'https',
  'email',
  'email-json',
  'sms',
  'sqs',
  'application',
  'lambda',
  'firehose',
] as const;

/** A message with a text for each protocol, and one for all others. */
export type MessagePerProtocol = { readonly default: string } & Readonly<Record<string, string>>;

/**
 * Reads the message of `MessageStructure: json`. SNS ignores members that name no protocol or are no texts; the twin refuses
 * them.
 * https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
 * @throws ServiceError `InvalidParameterException`
 */
export function messagePerProtocol(message: string): MessagePerProtocol {
  const structure = 'Message Structure -';
  let parsed: unknown;
  try {
    parsed = JSON.parse(message);
  } catch {
    throw invalidParameter(`${structure} JSON message body failed to parse`);
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw invalidParameter(`${structure} JSON message body failed to parse`);
  }
  const members = Object.entries(parsed);
  for (const [name, value] of members) {
    if (name !== 'default' && !PROTOCOLS.some((protocol) => protocol === name))
      throw invalidParameter(`${structure} ${name} is no protocol that the twin knows`);
    if (typeof value !== 'string') throw invalidParameter(`${structure} ${name} is no text`);
  }
  if (!('default' in parsed)) throw invalidParameter(`${structure} No default entry in JSON message body`);
  return parsed as MessagePerProtocol;
}
