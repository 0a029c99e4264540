import { SFNClient } from '@aws-sdk/client-sfn';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AwsJsonService } from '../../../local/http/aws-json-service';
import { ServiceError } from '../../../local/service-error';

/** Serves one AWS JSON service on a free port, as the twin does. */
export async function serve(service: AwsJsonService) {
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const [target, operation = ''] = String(request.headers['x-amz-target']).split('.');
      const answer = (status: number, body: object) =>
        response.writeHead(status, { 'content-type': service.contentType }).end(JSON.stringify(body));
      try {
        if (target !== service.target)
          throw new ServiceError('UnknownOperationException', `no target ${target}`);
        const input = JSON.parse(Buffer.concat(chunks).toString()) as unknown;
        const signal = new AbortController().signal;
        answer(200, (await service.call(operation, input, { headers: {}, signal })) as object);
      } catch (error) {
        if (!(error instanceof ServiceError)) throw error;
        answer(error.status, { __type: error.code, message: error.message });
      }
    })();
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const client = new SFNClient({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  return {
    client,
    async close() {
      client.destroy();
      await new Promise((closed) => server.close(closed));
    },
  };
}
