import { FirehoseClient } from '@aws-sdk/client-firehose';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** A call as it was received. */
export interface PutCall {
  readonly arrival: string | undefined;
  readonly signedHeaders: string;
  readonly records: readonly string[];
  /** Number of other calls in flight when it arrived. */
  readonly besides: number;
}

/** The answer: error codes of records by index, or an error of the whole call. */
export type Answer =
  { readonly failing: Readonly<Record<number, string>> } | { readonly status: number; readonly code: string };

/**
 * Answers PutRecordBatch by a script, because the twin never accepts a part of a batch.
 * @param answer is called for each call; its promise decides how long the call takes.
 */
export class ScriptedFirehose {
  readonly calls: PutCall[] = [];
  private underWay = 0;

  private constructor(
    private readonly server: Server,
    readonly client: FirehoseClient,
  ) {}

  static async start(
    answer: (call: PutCall, number: number) => Answer | Promise<Answer>,
  ): Promise<ScriptedFirehose> {
    const server = createServer((request, response) => {
      void (async () => {
        const besides = service.underWay;
        service.underWay += 1;
        const input = JSON.parse(await text(request)) as { Records: { Data: string }[] };
        const call = {
          arrival: request.headers['x-sluice-arrival'] as string | undefined,
          signedHeaders: /SignedHeaders=([^,]*)/.exec(request.headers.authorization ?? '')?.[1] ?? '',
          records: input.Records.map(({ Data }) => Buffer.from(Data, 'base64').toString('utf8')),
          besides,
        };
        service.calls.push(call);
        const said = await answer(call, service.calls.length);
        service.underWay -= 1;
        if ('code' in said) {
          response.writeHead(said.status, {
            'content-type': 'application/x-amz-json-1.1',
            'x-amzn-errortype': said.code,
          });
          response.end(JSON.stringify({ __type: said.code, message: 'by script' }));
          return;
        }
        const responses = call.records.map((_, index) =>
          said.failing[index] === undefined
            ? { RecordId: String(index) }
            : { ErrorCode: said.failing[index], ErrorMessage: 'Slow down.' },
        );
        response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' });
        response.end(
          JSON.stringify({ FailedPutCount: Object.keys(said.failing).length, RequestResponses: responses }),
        );
      })();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const client = new FirehoseClient({
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      maxAttempts: 1,
    });
    const service = new ScriptedFirehose(server, client);
    return service;
  }

  async stop(): Promise<void> {
    this.client.destroy();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
