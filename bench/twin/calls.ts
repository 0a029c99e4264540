import { Agent, request } from 'node:http';
import type { TwinDescription } from '../../local/description';

/** Requests that are open at the same time. */
const AT_ONCE = 8;

interface CallOptions {
  readonly method?: string;
  /** The operation of a service whose requests are JSON. */
  readonly target?: string;
  readonly body?: string;
}

/** Calls the twin by plain HTTP/1.1 with kept connections, as every client does: an SDK would take most of the time. */
export class Calls {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });

  constructor(readonly twin: TwinDescription) {}

  /** @returns the body. @throws Error if the status is not 200 */
  call(path: string, { method = 'GET', target, body = '' }: CallOptions = {}): Promise<string> {
    return new Promise((resolve, reject) => {
      const headers = {
        'content-length': Buffer.byteLength(body),
        ...(target === undefined ? {} : { 'x-amz-target': target }),
      };
      const options = { agent: this.agent, method, headers };
      const sent = request(this.twin.endpoint + path, options, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (piece: string) => (text += piece));
        response.on('error', reject).on('end', () => {
          if (response.statusCode === 200) resolve(text);
          else reject(new Error(`${method} ${path} ${target ?? ''}: ${response.statusCode} ${text}`));
        });
      });
      sent.on('error', reject).end(body);
    });
  }

  json(target: string, input: object): Promise<string> {
    return this.call('/', { method: 'POST', target, body: JSON.stringify(input) });
  }

  put(key: string, body: string): Promise<string> {
    return this.call(`/${this.twin.bucket}/${key}`, { method: 'PUT', body });
  }

  /** The keys under a prefix, page by page. */
  async list(prefix: string): Promise<number> {
    let [keys, token] = [0, ''];
    do {
      const page = await this.call(`/${this.twin.bucket}?list-type=2&prefix=${prefix}${token}`);
      keys += page.split('<Key>').length - 1;
      const [, next] = /<NextContinuationToken>([^<]+)</.exec(page) ?? [];
      token = next === undefined ? '' : `&continuation-token=${encodeURIComponent(next)}`;
    } while (token !== '');
    return keys;
  }

  /** Runs a short statement to its end. @returns its id. @throws Error if it has not finished */
  async select(): Promise<string> {
    const { workgroup: WorkgroupName, database: Database } = this.twin;
    const input = { WorkgroupName, Database, WaitTimeSeconds: 20, Sql: 'SELECT 1' };
    const answer = await this.json('RedshiftData.ExecuteStatement', input);
    const { Id: id, Status: status } = JSON.parse(answer) as { Id: string; Status: string };
    if (status !== 'FINISHED') throw new Error(`a short statement is ${status}`);
    return id;
  }

  /** Makes so many calls, a few at the same time. @param call gets its number. */
  async repeat(count: number, call: (number: number) => Promise<unknown>): Promise<void> {
    let made = 0;
    const worker = async () => {
      while (made < count) await call(made++);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  }

  end(): void {
    this.agent.destroy();
  }
}
