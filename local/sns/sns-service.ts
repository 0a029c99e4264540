import { join } from 'node:path';
import { unknownAction } from '../http/query-form';
import { QueryService } from '../http/query-service';
import { createTopic } from './create-topic';
import { DIALECT } from './dialect';
import { getTopicAttributes } from './get-topic-attributes';
import { Inbox, type Notification } from './inbox';
import { listTopics } from './list-topics';
import { publish } from './publish';
import type { SnsState } from './state';
import { listSubscriptionsByTopic, subscribe, unsubscribe } from './subscriptions';
import { Topics } from './topics';

const operations: Readonly<Record<string, (state: SnsState, input: unknown) => unknown>> = {
  CreateTopic: createTopic,
  GetTopicAttributes: getTopicAttributes,
  ListSubscriptionsByTopic: listSubscriptionsByTopic,
  ListTopics: listTopics,
  Publish: publish,
  Subscribe: subscribe,
  Unsubscribe: unsubscribe,
};

export interface SnsOptions {
  /** Folder of `topics.json` and `messages.jsonl`. */
  readonly directory: string;
  readonly region: string;
  readonly accountId: string;
}

/** Amazon SNS: topics whose messages all go to one inbox, a file that users and tests read. */
export class SnsService extends QueryService {
  readonly name = 'sns';
  private readonly state: SnsState;

  constructor({ directory, region, accountId }: SnsOptions) {
    super(DIALECT);
    const inbox = new Inbox(join(directory, 'messages.jsonl'));
    this.state = { topics: new Topics(directory), inbox, subscriptions: [], region, accountId };
  }

  /** Absolute path of the inbox, which has one JSON message per line. */
  get inboxPath(): string {
    return this.state.inbox.path;
  }

  /** All messages ever published, oldest first. */
  messages(): Promise<readonly Notification[]> {
    return this.state.inbox.messages();
  }

  /** @returns the topic's ARN */
  createTopic(name: string): string {
    return createTopic(this.state, { Name: name }).TopicArn;
  }

  /** Adds a topic of the template, or one that the template uses. */
  addTopic(arn: string): void {
    this.state.topics.add(arn);
  }

  /** Adds a subscription of the template. */
  subscribe(topic: string, email: string): void {
    subscribe(this.state, { TopicArn: topic, Protocol: 'email', Endpoint: email });
  }

  /**
   * Publishes from inside the twin, with the same checks as a request.
   * @param input `{ TopicArn, Message, Subject?, MessageStructure?, MessageAttributes? }`
   * @throws ServiceError `InvalidParameterException`, `NotFoundException`
   */
  async publish(input: unknown): Promise<{ readonly MessageId: string }> {
    return publish(this.state, input);
  }

  /**
   * Runs an operation.
   * @param input its members by name, `MessageAttributes` as a map
   * @throws ServiceError `InvalidAction` for an operation that the twin does not have, or the operation's own error
   */
  async call(operation: string, input: unknown): Promise<unknown> {
    const carryOut = Object.hasOwn(operations, operation) ? operations[operation] : undefined;
    if (carryOut === undefined) throw unknownAction(operation, DIALECT.version);
    return await carryOut(this.state, input);
  }

  async close(): Promise<void> {
    await this.state.inbox.close();
  }
}
