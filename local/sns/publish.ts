import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { invalidParameter } from './errors';
import type { Notification } from './inbox';
import { parseInput } from './input';
import { messagePerProtocol } from './message-structure';
import type { SnsState } from './state';
import { existingTopic } from './topic-arn';

/** https://docs.aws.amazon.com/sns/latest/dg/sns-message-attributes.html */
const attribute = z
  .strictObject({
    DataType: z.string().regex(/^(String|String\.Array|Number)$/, 'must be String, String.Array or Number'),
    StringValue: z.string().min(1, 'must not be empty'),
  })
  .refine(({ DataType, StringValue }) => DataType !== 'Number' || Number.isFinite(Number(StringValue)), {
    message: 'must be a number',
    path: ['StringValue'],
  });

const attributeName = z.string().regex(/^(?!\.)(?!.*\.\.)[A-Za-z0-9_.-]{1,256}(?<!\.)$/);

const schema = z.strictObject({
  TopicArn: z.string({ error: 'no value for required parameter' }),
  Message: z.string({ error: 'no value for required parameter' }),
  Subject: z.string().optional(),
  MessageStructure: z.literal('json', { error: 'must be json' }).optional(),
  MessageAttributes: z.record(attributeName, attribute).optional(),
});

type Attributes = NonNullable<z.infer<typeof schema>['MessageAttributes']>;

/** 262,144 bytes, including attributes [AWS: Publish]. */
export const LARGEST_MESSAGE_BYTES = 262_144;

export const LONGEST_SUBJECT = 100;

/** ASCII without control characters; the first is a letter, digit or punctuation mark. */
const subjectForm = new RegExp(`^[\\x21-\\x7e][\\x20-\\x7e]{0,${LONGEST_SUBJECT - 1}}$`);

/**
 * Appends a message to the inbox.
 * https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
 * @param input `{ TopicArn, Message, Subject?, MessageStructure?, MessageAttributes? }`
 * @returns `{ MessageId }`
 */
export async function publish(state: SnsState, input: unknown) {
  const {
    TopicArn: arn,
    Message: message,
    Subject: subject,
    MessageStructure: structure,
    MessageAttributes: attributes,
  } = parseInput(schema, input);
  existingTopic(state, arn);
  if (message === '') throw invalidParameter('Empty message');
  if (subject !== undefined && !subjectForm.test(subject)) throw invalidParameter('Subject');
  if (Buffer.byteLength(message) + bytesOf(attributes ?? {}) > LARGEST_MESSAGE_BYTES) {
    throw invalidParameter('Message too long');
  }
  const { default: text, ...others } =
    structure === undefined ? { default: message } : messagePerProtocol(message);
  const notification: Notification = {
    Type: 'Notification',
    MessageId: randomUUID(),
    TopicArn: arn,
    ...(subject === undefined ? {} : { Subject: subject }),
    Message: text,
    ...(Object.keys(others).length === 0 ? {} : { MessageOf: others }),
    Timestamp: new Date().toISOString(),
    ...(attributes === undefined ? {} : { MessageAttributes: delivered(attributes) }),
  };
  await state.inbox.append(notification);
  return { MessageId: notification.MessageId };
}

function bytesOf(attributes: Attributes): number {
  const parts = Object.entries(attributes).flatMap(([name, value]) => [
    name,
    value.DataType,
    value.StringValue,
  ]);
  return Buffer.byteLength(parts.join(''));
}

function delivered(attributes: Attributes): Notification['MessageAttributes'] {
  const entries = Object.entries(attributes);
  return Object.fromEntries(
    entries.map(([name, value]) => [name, { Type: value.DataType, Value: value.StringValue }]),
  );
}
