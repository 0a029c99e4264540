import { mkdirSync, openSync, closeSync, readFileSync, ftruncateSync } from 'node:fs';
import { open, readFile, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * A published message, in the form that SNS delivers to an HTTP endpoint.
 * https://docs.aws.amazon.com/sns/latest/dg/http-notification-json.html
 */
export interface Notification {
  readonly Type: 'Notification';
  readonly MessageId: string;
  readonly TopicArn: string;
  readonly Subject?: string;
  readonly Message: string;
  /** What subscribers of some protocols get instead, by the protocol. No endpoint gets this member. */
  readonly MessageOf?: Readonly<Record<string, string>>;
  /** ISO 8601, UTC. */
  readonly Timestamp: string;
  readonly MessageAttributes?: Readonly<Record<string, { readonly Type: string; readonly Value: string }>>;
}

/** The inbox that replaces all subscribers: `messages.jsonl`, append-only, one notification per line. */
export class Inbox {
  readonly path: string;
  private file: FileHandle | undefined;
  private last: Promise<void> = Promise.resolve();

  constructor(path: string) {
    this.path = path;
    mkdirSync(dirname(path), { recursive: true });
    dropTornLine(path);
  }

  /** Resolves when the message is on disk. Messages keep the order of the calls. */
  async append(notification: Notification): Promise<void> {
    const write = this.last.then(async () => {
      const file = (this.file ??= await open(this.path, 'a'));
      const { size } = await file.stat();
      try {
        await file.appendFile(`${JSON.stringify(notification)}\n`);
        await file.datasync();
      } catch (error) {
        await file.truncate(size); // a full disk may have taken a part
        throw error;
      }
    });
    this.last = write.catch(() => {}); // a failed write does not block the next one
    await write;
  }

  /** All messages, oldest first. */
  async messages(): Promise<readonly Notification[]> {
    const lines = (await readFile(this.path, 'utf8')).split('\n').slice(0, -1);
    return lines.map((line) => JSON.parse(line) as Notification);
  }

  async close(): Promise<void> {
    await this.last;
    await this.file?.close();
    this.file = undefined;
  }
}

/** A crash can leave half a line at the end. Its message was never acknowledged. */
function dropTornLine(path: string): void {
  const file = openSync(path, 'a+');
  const content = readFileSync(file);
  const whole = content.lastIndexOf('\n') + 1;
  if (whole < content.length) ftruncateSync(file, whole);
  closeSync(file);
}
